"""Check a sentence that a chat model wrote: nothing of it is shown unless the passage it cites says it.

`check` looks for the sentences of the cited passages that support it, and refuses it with a reason otherwise. A
sentence passes if every word that carries meaning stands in its quotes (or one that says the same, `alike.txt`), each
figure with its unit, each name whole, said of the same companies, places and times; if it is as firm as they are;
and if the evidence fits the question, as for sentences that are quoted.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from assistant.citations import checks_of
from assistant.clauses import GRAMMAR, Clause, NameGroup, Vocabulary, Word
from assistant.draft import DraftClaim, Quote
from assistant.firmness import (
    addresses_a_model,
    clause_markers,
    hedges,
    is_plain_speech_of,
    is_speech,
    sentence_markers,
)
from assistant.generated import Generated, why_not_plain
from assistant.kinds import holds
from assistant.quantities import Quantity, read_numbers
from assistant.quoting import MAX_QUOTE_CHARS, quote_lead_in, quote_sentence
from assistant.selection import Candidate, Considered
from assistant.understanding import Asked
from index.models import BlockKind, Passage, Sentence, Span

_TRIED = 4  # sentences of the cited passages
_LIST_ITEMS = 6
_MAX_WORDS = 60
_ROLES = {"from": "from", "than": "than", "against": "against", "to": "to", "into": "to", "onto": "to", "toward": "to"}

_ADJUNCT = frozenset("under in at on for during through after before since among between as".split())
_TYPED = frozenset({Asked.NUMBER, Asked.MONEY, Asked.PERCENT, Asked.MEASURE, Asked.DATE, Asked.PERSON})

_SUPERLATIVE = re.compile(r"\b(?:\w{3,}est|most|first|best|only|record|never|unique)\b", re.I)

TextOf = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A generated sentence that is not shown: which check it failed, and why in words for whoever wrote it."""

    text: str
    check: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """A generated sentence that passed: the claim, the sentence it rests on, the parts of the question it answers."""

    claim: DraftClaim
    rests_on: Candidate
    answers: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Evidence:
    """A sentence of a passage and what stands before it that it needs, in reading order: a text each."""

    main: Candidate
    sentences: tuple[Quote, ...]

    @property
    def texts(self) -> list[str]:
        return [quote.text for quote in self.sentences]


class Checker:
    """Checks the sentences of one answer against the passages that were given to the chat model."""

    def __init__(
        self, passages: Sequence[Passage], considered: Sequence[Considered], threshold: float, text_of: TextOf
    ) -> None:
        """Take the passages in the order of their numbers, what was considered of them, and the threshold of fit."""
        self._passages = passages
        self._considered = considered
        self._threshold = threshold
        self._text_of = text_of
        self._vocabulary = Vocabulary([passage.text for passage in passages])
        self._judged = {item.place: item for part in considered for item in reversed(part.ranked)}

    def check(self, sentence: Generated) -> Accepted | Refusal:
        """Return the claim with its quotes, or why the sentence is not shown."""
        text = sentence.text
        if reason := why_not_plain(text):
            return Refusal(text, "plain text", reason)
        if reason := _why_no_statement(text):
            return Refusal(text, "plain text", reason)
        if not sentence.cited:
            return Refusal(text, "citation", "it cites no passage; end it with the number of the passage, as in [1]")
        if unknown := [number for number in sentence.cited if not 1 <= number <= len(self._passages)]:
            return Refusal(text, "citation", f"there is no passage [{unknown[0]}]")
        cited = [self._passages[number - 1] for number in sentence.cited]
        return self._best(text, cited)

    def _best(self, text: str, cited: Sequence[Passage]) -> Accepted | Refusal:
        """Try the likeliest sentences of the cited passages; refuse with what the nearest of them lacks."""
        refusal: Refusal | None = None
        for evidence in self._evidence(text, cited):
            problem = next(self._problems(text, evidence), None)
            answers = self._answers(text, evidence)
            claim = DraftClaim(text, _joined(evidence.sentences))
            if problem is None and answers:
                if checks_of(claim, self._text_of).passed:  # as the whole answer is checked in the end
                    return Accepted(claim, evidence.main, answers)
                problem = "names", "its figures and names are not written as in the passage"
            check, reason = problem or ("fits", "the passage it rests on does not answer the question")
            refusal = refusal or Refusal(text, check, reason)
        return refusal or Refusal(text, "quote", "no sentence of the passage it cites says this")

    def _evidence(self, text: str, cited: Sequence[Passage]) -> Iterator[_Evidence]:
        """Yield the sentences that share most with `text`, the most first, with what they need around them."""
        wanted = self._wanted(text)
        rated = []
        for passage in cited:
            for position, sentence in enumerate(passage.sentences):
                item = self._judged.get((passage.chunk_id, position))
                if item and not addresses_a_model(passage.slice(sentence.span)):
                    shared = len(wanted & self._wanted(quote_sentence(passage, sentence).text))
                    rated.append((shared, item.confidence, item))
        rated.sort(key=lambda each: each[:2], reverse=True)
        for shared, _, item in rated[:_TRIED]:
            if shared:
                yield _Evidence(item, self._quotes(item, wanted))

    def _quotes(self, item: Candidate, wanted: frozenset[str]) -> tuple[Quote, ...]:
        """Return the sentence and, as long as words are missing, what leads to it and the items beside it."""
        main = quote_sentence(item.passage, item.sentence)
        quotes = [main]
        missing = wanted - self._wanted(main.text)
        for quote in self._around(item):
            if missing & self._wanted(quote.text) and not addresses_a_model(quote.text):
                quotes.append(quote)
                missing -= self._wanted(quote.text)
        return tuple(sorted(quotes, key=lambda quote: quote.span))

    def _around(self, item: Candidate) -> Iterator[Quote]:
        passage, sentence = item.passage, item.sentence
        whole = self._text_of(passage.document.document_id)
        if lead := quote_lead_in(passage, sentence, whole):
            yield lead
        if sentence.kind is BlockKind.LIST:
            beside = [other for other in passage.sentences if other.lead_in == sentence.lead_in and other != sentence]
            yield from (quote_sentence(passage, other) for other in beside[:_LIST_ITEMS] if sentence.lead_in)
            return
        for before in reversed(passage.sentences[max(0, item.position - 2) : item.position]):
            if "\n\n" in whole[before.span.end : sentence.span.start]:
                return
            yield quote_sentence(passage, before)

    def _wanted(self, text: str) -> frozenset[str]:
        """Return the words that carry the meaning of `text`, as they are compared."""
        return frozenset(_compared(word) for word in self._vocabulary.words(text) if not _is_grammar(word))

    def _problems(self, text: str, evidence: _Evidence) -> Iterator[tuple[str, str]]:
        """Yield what keeps `text` from being supported: which check, and why."""
        quoted = " ".join(evidence.texts)
        yield from _wrong_numbers(text, quoted)
        yield from self._wrong_names(text, quoted)
        if missing := self._missing(text, quoted):
            yield "evidence", f"the passage does not say: {', '.join(missing)}; use the passage's own words"
        claimed, given = self._vocabulary.clauses([text]), self._vocabulary.clauses(evidence.texts)
        yield from _wrong_owner(claimed, given)
        yield from self._wrong_order(text, evidence.texts)
        yield from _wrong_firmness(text, _aligned(claimed, given), evidence, claimed)

    def _missing(self, text: str, quoted: str) -> list[str]:
        there = self._wanted(quoted)
        words = self._vocabulary.words(text)
        return [word.text for word in words if not _is_grammar(word) and _compared(word) not in there]

    def _wrong_names(self, text: str, quoted: str) -> Iterator[tuple[str, str]]:
        known = {group.key for group in self._vocabulary.groups(quoted, self._vocabulary.words(quoted))}
        words = self._vocabulary.words(text)
        for group in self._vocabulary.groups(text, words):
            if group.key not in known:
                written = text[words[group.first].start : words[group.last].end]
                yield "names", f"the passage does not name '{written}' in this way"

    def _wrong_order(self, text: str, quoted: Sequence[str]) -> Iterator[tuple[str, str]]:
        """Yield names that changed places: who does something and whom it is done to."""
        claimed = dict(_relations(text, self._vocabulary))
        given: dict[tuple[str, str], set[int]] = {}
        for sentence in quoted:
            for pair, direction in _relations(sentence, self._vocabulary):
                given.setdefault(pair, set()).add(direction)
        for pair, direction in claimed.items():
            if direction and given.get(pair) and direction not in given[pair]:
                yield "names", f"the passage has '{pair[0]}' and '{pair[1]}' the other way round"
        own, known = _roles(text, self._vocabulary), [_roles(each, self._vocabulary) for each in quoted]
        for role, name in sorted(own):
            roles = {role for each in known for role, other in each if other == name}
            if roles and role not in roles:
                yield "names", f"the passage has '{name}' in another role than '{role or 'by itself'}'"

    def _answers(self, text: str, evidence: _Evidence) -> frozenset[int]:
        """Return the parts of the question for which the evidence is likely enough and whose answer the claim keeps."""
        main = evidence.main
        places = {main.place, *_lead_in_place(main.passage, main.sentence)}
        found = set()
        for number, part in enumerate(self._considered):
            sure = [item for item in part.ranked if item.place in places and item.confidence >= self._threshold]
            keeps = part.question.asked not in _TYPED or holds(part.question, text)
            if any(keeps or not holds(part.question, item.text) for item in sure):
                found.add(number)
        return frozenset(found)


def _why_no_statement(text: str) -> str | None:
    words = text.split()
    if not 3 <= len(words) <= _MAX_WORDS:
        return f"it has {len(words)} words; a sentence has 3 to {_MAX_WORDS}"
    if text.rstrip("\"'”’)").endswith("?"):
        return "it is a question"
    return None if text[-1] in '.!"”’)%' or text[-1].isalnum() else "it is no whole sentence"


def _is_grammar(word: Word) -> bool:
    return word.text.lower() in GRAMMAR


def _compared(word: Word) -> str:
    return word.text.lower() if word.is_name else word.stem


def _joined(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Return the quotes with neighbours made one, as far as a quote may be that long."""
    joined: list[Quote] = []
    for quote in quotes:
        last = joined[-1] if joined else None
        if last and quote.span.start <= last.span.end + 1 and quote.span.end - last.span.start <= MAX_QUOTE_CHARS:
            span = Span(last.span.start, quote.span.end)
            if span.start >= quote.passage.span.start:
                joined[-1] = Quote(quote.passage, span, quote.passage.slice(span))
                continue
        joined.append(quote)
    return tuple(joined)


def _wrong_numbers(text: str, quoted: str) -> Iterator[tuple[str, str]]:
    """Yield the numbers that the quotes do not have with the same value, scale, unit and thing counted."""
    given = read_numbers(quoted)
    for number in read_numbers(text):
        written = number.span.of(text)
        same = [each for each in given if each.readings == number.readings and each.units == number.units]
        if not same:
            yield "numbers", f"the passage does not have the figure '{written}' with this unit"
        elif (counted := _counted(text, number)) and not any(counted in _near(quoted, each) for each in same):
            yield "numbers", f"the passage does not have '{written}' as a number of '{counted}'"


def _counted(text: str, number: Quantity) -> str | None:
    """Return the word that a number counts: the next one that carries meaning, if it follows at once."""
    if number.units or _is_year(number):
        return None
    after = Vocabulary([]).words(text[number.span.end : number.span.end + 40])
    return after[0].stem if after and not _is_grammar(after[0]) and after[0].text.isalpha() else None


def _near(text: str, number: Quantity) -> set[str]:
    words = Vocabulary([]).words(text[max(0, number.span.start - 40) : number.span.end + 60])
    return {word.stem for word in words}


def _is_year(number: Quantity) -> bool:
    return number.readings[0].is_integer() and 1900 <= number.readings[0] <= 2100


def _wrong_owner(claimed: Sequence[Clause], given: Sequence[Clause]) -> Iterator[tuple[str, str]]:
    """Yield words that the quotes say of another company, place or time."""
    for clause in claimed:
        for stem in sorted(clause.stems):
            having = [each for each in given if stem in each.stems]
            if having and not any(each.is_said_of_all(clause) for each in having):
                said_of = ", ".join(sorted(clause.names | clause.places | clause.times))
                yield "names", f"the passage does not say '{stem}' of {said_of}"


def _aligned(claimed: Sequence[Clause], given: Sequence[Clause]) -> list[Clause]:
    """Return the fewest clauses of the quotes that hold the words of the claim, greedily."""
    wanted = frozenset[str]().union(*(clause.stems for clause in claimed))
    chosen: list[Clause] = []
    while wanted:
        best = max(given, key=lambda clause: len(clause.stems & wanted), default=None)
        if best is None or not best.stems & wanted:
            break
        chosen.append(best)
        wanted -= best.stems
        place = given.index(best)
        while given[place].goes_on and place:  # "will build a plant and hire people": the plan covers both
            place -= 1
            chosen.append(given[place])
    return chosen


def _wrong_firmness(
    text: str, aligned: Sequence[Clause], evidence: _Evidence, claimed: Sequence[Clause]
) -> Iterator[tuple[str, str]]:
    """Yield what the quotes deny, report, plan, think possible or hedge and the claim does not, and the reverse."""
    sentences = [each for each in evidence.texts if any(clause.text.strip() in each for clause in aligned)]
    given = sentence_markers(" ".join(sentences)) | clause_markers(" ".join(clause.text for clause in aligned))
    publishers = _publishers(evidence)
    if "a report" in given and all(_only_publisher(each, publishers) for each in sentences):
        given -= {"a report"}
    own = sentence_markers(text) | clause_markers(text)
    if lost := sorted(given - own):
        yield "firmness", f"the passage says it as {lost[0]}; keep that"
    if added := sorted(own - given - {"a report"}):
        yield "firmness", f"it says as {added[0]} what the passage does not"
    superlative = [clause for clause in aligned if _SUPERLATIVE.search(clause.text) and _SUPERLATIVE.search(text)]
    if lost := sorted(
        frozenset[str]().union(*(clause.places | clause.times for clause in superlative)) - _slots(claimed)
    ):
        yield "firmness", f"the passage says 'most' or 'first' only of {', '.join(lost)}; name it"
    attributed = [each for each in sentences if is_speech(each) and not is_plain_speech_of(each, publishers)]
    if attributed and not is_speech(text) and "a report" not in own:
        yield "firmness", "the passage says who says or thinks this; keep that"
    used = {word.text.lower() for clause in claimed for word in clause.words}
    before = {(hedge, word.lstrip("$€£¥₩")) for clause in aligned for hedge, word in hedges(clause.text)}
    after = {(hedge, word.lstrip("$€£¥₩")) for hedge, word in hedges(text)}
    for hedge, word in sorted({pair for pair in before if pair[1] in used} ^ after):
        yield "firmness", f"'{hedge}' before '{word}' must be as in the passage"


def _slots(clauses: Sequence[Clause]) -> frozenset[str]:
    return frozenset[str]().union(*(clause.places | clause.times for clause in clauses))


def _only_publisher(text: str, publishers: frozenset[str]) -> bool:
    return "a report" not in sentence_markers(text) or is_plain_speech_of(text, publishers)


def _publishers(evidence: _Evidence) -> frozenset[str]:
    passage = evidence.main.passage
    names = [passage.document.metadata.publisher, *(report.publisher for report in passage.based_on)]
    return frozenset(name.casefold() for name in names if name)


def _relations(text: str, vocabulary: Vocabulary) -> list[tuple[tuple[str, str], int]]:
    """Return for each two names of a clause which is the doer: 1 the first by alphabet, -1 the other, 0 neither."""
    found = []
    for clause in vocabulary.clauses([text]):
        groups = [group for group in vocabulary.groups(clause.text, clause.words) if not group.is_place]
        for at, left in enumerate(groups):
            for right in groups[at + 1 :]:
                if left.key != right.key and not _is_adjunct(clause, left) and not _is_adjunct(clause, right):
                    pair = (min(left.key, right.key), max(left.key, right.key))
                    found.append((pair, _direction(clause, left, right) * (1 if pair[0] == left.key else -1)))
    return found


def _direction(clause: Clause, left: NameGroup, right: NameGroup) -> int:
    between = clause.text[clause.words[left.last].end : clause.words[right.first].start].lower().replace(",", " ")
    words = between.split()
    if set(words) <= {"and", "or", "the", "both"}:
        return 0
    return -1 if words[-1] == "by" or words[-2:] == ["by", "the"] else 1


def _is_adjunct(clause: Clause, group: NameGroup) -> bool:
    before = clause.words[group.first - 1].text.lower() if group.first else ""
    return before in _ADJUNCT or before in _ROLES


def _roles(text: str, vocabulary: Vocabulary) -> set[tuple[str, str]]:
    """Return each name with the 'from', 'to', 'than' or 'against' that it stands after, or with none."""
    words = vocabulary.words(text)
    found = set()
    for group in vocabulary.groups(text, words):
        before = words[group.first - 1].text.lower() if group.first else ""
        if before == "of":  # whose something is, which may be said in several ways
            continue
        found.add((_ROLES.get(before, ""), group.key))
    return found


def _lead_in_place(passage: Passage, sentence: Sentence) -> list[tuple[int, int]]:
    """Return the place of the sentence that leads in a list item, if it stands in the same passage."""
    return [(passage.chunk_id, at) for at, each in enumerate(passage.sentences) if each.span == sentence.lead_in]
