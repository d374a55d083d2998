"""Find the passages nearest to a query: words (bm25) and meaning (vectors), fused by rank."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document as LangChainDocument
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.catalogue import Catalogue
from index.embedding import SentenceEmbedder, Vectors
from index.models import Hit, Passage, Scope
from index.vectors import VectorStore

DEPTH = 50  # how far down each leg is read before fusing
EXACT_SCAN_CHUNKS = 1_000
_RRF_K = 60
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Retriever:
    """The two legs of the search and their fusion.

    `store` is None in a process that does not own the vector store: it scores from the catalogue.
    A scope that admits at most `exact_limit` chunks is scored exactly, from the catalogue too.
    """

    catalogue: Catalogue
    embedder: SentenceEmbedder
    store: VectorStore | None = None
    exact_limit: int = EXACT_SCAN_CHUNKS

    def search(self, query: str, scope: Scope | None = None, limit: int = 10, names: Sequence[str] = ()) -> list[Hit]:
        """Return the `limit` best passages in scope for `query`, best first, with both ranks.

        `names` are other names of what the query names: the search by words looks for them too.
        """
        scope = scope or Scope()
        vector = self.embedder.read_query(query).whole
        with self.catalogue.database.snapshot():
            by_words = self.catalogue.words(query, scope, DEPTH, names)
            by_meaning = self.nearest(vector, scope, DEPTH)
            scores = dict(reciprocal_rank_fusion([by_words, by_meaning]))
            passages = self._distinct(list(scores), limit)
        words, meaning = _ranks(by_words), _ranks(by_meaning)
        ids = [(passage, passage.chunk_id) for passage in passages]
        return [Hit(passage, scores[i], words.get(i), meaning.get(i)) for passage, i in ids]

    def _distinct(self, chunk_ids: Sequence[int], limit: int) -> list[Passage]:
        """Return the first `limit` passages that say something else each: of copies the best-ranked one stands."""
        found: dict[str, Passage] = {}
        for start in range(0, len(chunk_ids), limit):
            for passage in self.catalogue.passages(chunk_ids[start : start + limit]):
                found.setdefault(" ".join(_WORD.findall(passage.text.casefold())), passage)
            if len(found) >= limit:
                break
        return list(found.values())[:limit]

    def nearest(self, vector: Vectors, scope: Scope, limit: int) -> list[int]:
        """Return the ids of the `limit` chunks in scope nearest to a unit vector, best first."""
        if self.store is None or self.catalogue.count_chunks(scope) <= self.exact_limit:
            return _best(vector, *self.catalogue.vectors(scope), limit)
        return self._nearest_in_store(self.store, vector, scope, limit)

    def _nearest_in_store(self, store: VectorStore, vector: Vectors, scope: Scope, limit: int) -> list[int]:
        """Over-fetch from the store, keep what is in scope, double until enough; then scan exactly."""
        held, fetch = store.count(), 2 * limit
        while True:
            found = dict(store.query(vector, fetch))
            admitted = self.catalogue.admitted(list(found), scope)
            if len(admitted) >= limit or fetch >= held:
                break
            fetch *= 2
        if len(admitted) < limit and scope != Scope():
            return _best(vector, *self.catalogue.vectors(scope), limit)
        scores = {chunk_id: found[chunk_id] for chunk_id in admitted}
        ids, vectors = self.catalogue.vectors(scope, pending_only=True)
        if ids:
            scores |= dict(zip(ids, (vectors @ vector).tolist(), strict=True))
        return sorted(scores, key=lambda chunk_id: (-scores[chunk_id], chunk_id))[:limit]


def reciprocal_rank_fusion(rankings: Sequence[Sequence[int]], k: int = _RRF_K) -> list[tuple[int, float]]:
    """Return (id, score) pairs, best first; score = sum over rankings of 1 / (k + rank), rank from 1."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, start=1):
            scores[item] = scores.get(item, 0.0) + 1.0 / (k + rank)
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


class PassageRetriever(BaseRetriever):
    """The same search as a LangChain retriever, to be lifted into anyone's chain."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    scope: Scope = Scope()
    limit: int = 10

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 (LangChain's signature)
    ) -> list[LangChainDocument]:
        return [_as_langchain(hit) for hit in self.retriever.search(query, self.scope, self.limit)]


def _as_langchain(hit: Hit) -> LangChainDocument:
    passage = hit.passage
    metadata = passage.document.metadata
    return LangChainDocument(
        page_content=passage.text,
        metadata={
            "document_id": passage.document.document_id,
            "source": passage.document.source,
            "title": metadata.title,
            "publisher": metadata.publisher,
            "published": passage.published,
            "section": passage.section,
            "page": passage.page_of(passage.span.start),
            "start_char_index": passage.span.start,
            "end_char_index": passage.span.end,
            "score": hit.score,
            "rank_words": hit.rank_words,
            "rank_meaning": hit.rank_meaning,
        },
    )


def _best(vector: Vectors, ids: Sequence[int], vectors: Vectors, limit: int) -> list[int]:
    if not ids:
        return []
    scores = vectors @ vector
    order = np.lexsort((np.asarray(ids), -scores))[:limit]
    return [ids[position] for position in order]


def _ranks(ids: Sequence[int]) -> dict[int, int]:
    return {item: rank for rank, item in enumerate(ids, start=1)}
