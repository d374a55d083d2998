"""Find out what is wrong with an index, and put right what is derived: words, vectors; texts are not."""

from dataclasses import dataclass

from index.catalogue import Catalogue
from index.embedding import is_packaged_model_intact
from index.models import Scope
from index.vectors import VectorStore

_SAMPLE = 10


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that `check` found wrong, and whether it has been put right."""

    problem: str
    repaired: bool


def check(catalogue: Catalogue, store: VectorStore | None) -> list[Finding]:
    """Return what is wrong with the index; with the vector store at hand, what is derived is repaired."""
    findings: list[Finding] = []
    if store and (missing := catalogue.count_without_words()):
        catalogue.rebuild_words()
        findings.append(Finding(f"The word index was wrong about {missing} chunks.", repaired=True))
    findings += [Finding(problem, repaired=False) for problem in catalogue.damage()]
    if not is_packaged_model_intact():
        findings.append(Finding("The packaged embedding model's weights differ from the published ones.", False))
    if store:
        findings += _check_store(catalogue, store)
    return findings


def _check_store(catalogue: Catalogue, store: VectorStore) -> list[Finding]:
    findings = []
    if behind := catalogue.count_pending():
        store.sync()
        findings.append(Finding(f"The vector store was behind by {behind} changes.", repaired=True))
    if problem := _store_problem(catalogue, store):
        store.rebuild()
        findings.append(Finding(problem, repaired=True))
    return findings


def _store_problem(catalogue: Catalogue, store: VectorStore) -> str | None:
    """Return in which way the store does not hold what the catalogue has recorded of it, or None."""
    held = store.ids()
    with catalogue.database.snapshot():  # others may be writing: what they add or remove is recorded with it
        recorded, removed = catalogue.in_store(), set(catalogue.stale(-1))
        ids, vectors = catalogue.vectors(Scope())
    if held - removed != recorded - removed:
        return f"The vector store held {len(held)} vectors for {len(recorded)} chunks."
    step = max(1, len(ids) // _SAMPLE)
    for chunk_id, vector in list(zip(ids, vectors, strict=True))[::step]:
        best = store.query(vector, 1)
        if chunk_id in recorded and (not best or best[0][1] < 0.999):
            return f"The vector store does not find chunk {chunk_id} by its own vector."
    return None
