"""Answer with sentences of the documents, without a language model.

Sentences of the best passages are ordered by how they match the question (`late_interaction`) and
how they fit it (`fit`); what does not fit is not shown.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from assistant.confidence import confidence, features
from assistant.draft import Draft, DraftClaim, Quote
from assistant.fit import Fit, Surroundings, fit
from assistant.late_interaction import Query, SentenceScore, score_sentences
from assistant.names import definitions_in, new_names, with_aliases
from assistant.quoting import quote_lead_in, quote_sentence
from assistant.standing import standing_of
from assistant.understanding import Question
from index.embedding import SentenceEmbedder, TokenStates
from index.models import BlockKind, Hit, Passage, Sentence

PASSAGES_READ = 8
_MAX_SENTENCES = 2
_MAX_WORDS = 120
_CLOSE_TO_BEST = 0.6  # of the best sentence's confidence
_DENIAL_WITHIN = 1_200  # characters from the report
_NEAREST_SHOWN = 3
_CACHED_PASSAGES = 256  # about 0.4 MB each
_POINTS_BACK = re.compile(
    r"(?:he|she|it|they|this|that|these|those|both|however|but|its|their|his|her|such|meanwhile|also|instead)\b", re.I
)

_TAKES_UP = re.compile(
    r"\b(?:both|(?:the|such|that|this) (?:claims?|reports?|talks|story|rumou?rs?|allegations?)|it)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question: how it matches, how it fits, how likely it answers (0 to 1)."""

    passage: Passage
    position: int  # of the sentence in its passage
    match: SentenceScore
    fit: Fit
    confidence: float = 0.0

    @property
    def sentence(self) -> Sentence:
        """The sentence itself."""
        return self.passage.sentences[self.position]

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.passage.slice(self.sentence.span)


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
        self._lock = Lock()

    def answer(self, question: Question, hits: Sequence[Hit], max_words: int | None = None) -> Draft:
        """Return the sentences of `hits` that answer `question`, or none and the nearest ones."""
        ranked = self.rank(question, [hit.passage for hit in hits[:PASSAGES_READ]])
        if not any(self._answers(item) for item in ranked):
            nearest = tuple(quote_sentence(item.passage, item.sentence) for item in ranked[:_NEAREST_SHOWN])
            missing = ranked[0].fit.missing if ranked else ()
            return Draft(nearest=nearest, missing=missing or (question.text,))
        return Draft(claims=self._claims(ranked, max_words or _MAX_WORDS))

    def rank(self, question: Question, passages: Sequence[Passage]) -> list[Candidate]:
        """Return every sentence of `passages` that could answer, the likeliest first."""
        texts = {item.document.document_id: self._text_of(item.document.document_id) for item in passages}
        definitions = definitions_in("\n".join(passage.text for passage in passages))
        question = replace(question, names=tuple(with_aliases(name, definitions) for name in question.names))
        states = self._embedder.encode_tokens([question.text])[0]
        query = Query.of(question.text, states, self._rarity(question.words))
        candidates = []
        for passage, read in zip(passages, self._read(passages), strict=True):
            for position, match in enumerate(score_sentences(query, passage, read)):
                text = passage.slice(passage.sentences[position].span)
                if match and _could_answer(text, passage.sentences[position]):
                    around = _surroundings(passage, position, texts[passage.document.document_id])
                    candidates.append(Candidate(passage, position, match, fit(question, text, around)))
        best = max((item.match.mean for item in candidates), default=0.0)
        judged = [_judged(item, best, question) for item in candidates]
        return sorted(judged, key=lambda item: -item.confidence)

    def _read(self, passages: Sequence[Passage]) -> list[TokenStates]:
        """Return the token states of the passages, from memory where they have been read before."""
        with self._lock:
            known = {item.chunk_id: self._states[item.chunk_id] for item in passages if item.chunk_id in self._states}
        unread = [passage for passage in passages if passage.chunk_id not in known]
        states = self._embedder.encode_tokens([passage.embedded_text for passage in unread])
        fresh = {passage.chunk_id: state for passage, state in zip(unread, states, strict=True)}
        with self._lock:
            self._states.update(fresh)
            while len(self._states) > _CACHED_PASSAGES:
                self._states.popitem(last=False)
        return [(known | fresh)[passage.chunk_id] for passage in passages]

    def _answers(self, item: Candidate) -> bool:
        """Whether a sentence is likely enough the answer and no name that the question asks about is missing."""
        return item.confidence >= self._threshold and item.fit.names > 0

    def _claims(self, ranked: Sequence[Candidate], max_words: int) -> tuple[DraftClaim, ...]:
        """Return the likeliest sentences, with the neighbours a reader needs, up to `max_words`."""
        least = max(self._threshold, _CLOSE_TO_BEST * ranked[0].confidence)
        close = [item for item in ranked if item.confidence >= least and self._answers(item)]
        claims: list[DraftClaim] = []
        words = 0
        for claim in [claim for item in close[:_MAX_SENTENCES] for claim in self._with_neighbours(item, ranked)]:
            words += len(claim.text.split())
            if claims and words > max_words:
                break
            if all(claim.text != other.text for other in claims):
                claims.append(claim)
        return tuple(claims)

    def _with_neighbours(self, item: Candidate, ranked: Sequence[Candidate]) -> list[DraftClaim]:
        """Return the sentence, the one before it if it points back, its list, and the denial of what it reports."""
        passage, sentences = item.passage, item.passage.sentences
        first = last = item.position
        if first and _POINTS_BACK.match(item.text):
            first -= 1
        if item.text.endswith(":"):
            while last + 1 < len(sentences) and sentences[last + 1].lead_in == item.sentence.span:
                last += 1
        claims = [self._claim(passage, sentences[position]) for position in range(first, last + 1)]
        if standing_of(item.text) == "reported" and (denial := _denial_of(item, ranked)):
            claims.append(self._claim(denial.passage, denial.sentence))
        return claims

    def _claim(self, passage: Passage, sentence: Sentence) -> DraftClaim:
        quote = quote_sentence(passage, sentence)
        quotes: list[Quote] = [quote]
        if sentence.lead_in and (lead := quote_lead_in(passage, sentence, self._text_of(passage.document.document_id))):
            quotes.insert(0, lead)
        return DraftClaim(quote.text, tuple(quotes))


def _denial_of(report: Candidate, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the denial nearest to a report in the same document that takes it up, or None."""
    document, names = report.passage.document.document_id, set(new_names(report.text, ""))

    def distance(item: Candidate) -> int:
        return abs(item.sentence.span.start - report.sentence.span.start)

    denials = (
        item
        for item in candidates
        if item.passage.document.document_id == document
        and distance(item) < _DENIAL_WITHIN
        and standing_of(item.text) == "denied"
        and (names & set(new_names(item.text, "")) or _TAKES_UP.search(item.text))
    )
    return min(denials, key=distance, default=None)


def _judged(item: Candidate, best: float, question: Question) -> Candidate:
    return replace(item, confidence=confidence(features(item.match, item.fit, best, question.asked)))


def _surroundings(passage: Passage, position: int, document: str) -> Surroundings:
    """Return what a reader has before their eyes: the sentence before in its paragraph, headings, the passage."""
    carried = []
    for sentence in reversed(passage.sentences[max(0, position - 2) : position]):
        between = passage.text[
            sentence.span.end - passage.span.start : passage.sentences[position].span.start - passage.span.start
        ]
        if "\n\n" in between:
            break
        carried.append(passage.slice(sentence.span))
    title = passage.document.metadata.title or ""
    return Surroundings(" ".join(carried), f"{title} — {passage.section or ''}", passage.text, document)


def inverse_document_frequency(frequency: int, total: int) -> float:
    """Return log(1 + (N - df + 0.5) / (df + 0.5)), as in bm25."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _could_answer(text: str, sentence: Sentence) -> bool:
    """Whether a sentence states anything: not a question, not a bare name or label."""
    if text.rstrip("\"'”’)").endswith("?"):
        return False
    return sentence.kind is not BlockKind.PARAGRAPH or sum(word.islower() for word in text.split()) >= 3
