"""Choose the sentences of an answer among candidates, with the neighbours that a reader needs."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.draft import DraftClaim, Quote
from assistant.fit import Fit
from assistant.late_interaction import SentenceScore
from assistant.names import COMMON_CAPITALS
from assistant.quoting import quote_lead_in, quote_sentence
from assistant.standing import standing_of
from assistant.times import years_in
from assistant.understanding import Asked, Question
from index.models import Passage, Sentence
from index.words import FUNCTION_WORDS

_MAX_SENTENCES = 4
_MAX_SENTENCES_BRIEFLY = 3  # for a fact or a number
_CLOSE_TO_BEST = 0.6  # of the best sentence's confidence
_BRIEF = 45  # words that a fact or a number should not need more than
_NEARLY_BEST = 0.97  # of the best sentence's confidence: shown however long both are
_NEWER = 0.75  # of the best sentence's confidence: enough for a newer one to stand beside it
_AT_LENGTH = frozenset({Asked.LIST, Asked.REASON, Asked.OTHER, Asked.YES_NO})
_DENIAL_WITHIN = 1_200  # characters from the report
_CAPITAL = re.compile(r"\b[A-Z][\w&-]+")
_SHARED_NAMES = 2  # that a denial in another document has with a report
_POINTS_BACK = re.compile(
    r"(?:he|she|it|they|this|that|these|those|both|however|but|its|their|his|her|such|meanwhile|also|instead)\b", re.I
)
_TAKES_UP = re.compile(
    r"\b(?:both|(?:the|such|that|this) (?:claims?|reports?|talks|story|rumou?rs?|allegations?)|it)\b", re.I
)

TextOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question: how it matches, how it fits, how likely it answers (0 to 1)."""

    passage: Passage
    position: int  # of the sentence in its passage
    match: SentenceScore
    fit: Fit
    reading: float | None = None  # log-odds, None if it was not among those read closely
    confidence: float = 0.0

    @property
    def sentence(self) -> Sentence:
        """The sentence itself."""
        return self.passage.sentences[self.position]

    @property
    def text(self) -> str:
        """The sentence's words."""
        return self.passage.slice(self.sentence.span)

    @property
    def date(self) -> str:
        """The date of what the sentence tells of, as far as known: its own newest year, else the passage's date."""
        event = self.passage.event or self.passage.published or ""
        years = [year for year in years_in(self.text) if not event or year <= event[:4]]
        return event if not years or event[:4] == max(years) else max(years)

    @property
    def place(self) -> tuple[int, int]:
        """What tells this sentence from every other."""
        return self.passage.chunk_id, self.position


@dataclass(frozen=True, slots=True)
class Considered:
    """One thing asked, every sentence considered for it (the likeliest first), and the places of those chosen."""

    question: Question
    ranked: tuple[Candidate, ...]
    chosen: tuple[Candidate, ...]
    covered: bool  # by these or by a sentence chosen for an earlier part

    def verdict(self, item: Candidate, threshold: float) -> str:
        """Return in words why a sentence was taken or left."""
        if item in self.chosen:
            return "chosen"
        if item.confidence < threshold:
            lacks = f"; lacks {', '.join(item.fit.missing)}" if item.fit.missing else ""
            return f"below the threshold of {threshold:.2f}{lacks}"
        return "already covered by a chosen sentence" if not self.chosen else "less likely than those chosen"


def consider(rankings: Sequence[tuple[Question, Sequence[Candidate]]], threshold: float) -> tuple[Considered, ...]:
    """Choose for each thing asked the likeliest sentences; one sentence that answers two parts is taken once."""
    taken: set[tuple[int, int]] = set()
    parts = []
    for question, ranked in rankings:
        close = _close_to_best(ranked, threshold)
        chosen = () if any(item.place in taken for item in close) else _briefly(close, question)
        taken.update(item.place for item in chosen)
        parts.append(Considered(question, tuple(ranked), chosen, bool(close)))
    return tuple(parts)


def _close_to_best(ranked: Sequence[Candidate], threshold: float) -> list[Candidate]:
    """Return the candidates that are likely enough and not much less likely than the best."""
    answering = [item for item in ranked if item.confidence >= threshold]
    return [item for item in answering if item.confidence >= _CLOSE_TO_BEST * answering[0].confidence]


def _briefly(close: Sequence[Candidate], question: Question) -> tuple[Candidate, ...]:
    """Return the best sentence and some more, unless that makes the answer to a plain question long.

    Where the question asks how things are, a newer sentence stands first, the older one after it.
    """
    newer = _newer(close) if question.time.now else None
    if newer:
        return newer, close[0]
    if question.asked in _AT_LENGTH:
        return tuple(close[:_MAX_SENTENCES])
    chosen: list[Candidate] = []
    for item in close[:_MAX_SENTENCES_BRIEFLY]:
        words = sum(len(each.text.split()) for each in [*chosen, item])
        if not chosen or words <= _BRIEF or item.confidence >= _NEARLY_BEST * close[0].confidence:
            chosen.append(item)
    return tuple(chosen)


def _newer(close: Sequence[Candidate]) -> Candidate | None:
    """Return the newest of those nearly as likely as the best, if it is of a later year and names as much."""
    if not close or not close[0].date:
        return None
    likely = [item for item in close if item.confidence >= _NEWER * close[0].confidence]
    newest = max(likely, key=lambda item: item.date)
    return newest if newest.date[:4] > close[0].date[:4] and newest.fit.names >= close[0].fit.names else None


def claims_of(item: Candidate, text_of: TextOf) -> list[DraftClaim]:
    """Return the sentence, the one before it if it points back, and its list."""
    passage, sentences = item.passage, item.passage.sentences
    first = last = item.position
    if first and _POINTS_BACK.match(item.text):
        first -= 1
    if item.text.endswith(":"):
        while last + 1 < len(sentences) and sentences[last + 1].lead_in == item.sentence.span:
            last += 1
    return [_claim(passage, sentences[position], text_of) for position in range(first, last + 1)]


def claim_of(item: Candidate, text_of: TextOf) -> DraftClaim:
    """Return a sentence as a claim in its own words."""
    return _claim(item.passage, item.sentence, text_of)


def _claim(passage: Passage, sentence: Sentence, text_of: TextOf) -> DraftClaim:
    quote = quote_sentence(passage, sentence)
    quotes: list[Quote] = [quote]
    if sentence.lead_in and (lead := quote_lead_in(passage, sentence, text_of(passage.document.document_id))):
        quotes.insert(0, lead)
    return DraftClaim(quote.text, tuple(quotes))


def denial_of(report: Candidate, candidates: Sequence[Candidate]) -> Candidate | None:
    """Return the denial that takes a report up: the nearest one in its document, else one of another, or None."""
    if standing_of(report.text) != "reported":
        return None
    document, names = report.passage.document.document_id, _names(report)

    def distance(item: Candidate) -> int:
        return abs(item.sentence.span.start - report.sentence.span.start)

    denials = [item for item in candidates if item != report and standing_of(item.text) == "denied"]
    near = [
        item
        for item in denials
        if item.passage.document.document_id == document
        and distance(item) < _DENIAL_WITHIN
        and (names & _names(item) or _TAKES_UP.search(item.text))
    ]
    if near:
        return min(near, key=distance)
    elsewhere = [
        item
        for item in denials
        if item.passage.document.document_id != document
        and len(names & (_names(item) | _names_around(item))) >= min(_SHARED_NAMES, len(names))
    ]
    return max(elsewhere, key=lambda item: item.match.mean, default=None)


def _names(item: Candidate) -> set[str]:
    return _capitalised(item.text)


def _names_around(item: Candidate) -> set[str]:
    """Return the names that a reader of a sentence has before their eyes: those of its passage and its title."""
    return _capitalised(f"{item.passage.document.metadata.title or ''} {item.passage.text}")


def _capitalised(text: str) -> set[str]:
    """Return the words of a text that are written as names, those that open a sentence too."""
    return {word for word in _CAPITAL.findall(text) if word.lower() not in FUNCTION_WORDS | COMMON_CAPITALS}
