"""What a catalogue holds at a glance: its passages by year and publisher, and the dates of each document."""

from collections.abc import Iterable
from dataclasses import dataclass

from index.catalogue import Catalogue


@dataclass(frozen=True, slots=True)
class Count:
    """How many passages and documents have `name`; None: not known."""

    name: str | None
    passages: int
    documents: int


@dataclass(frozen=True, slots=True)
class Overview:
    """A catalogue by year of publication, the earliest first, and by publisher, the most passages first."""

    documents: int
    passages: int
    years: tuple[Count, ...]
    publishers: tuple[Count, ...]


_COUNTS = """SELECT {key} AS name, count(*) AS passages, count(DISTINCT document_id) AS documents
             FROM chunks JOIN documents USING (document_id) WHERE state = 'ready' GROUP BY 1 ORDER BY {order}"""


def overview(catalogue: Catalogue, most_publishers: int = 200) -> Overview:
    """Return what the catalogue holds; of the publishers the `most_publishers` with most passages."""
    with catalogue.database.snapshot() as connection:
        years = connection.execute(_COUNTS.format(key="substr(chunks.published, 1, 4)", order="1 NULLS LAST"))
        publishers = connection.execute(
            _COUNTS.format(key="publisher", order="2 DESC, 1") + " LIMIT ?", (most_publishers,)
        )
        return Overview(
            catalogue.count_documents(),
            catalogue.count_chunks(),
            tuple(Count(**dict(row)) for row in years),
            tuple(Count(**dict(row)) for row in publishers),
        )


def dates_of(catalogue: Catalogue, document_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Return the earliest and latest publication date of each document's passages; none for undated documents."""
    ids = list(document_ids)
    with catalogue.database.snapshot() as connection:
        rows = connection.execute(
            f"""SELECT document_id, min(published) AS first, max(published) AS last FROM chunks
                WHERE published IS NOT NULL AND document_id IN ({",".join("?" * len(ids))}) GROUP BY document_id""",
            ids,
        ).fetchall()
    return {row["document_id"]: (row["first"], row["last"]) for row in rows}
