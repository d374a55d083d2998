"""Answer with sentences of the documents, without a language model.

Sentences are ranked by token-level MaxSim on the embedding model's last hidden states (late
interaction): each word piece of the question looks for its best counterpart in the sentence,
which the model has read in its passage. Half of the score is the mean over all pieces (the
question word carries the kind of thing asked for), half over content words weighted by rarity.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from assistant.draft import Draft, DraftClaim, Quote
from assistant.quoting import quote_lead_in, quote_sentence
from assistant.understanding import Question, holds
from index.embedding import SentenceEmbedder, TokenStates, Vectors
from index.models import BlockKind, Hit, Passage, Sentence

_PASSAGES_READ = 8
_MAX_SENTENCES = 3
_MAX_WORDS = 120
_CLOSE_TO_BEST = 0.15
_NEAREST_SHOWN = 3
_CACHED_PASSAGES = 512
_POINTS_BACK = re.compile(
    r"(?:he|she|it|they|this|that|these|those|both|however|but|its|their|his|her|such|meanwhile|also|instead)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question, with its scores (each 0 to 1)."""

    passage: Passage
    position: int  # of the sentence in its passage
    all_pieces: float
    content_words: float

    @property
    def sentence(self) -> Sentence:
        """The sentence itself."""
        return self.passage.sentences[self.position]

    @property
    def score(self) -> float:
        """The mean of both scores."""
        return (self.all_pieces + self.content_words) / 2


class ExtractiveAnswerer:
    """Chooses sentences; `threshold` is how well the best must fit (0 to 1) to be an answer."""

    name = "extractive"

    def __init__(
        self,
        embedder: SentenceEmbedder,
        rarity: Callable[[Sequence[str]], dict[str, float]],
        text_of: Callable[[str], str],
        threshold: float,
    ) -> None:
        """Take the model, `rarity(words)` (inverse document frequency), `text_of(document_id)` and the threshold."""
        self._embedder = embedder
        self._rarity = rarity
        self._text_of = text_of
        self._threshold = threshold
        self._states: OrderedDict[int, TokenStates] = OrderedDict()

    def answer(self, question: Question, hits: Sequence[Hit], max_words: int | None = None) -> Draft:
        """Return the sentences of `hits` that answer `question`, or none and the nearest ones."""
        ranked = self.rank(question, [hit.passage for hit in hits[:_PASSAGES_READ]])
        if not ranked:
            return Draft()
        fitting = [item for item in ranked if self._fits(question, item)]
        if not fitting:
            nearest = [quote_sentence(item.passage, item.sentence) for item in ranked[:_NEAREST_SHOWN]]
            return Draft(nearest=tuple(nearest), missing=(question.text,))
        return Draft(claims=self._claims(fitting, max_words or _MAX_WORDS))

    def rank(self, question: Question, passages: Sequence[Passage]) -> list[Candidate]:
        """Return every sentence of `passages` that could answer, best first."""
        states = self._embedder.encode_tokens([question.text])[0]
        words = _word_vectors(states, question)
        rarity = self._rarity([word for word, _ in words])
        weights = np.array([rarity[word] for word, _ in words], dtype=np.float32)
        candidates = []
        for passage, read in zip(passages, self._read(passages), strict=True):
            shift = len(passage.embedded_text) - len(passage.text) - passage.span.start
            for position, sentence in enumerate(passage.sentences):
                pieces = read.between(sentence.span.start + shift, sentence.span.end + shift)
                if len(pieces) and _could_answer(passage.slice(sentence.span), sentence):
                    scores = _max_sim(states.vectors, pieces), _weighted(words, weights, pieces)
                    candidates.append(Candidate(passage, position, *scores))
        return sorted(candidates, key=lambda item: -item.score)

    def _read(self, passages: Sequence[Passage]) -> list[TokenStates]:
        """Return the token states of the passages, from memory where they have been read before."""
        unread = [passage for passage in passages if passage.chunk_id not in self._states]
        texts = [passage.embedded_text for passage in unread]
        for passage, states in zip(unread, self._embedder.encode_tokens(texts), strict=True):
            self._states[passage.chunk_id] = states
        read = [self._states[passage.chunk_id] for passage in passages]
        while len(self._states) > _CACHED_PASSAGES:
            self._states.popitem(last=False)
        return read

    def _fits(self, question: Question, item: Candidate) -> bool:
        """Whether a sentence is near enough and it, or a neighbour, holds the kind of thing asked for."""
        around = item.passage.sentences[max(0, item.position - 1) : item.position + 2]
        window = " ".join(item.passage.slice(sentence.span) for sentence in around)
        return item.all_pieces >= self._threshold and holds(question.asked, window, question.text)

    def _claims(self, fitting: Sequence[Candidate], max_words: int) -> tuple[DraftClaim, ...]:
        best = fitting[0].score
        chosen: list[Candidate] = []
        for item in fitting:
            if len(chosen) < _MAX_SENTENCES and best - item.score <= _CLOSE_TO_BEST:
                chosen.append(item)
        claims: list[DraftClaim] = []
        words = 0
        for claim in [claim for item in chosen for claim in self._with_neighbours(item)]:
            words += len(claim.text.split())
            if claims and words > max_words:
                break
            if all(claim.text != other.text for other in claims):
                claims.append(claim)
        return tuple(claims)

    def _with_neighbours(self, item: Candidate) -> list[DraftClaim]:
        """Return the sentence, the one before it if it points back, the items after it if it opens a list."""
        passage, sentences = item.passage, item.passage.sentences
        first = item.position
        if first and _POINTS_BACK.match(passage.slice(item.sentence.span)):
            first -= 1
        last = item.position
        if passage.slice(item.sentence.span).endswith(":"):
            while last + 1 < len(sentences) and sentences[last + 1].lead_in == item.sentence.span:
                last += 1
        return [self._claim(passage, sentences[position]) for position in range(first, last + 1)]

    def _claim(self, passage: Passage, sentence: Sentence) -> DraftClaim:
        quote = quote_sentence(passage, sentence)
        quotes: list[Quote] = [quote]
        if sentence.lead_in and (lead := quote_lead_in(passage, sentence, self._text_of(passage.document.document_id))):
            quotes.insert(0, lead)
        return DraftClaim(quote.text, tuple(quotes))


def inverse_document_frequency(frequency: int, total: int) -> float:
    """Return log(1 + (N - df + 0.5) / (df + 0.5)), as in bm25."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _could_answer(text: str, sentence: Sentence) -> bool:
    """Whether a sentence states anything: not a question, not a bare name or label."""
    if text.rstrip("\"'”’)").endswith("?"):
        return False
    return sentence.kind is not BlockKind.PARAGRAPH or sum(word.islower() for word in text.split()) >= 3


def _word_vectors(states: TokenStates, question: Question) -> list[tuple[str, Vectors]]:
    """Return each content word of the question with the unit mean of its word pieces' states."""
    found, start = [], 0
    for word in question.words:
        start = question.text.index(word, start)
        pieces = states.between(start, start + len(word))
        if len(pieces):
            mean = pieces.mean(axis=0)
            found.append((word, mean / np.linalg.norm(mean)))
    return found


def _max_sim(question: Vectors, sentence: Vectors) -> float:
    """Return the mean over the question's pieces of the best cosine with a piece of the sentence."""
    return float((question @ sentence.T).max(axis=1).mean())


def _weighted(words: Sequence[tuple[str, Vectors]], weights: Vectors, sentence: Vectors) -> float:
    """Return the same over content words, each weighted by its rarity."""
    if not words or not weights.sum():
        return 0.0
    best = (np.stack([vector for _, vector in words]) @ sentence.T).max(axis=1)
    return float((best * weights).sum() / weights.sum())
