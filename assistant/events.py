"""What is told while a question is being answered, in order, to whoever listens.

A listener that raises `Stopped` ends the work there and then: it is called between all steps.
"""

from collections.abc import Callable
from dataclasses import dataclass

from assistant.models import Citation, Claim, SearchHit


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
class TokensUsed:
    """What a call of a chat model took."""

    prompt: int
    completion: int


Event = StepBegun | SearchResults | Citation | Claim | ClaimsDropped | TokensUsed
OnEvent = Callable[[Event], None]


def unheard(event: Event) -> None:
    """Listen to nothing."""


def tell_claims(claims: tuple[Claim, ...], citations: tuple[Citation, ...], on_event: OnEvent) -> None:
    """Tell each claim, and before it those of its citations that were not told before."""
    untold = {citation.n: citation for citation in citations}
    for claim in claims:
        for number in claim.citations:
            if citation := untold.pop(number, None):
                on_event(citation)
        on_event(claim)
