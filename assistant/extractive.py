"""Answer with sentences of the documents, without a language model.

Sentences of the best passages are ordered by how they match the question (`late_interaction`) and
how they fit it (`fit`); the likeliest are read closely (`reader`). `selection` picks those of the answer.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, replace
from threading import Lock

from assistant.confidence import Features, confidence, features, likelihood
from assistant.conflicts import conflict_between, dispute_of, distinct, recorded
from assistant.draft import Draft, DraftClaim, DraftConflict, OnClaim, OnWait, Quote, patient
from assistant.entities import in_words_of
from assistant.firmness import addresses_a_model
from assistant.fit import Surroundings, fit
from assistant.late_interaction import Query, Ranges, ranges_of, score_sentences
from assistant.names import definitions_in, with_aliases
from assistant.quoting import quote_sentence
from assistant.reader import Reader, Reading
from assistant.selection import Candidate, Considered, claim_of, claims_of, consider, denial_of
from assistant.subjects import other_subject
from assistant.understanding import Question
from index.embedding import SentenceEmbedder, TokenStates
from index.models import BlockKind, Hit, Passage, Sentence, ignore
from index.words import content_words

_READ_CLOSELY = 24
MAX_WORDS = 120
_NEAREST_SHOWN = 3
_CACHED_PASSAGES = 256  # about 0.4 MB each


class ExtractiveAnswerer:
    """Chooses sentences; `threshold` is how well the best must fit (0 to 1) to be an answer."""

    def __init__(
        self,
        encoder: SentenceEmbedder,
        rarity: Callable[[Sequence[str]], dict[str, float]],
        text_of: Callable[[str], str],
        threshold: float,
    ) -> None:
        """Take the packaged model, `rarity(words)` (inverse document frequency), `text_of(id)` and the threshold."""
        self._encoder = encoder
        self._rarity = rarity
        self._text_of = text_of
        self.threshold = threshold
        self._reader = Reader(encoder)
        self._states: OrderedDict[int, TokenStates] = OrderedDict()
        self._lock = Lock()

    def answer(
        self,
        question: Question,
        hits: Sequence[Hit],
        max_words: int | None = None,
        on_claim: OnClaim = ignore,
        on_wait: OnWait = patient,  # noqa: ARG002 - nothing is waited for
    ) -> Draft:
        """Return the sentences of `hits` that answer `question`, or none and the nearest ones."""
        return self.draft(self.consider(question, [hit.passage for hit in hits]), max_words, on_claim)

    def draft(self, parts: Sequence[Considered], max_words: int | None = None, on_claim: OnClaim = ignore) -> Draft:
        """Return the sentences chosen in `parts`, or none and the nearest ones."""
        claims, conflicts = self._claims(parts, max_words or MAX_WORDS)
        for claim in claims:
            on_claim(claim)
        missing, nearest = lacking(parts, [place for place, part in enumerate(parts) if part.covered])
        return Draft(claims, conflicts, missing, nearest)

    def consider(self, question: Question, passages: Sequence[Passage]) -> tuple[Considered, ...]:
        """Return for each thing asked every sentence that was considered and which were chosen."""
        asked = question.parts or (question,)
        return consider([(part, self.rank(part, passages)) for part in asked], self.threshold)

    def rank(self, question: Question, passages: Sequence[Passage]) -> list[Candidate]:
        """Return every sentence of `passages` that could answer, the likeliest first."""
        question = _as_passages_say(question, passages)
        looked = self.first_look(question, passages)
        close = looked[:_READ_CLOSELY]
        scores = self._reader.read(question.text, question.asked, [reading for _, reading in close]).tolist()
        judged = [
            replace(item, reading=score, confidence=item.fit.gate * confidence(score, Features(*reading.features)))
            for (item, reading), score in zip(close, scores, strict=True)
        ]
        return [*sorted(judged, key=lambda item: -item.confidence), *(item for item, _ in looked[_READ_CLOSELY:])]

    def first_look(self, question: Question, passages: Sequence[Passage]) -> list[tuple[Candidate, Reading]]:
        """Return every sentence that could answer and what the reader needs of it, ordered by match and fit.

        Those that speak of another venture come last.
        """
        texts = {item.document.document_id: self._text_of(item.document.document_id) for item in passages}
        definitions = definitions_in("\n".join(passage.text for passage in passages))
        question = replace(question, names=tuple(with_aliases(name, definitions) for name in question.names))
        asked = self._encoder.read_query(question.text)
        query = Query.of(question.text, asked, self._rarity(question.words))
        found: list[tuple[Candidate, TokenStates, Ranges]] = []
        for passage, read in zip(passages, self._read(passages), strict=True):
            ranges = ranges_of(passage, read)
            for position, match in enumerate(score_sentences(query, ranges, read)):
                text = passage.slice(passage.sentences[position].span)
                if match and _could_answer(text, passage.sentences[position]):
                    around = _surroundings(passage, position, texts)
                    other = other_subject(question, passage, position)
                    item = Candidate(passage, position, match, fit(question, text, around, other))
                    found.append((item, read, ranges[position]))
        best = max((item.match.mean for item, _, _ in found if item.fit.subject), default=0.0)
        given = [features(item.match, item.fit, best, question.asked) for item, _, _ in found]
        order = sorted(range(len(found)), key=lambda at: (-found[at][0].fit.subject, -likelihood(given[at])))
        return [(found[at][0], Reading(found[at][1], found[at][2], astuple(given[at]))) for at in order]

    def forget(self, *, passages: bool = True) -> None:
        """Drop what was read of questions and, unless told otherwise, of passages."""
        self._encoder.forget_queries()
        self._reader.forget_queries()
        with self._lock:
            if passages:
                self._states.clear()

    def _read(self, passages: Sequence[Passage]) -> list[TokenStates]:
        """Return the token states of the passages, from memory where they have been read before."""
        with self._lock:
            known = {item.chunk_id: self._states[item.chunk_id] for item in passages if item.chunk_id in self._states}
        unread = [passage for passage in passages if passage.chunk_id not in known]
        states = self._encoder.encode_tokens([passage.embedded_text for passage in unread])
        fresh = {passage.chunk_id: state for passage, state in zip(unread, states, strict=True)}
        with self._lock:
            self._states.update(fresh)
            while len(self._states) > _CACHED_PASSAGES:
                self._states.popitem(last=False)
        return [(known | fresh)[passage.chunk_id] for passage in passages]

    def _claims(
        self, parts: Sequence[Considered], max_words: int
    ) -> tuple[tuple[DraftClaim, ...], tuple[DraftConflict, ...]]:
        """Return the chosen sentences with their neighbours, each once, up to `max_words`, and where they differ."""
        claims: list[DraftClaim] = []
        conflicts: list[DraftConflict] = []
        for part, item in [(each, item) for each in parts for item in each.chosen]:
            for claim in claims_of(item, self._text_of):
                if claims and _words([*claims, claim]) > max_words:
                    return tuple(claims), distinct(conflicts)
                claims += [claim] if claim not in claims else []
            # What takes a sentence back stands beside it, however long the answer gets.
            dispute = dispute_of(part.question, item, part.ranked)
            beside = [claim_of(each, self._text_of) for each in (denial_of(item, part.ranked), dispute) if each]
            if dispute:
                conflicts += conflict_between(part.question, claim_of(item, self._text_of), beside[-1])
            claims += [claim for claim in beside if claim not in claims]
        conflicts += [conflict for claim in claims if (conflict := recorded(claim))]
        return tuple(claims), distinct(conflicts)


def _as_passages_say(question: Question, passages: Sequence[Passage]) -> Question:
    """Return the question with the names that the passages use for what it names by another."""
    text = in_words_of(question.text, [passage.text for passage in passages], question.lexicon)
    return question if text == question.text else replace(question, text=text, words=content_words(text))


def lacking(parts: Sequence[Considered], answered: Collection[int]) -> tuple[tuple[str, ...], tuple[Quote, ...]]:
    """Return what the evidence lacks for the parts whose places are not in `answered`, and the quotes nearest to them.

    A part that takes one meaning of an ambiguous name lacks nothing if another meaning has an answer.
    """
    read = {parts[place].question.reading for place in answered}
    left = [
        part
        for place, part in enumerate(parts)
        if place not in answered and not (part.question.reading and part.question.reading in read)
    ]
    missing = tuple(dict.fromkeys(item for part in left for item in _missing(part)))
    nearest = [item for part in left for item in part.ranked[:_NEAREST_SHOWN]][:_NEAREST_SHOWN]
    return missing, tuple(quote_sentence(item.passage, item.sentence) for item in nearest)


def _words(claims: Sequence[DraftClaim]) -> int:
    return sum(len(claim.text.split()) for claim in claims)


def _missing(part: Considered) -> tuple[str, ...]:
    """Return what the evidence for a part lacks, in words."""
    return (part.ranked[0].fit.missing if part.ranked else ()) or (part.question.text,)


def _surroundings(passage: Passage, position: int, texts: Mapping[str, str]) -> Surroundings:
    """Return what a reader has before their eyes: the sentence before in its paragraph, headings, the passage.

    `texts` are those of all documents found, by id.
    """
    carried = []
    for sentence in reversed(passage.sentences[max(0, position - 2) : position]):
        between = passage.text[
            sentence.span.end - passage.span.start : passage.sentences[position].span.start - passage.span.start
        ]
        if "\n\n" in between:
            break
        carried.append(passage.slice(sentence.span))
    title = passage.document.metadata.title or ""
    headings = f"{title} — {passage.section or ''} — {passage.document.metadata.publisher or ''}"
    document = texts[passage.document.document_id]
    return Surroundings(" ".join(carried), headings, passage.text, document, passage.event, tuple(texts.values()))


def inverse_document_frequency(frequency: int, total: int) -> float:
    """Return log(1 + (N - df + 0.5) / (df + 0.5)), as in bm25."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _could_answer(text: str, sentence: Sentence) -> bool:
    """Whether a sentence states anything: not a question, not a bare name or label, no order to whoever answers."""
    if addresses_a_model(text):
        return False
    if text.rstrip("\"'”’)").endswith("?"):
        return False
    return sentence.kind is not BlockKind.PARAGRAPH or sum(word.islower() for word in text.split()) >= 2
