"""What is told while a question is being answered, in order, to whoever listens.

A listener that raises `Stopped` ends the work there and then: it is called between all steps, and every moment
while a chat model is waited for.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from assistant.citations import checks_of, cite, compose
from assistant.draft import DraftClaim, Generation
from assistant.models import Answer, Citation, Claim, SearchHit


class Stopped(Exception):
    """Nobody waits for the answer any more."""


@dataclass(frozen=True, slots=True)
class StepBegun:
    """A step of the story begins: understand, retrieve, answer, check, cite."""

    name: str


@dataclass(frozen=True, slots=True)
class SearchResults:
    """The passages that were found, best first."""

    hits: tuple[SearchHit, ...]


@dataclass(frozen=True, slots=True)
class ClaimsDropped:
    """So many proposed sentences failed a check and are not shown."""

    count: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Nothing new; a chat model is being waited for."""


@dataclass(frozen=True, slots=True)
class TokensUsed:
    """What a chat model took."""

    prompt: int
    completion: int


Event = StepBegun | SearchResults | Citation | Claim | ClaimsDropped | Generation | TokensUsed | Waiting
OnEvent = Callable[[Event], None]


def unheard(event: Event) -> None:
    """Listen to nothing."""


class Telling:
    """Tells the claims of one answer as they come, each once, and before each those of its citations that are new."""

    def __init__(self, text_of: Callable[[str], str], on_event: OnEvent) -> None:
        """`text_of(document_id)` is the text that quotes must be found in."""
        self._text_of = text_of
        self._on_event = on_event
        self._drafts: list[DraftClaim] = []
        self._claims = self._citations = 0  # told so far

    def propose(self, draft: DraftClaim) -> None:
        """Tell a claim that the answer will have, if it passes every check."""
        if checks_of(draft, self._text_of).passed:
            self._drafts.append(draft)
            cited, citations = cite(self._drafts)
            self._tell(compose(cited, self._text_of)[1], citations)

    def finish(self, answer: Answer) -> None:
        """Tell what of `answer` was not told before."""
        self._tell(answer.claims, answer.citations)

    def _tell(self, claims: Sequence[Claim], citations: Sequence[Citation]) -> None:
        for claim in claims[self._claims :]:
            for number in claim.citations:
                if number > self._citations:  # they are numbered in order of first use
                    self._citations = number
                    self._on_event(citations[number - 1])
            self._claims += 1
            self._on_event(claim)
