"""Recall, MRR and nDCG of retrieval, computed by ir-measures on the level of passages and facts.

A hit is relevant if it comes from an expected document and states an expected fact that is indexed. An indexed
fact that no hit states counts as one relevant passage that was not found.
"""

from dataclasses import dataclass

import ir_measures
from ir_measures import RR, Success, nDCG

from assistant.evaluation.run_file import CaseRun, RunHit


@dataclass(frozen=True, slots=True)
class Retrieval:
    """The retrieval metrics of one question, each from 0 to 1.

    `recall` is the share of the indexed facts that a relevant hit among the first k states; `mrr` is one over the
    rank of the first relevant hit; `ndcg` is nDCG@k.
    """

    recall: float
    mrr: float
    ndcg: float


def retrieval_metrics(case: CaseRun, k: int) -> Retrieval | None:
    """Return the metrics of the case's hits, or None if no expected fact is indexed (there is nothing to find)."""
    facts = [place for place, is_indexed in enumerate(case.indexed) if is_indexed]
    if not facts:
        return None
    run = {str(rank): float(-rank) for rank in range(len(case.hits))}
    relevant = {str(rank): places for rank, hit in enumerate(case.hits) if (places := _relevant(case, hit, facts))}
    missed = [place for place in facts if not any(place in places for places in relevant.values())]
    passages = {**dict.fromkeys(relevant, 1), **{f"missed {place}": 1 for place in missed}}
    by_fact = {
        str(fact): {rank: 1 for rank, places in relevant.items() if fact in places} or {"missed": 1} for fact in facts
    }
    found = ir_measures.calc_aggregate([Success @ k], by_fact, dict.fromkeys(by_fact, run or {"nothing": 0.0}))
    ranked = ir_measures.calc_aggregate([RR @ k, nDCG @ k], {"q": passages}, {"q": run or {"nothing": 0.0}})
    return Retrieval(found[Success @ k], ranked[RR @ k], ranked[nDCG @ k])


def _relevant(case: CaseRun, hit: RunHit, facts: list[int]) -> list[int]:
    """Return the places of the indexed facts for which `hit` is relevant."""
    return [place for place in hit.states if place in facts] if case.question.expects(hit.source) else []
