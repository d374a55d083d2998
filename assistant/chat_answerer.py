"""Answer in a chat model's words, of which only those are shown that the passages say.

The model is asked once, and once more for the sentences that failed a check. Whatever goes wrong, the extractive
answer is there.
"""

import logging
import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.chat_model import ChatModel, Reply
from assistant.checking import Accepted, Checker, Refusal
from assistant.conflicts import conflict_between, dispute_of, distinct, recorded
from assistant.draft import Draft, DraftClaim, DraftConflict, Generation, OnClaim, OnWait, Quote, patient
from assistant.errors import ChatModelError
from assistant.extractive import MAX_WORDS, ExtractiveAnswerer, lacking
from assistant.generated import Generated, sentences_in
from assistant.prompts import Prompts
from assistant.selection import Candidate, Considered, claim_of, denial_of
from assistant.understanding import Question
from index.models import Hit, Passage, ignore

_MOST_SENTENCES = 12
_MOST_REPAIRED = 6
_log = logging.getLogger(__name__)


class ChatAnswerer:
    """Asks a chat model and checks every sentence of its reply."""

    def __init__(
        self,
        model: ChatModel,
        prompts: Prompts,
        extractive: ExtractiveAnswerer,
        text_of: Callable[[str], str],
    ) -> None:
        """Take the model, the prompts, the answerer to fall back on and `text_of(document_id)`."""
        self._model = model
        self._prompts = prompts
        self._extractive = extractive
        self._text_of = text_of

    def answer(
        self,
        question: Question,
        hits: Sequence[Hit],
        max_words: int | None = None,
        on_claim: OnClaim = ignore,
        on_wait: OnWait = patient,
    ) -> Draft:
        """Return the sentences that passed; none passed: the extractive answer, or none where nothing fits."""
        passages = [hit.passage for hit in hits]
        considered = self._extractive.consider(question, passages)
        if not any(part.covered for part in considered):  # no sentence could pass the check of fit
            return self._extractive.draft(considered, max_words, on_claim)
        checker = Checker(passages, considered, self._extractive.threshold, self._text_of)
        writing = _Writing(checker, considered, max_words or MAX_WORDS, on_claim, self._text_of)
        generation = self._generate(question, passages, writing, on_wait)
        if not writing.accepted:
            return replace(self._extractive.draft(considered, max_words, on_claim), generation=generation)
        missing, nearest = lacking(considered, writing.answered)
        return Draft(tuple(writing.claims), writing.all_conflicts(), missing, nearest, self._model.name, generation)

    def _generate(
        self, question: Question, passages: Sequence[Passage], writing: "_Writing", on_wait: OnWait
    ) -> Generation:
        """Ask, check, and ask once more for what failed; return what was done, the failure included."""
        made = Generation(self._model.name)
        fence = secrets.token_hex(6)
        given = passages_as_data(passages, fence)
        prompt = self._prompts.answer.format(
            abstention=self._prompts.abstention, passages=given, question=question.text, fence=fence
        )
        reply = Reply()
        refused: list[Refusal] = []
        try:
            made = replace(made, calls=1)
            refused = writing.take(self._model.stream(prompt, reply, on_wait), self._prompts.abstention)
            if refused and not writing.is_full:
                made = replace(made, calls=2)
                again = f"{prompt}\n\n{self._prompts.repair.format(failures=_failures(refused))}"
                passed = len(writing.accepted)
                still = writing.take(self._model.stream(again, reply, on_wait), self._prompts.abstention)
                made = replace(made, repaired=len(writing.accepted) - passed)
                refused = [*refused[made.repaired :], *still[: max(0, len(still) - len(refused))]]
        except ChatModelError as error:
            _log.warning("%s The extractive answer is given where nothing had passed.", error)
            made = replace(made, failure=str(error))
            refused = refused or writing.refused
        return replace(
            made,
            input_tokens=reply.input_tokens,
            output_tokens=reply.output_tokens,
            shown=len(writing.accepted),
            dropped=tuple(each.check for each in refused),
        )


@dataclass(slots=True)
class _Writing:
    """The answer as it comes into being: what passed, what was refused, how many words are there."""

    checker: Checker
    considered: Sequence[Considered]
    max_words: int
    on_claim: OnClaim
    text_of: Callable[[str], str]
    accepted: list[Accepted] = field(default_factory=list)
    claims: list[DraftClaim] = field(default_factory=list)
    beside: set[Quote] = field(default_factory=set)  # what of the claims is in the documents' own words
    conflicts: list[DraftConflict] = field(default_factory=list)
    answered: set[int] = field(default_factory=set)  # the places of the parts of the question
    refused: list[Refusal] = field(default_factory=list)
    is_full: bool = False

    def take(self, pieces: Iterator[str], abstention: str) -> list[Refusal]:
        """Check the sentences of a reply as they come in, give out those that pass; return those that do not."""
        self.refused = []
        for count, sentence in enumerate(sentences_in(pieces), start=1):
            if sentence.text and abstention not in sentence.text:
                self._take(sentence)
            if self.is_full or count >= _MOST_SENTENCES:
                break
        return self.refused

    def _take(self, sentence: Generated) -> None:
        result = self.checker.check(sentence)
        if isinstance(result, Refusal):
            self.refused.append(result)
        elif any(_same(result.claim, claim) for claim in self.claims) or set(result.claim.quotes) <= self.beside:
            self.answered |= result.answers
        elif self.claims and sum(len(each.text.split()) for each in [*self.claims, result.claim]) > self.max_words:
            self.is_full = True
        else:
            self.accepted.append(result)
            self.answered |= result.answers
            self._give_out(result.claim)
            self._add_beside(result)

    def _add_beside(self, result: Accepted) -> None:
        """Put beside a sentence what takes it back, however long the answer gets: a denial, the other side."""
        for part in (self.considered[place] for place in sorted(result.answers)):
            item = next((each for each in part.ranked if each.place == result.rests_on.place), result.rests_on)
            if denial := denial_of(item, part.ranked):
                self._saying(denial)
            if dispute := dispute_of(part.question, item, part.ranked):
                self.conflicts += conflict_between(part.question, result.claim, self._saying(dispute))

    def _saying(self, item: Candidate) -> DraftClaim:
        """Return the claim that rests on a sentence, giving it out in the document's words if there is none yet."""
        claim = claim_of(item, self.text_of)
        for other in self.claims:
            if set(claim.quotes) & set(other.quotes):
                return other
        self.beside |= set(claim.quotes)
        self._give_out(claim)
        return claim

    def _give_out(self, claim: DraftClaim) -> None:
        self.claims.append(claim)
        self.on_claim(claim)

    def all_conflicts(self) -> tuple[DraftConflict, ...]:
        """Return where claims differ, and what they record of sources that differ."""
        return distinct([*self.conflicts, *(conflict for claim in self.claims if (conflict := recorded(claim)))])


def passages_as_data(passages: Sequence[Passage], fence: str) -> str:
    """Return the passages numbered and dated, each between two lines that hold `fence`, which no document can know."""
    parts = []
    for number, passage in enumerate(passages, start=1):
        known = {
            "title": passage.document.metadata.title,
            "publisher": passage.document.metadata.publisher,
            "published": passage.published,
            "tells of": passage.event,
            "section": passage.section,
        }
        head = "; ".join(f"{name}: {' '.join(value.split())}" for name, value in known.items() if value)
        body = f"({head})\n{passage.text}".replace(fence, "")
        parts.append(f"<<<{fence} passage [{number}]\n{body}\n{fence} end of [{number}]>>>")
    return "\n\n".join(parts)


def _failures(refused: Sequence[Refusal]) -> str:
    return "\n".join(f"- {each.text[:300]!r}: {each.reason}" for each in refused[:_MOST_REPAIRED])


def _same(left: DraftClaim, right: DraftClaim) -> bool:
    return left.text.casefold().strip(" .") == right.text.casefold().strip(" .")
