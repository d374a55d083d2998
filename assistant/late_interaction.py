"""Score sentences against a question piece by piece (MaxSim on the embedding model's last hidden states).

Each word piece of the question looks for its best counterpart in the sentence, which the model has
read in its passage; a counterpart in the two sentences before, or in the headings, counts for less.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index.embedding import TokenStates, Vectors
from index.models import Passage

_CONTEXT_SENTENCES = 2
_CONTEXT_WEIGHT = 0.8


@dataclass(frozen=True, slots=True)
class Query:
    """A question's pieces, shape (pieces, dimension), and its content words with their rarity."""

    pieces: Vectors
    words: Vectors
    rarity: Vectors

    @classmethod
    def of(cls, text: str, states: TokenStates, rarity: dict[str, float]) -> "Query":
        """Return the query of `text`, whose content words in order are the keys of `rarity`."""
        vectors, weights, start = [], [], 0
        for word, weight in rarity.items():
            start = text.index(word, start)
            pieces = states.between(start, start + len(word))
            if len(pieces):
                mean = pieces.mean(axis=0)
                vectors.append(mean / np.linalg.norm(mean))
                weights.append(weight)
        words = np.stack(vectors) if vectors else np.zeros((0, states.vectors.shape[1]), dtype=np.float32)
        return cls(states.vectors, words, np.asarray(weights, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class SentenceScore:
    """How well a sentence matches: over all pieces of the question, and over its content words by rarity."""

    pieces: float
    words: float

    @property
    def mean(self) -> float:
        """The mean of both."""
        return (self.pieces + self.words) / 2


@dataclass(frozen=True, slots=True)
class Ranges:
    """Where a sentence, the two before it, and the headings stand among a passage's pieces, as (start, end)."""

    sentence: tuple[int, int]
    before: tuple[int, int]
    headings: tuple[int, int]


def ranges_of(passage: Passage, states: TokenStates) -> list[Ranges]:
    """Return the piece ranges of each sentence of `passage`; one the model has read nothing of has an empty one."""
    shift = len(passage.embedded_text) - len(passage.text) - passage.span.start
    bounds = [
        (_first(states, sentence.span.start + shift), _first(states, sentence.span.end + shift))
        for sentence in passage.sentences
    ]
    headings = (0, _first(states, passage.span.start + shift))
    return [
        Ranges((start, end), (bounds[max(0, position - _CONTEXT_SENTENCES)][0], start), headings)
        for position, (start, end) in enumerate(bounds)
    ]


def score_sentences(query: Query, ranges: Sequence[Ranges], states: TokenStates) -> list[SentenceScore | None]:
    """Return a score for each sentence of a passage, None for one the model has read nothing of."""
    to_pieces, to_words = query.pieces @ states.vectors.T, query.words @ states.vectors.T
    scores: list[SentenceScore | None] = []
    for each in ranges:
        columns = [(*each.sentence, 1.0), (*each.before, _CONTEXT_WEIGHT), (*each.headings, _CONTEXT_WEIGHT)]
        pieces, words = _best(to_pieces, columns), _best(to_words, columns)
        read = each.sentence[1] > each.sentence[0]
        scores.append(SentenceScore(float(pieces.mean()), _weighted(words, query.rarity)) if read else None)
    return scores


def _first(states: TokenStates, offset: int) -> int:
    """Return the index of the first piece that starts at `offset` or later."""
    return int(np.searchsorted(states.starts, offset))


def _best(similarities: Vectors, columns: Sequence[tuple[int, int, float]]) -> Vectors:
    """Return for each row its best weighted similarity within the column ranges."""
    ranges = [weight * similarities[:, start:end].max(axis=1) for start, end, weight in columns if end > start]
    return np.max(ranges, axis=0) if ranges else np.zeros(len(similarities), dtype=np.float32)


def _weighted(best: Vectors, weights: Vectors) -> float:
    total = float(weights.sum())
    return float((best * weights).sum()) / total if total else 0.0
