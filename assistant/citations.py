"""Turn a draft into claims with numbered citations, and check each: the `cite` and `check` steps."""

import re
from collections.abc import Callable, Iterable, Sequence

from assistant.clauses import COMPOUND
from assistant.draft import DraftClaim, DraftConflict, Quote
from assistant.models import BasedOn, Checks, Citation, Claim, Conflict, Nearest, SearchHit, Side
from assistant.standing import standing_of
from index.errors import NotFoundError
from index.models import Hit, last_day
from index.words import FUNCTION_WORDS

_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_WORD = re.compile(r"[A-Za-z][\w&-]*|[^\W\d_][\w-]*")
_NAME = re.compile(r"\b(?:[A-Z][\w&-]*|[a-z]+[A-Z]\w*|[\u4e00-\u9fff]+)")

TextOf = Callable[[str], str]


def cite(claims: Sequence[DraftClaim]) -> tuple[list[tuple[DraftClaim, tuple[int, ...]]], tuple[Citation, ...]]:
    """Return the claims with their citation numbers, and the citations, numbered in order of first use."""
    numbers: dict[tuple[str, int, int], int] = {}
    citations: list[Citation] = []
    cited = []
    for claim in claims:
        used = []
        for quote in claim.quotes:
            key = (quote.passage.document.document_id, *quote.span)
            if key not in numbers:
                numbers[key] = len(numbers) + 1
                citations.append(_citation(numbers[key], quote))
            used.append(numbers[key])
        cited.append((claim, tuple(dict.fromkeys(used))))
    return cited, tuple(citations)


def check_claims(claims: Sequence[DraftClaim], text_of: TextOf) -> list[DraftClaim]:
    """Return the claims that pass every check; the others are not fit to be shown."""
    return [claim for claim in claims if checks_of(claim, text_of).passed]


def checks_of(claim: DraftClaim, text_of: TextOf) -> Checks:
    """Return what holds of a claim: its quotes re-slice, its numbers and names occur in them."""
    quoted = " ".join(quote.text for quote in claim.quotes)
    return Checks(
        quote=bool(claim.quotes) and all(is_exact(quote, text_of) for quote in claim.quotes),
        numbers=numbers_in(claim.text) <= numbers_in(quoted),
        names=all(name in words_in(quoted) or name in FUNCTION_WORDS for name in names_in(claim.text)),
        fits=True,
    )


def is_exact(quote: Quote, text_of: TextOf) -> bool:
    """Return whether the document, as it is stored now, has exactly the quoted text in that place."""
    try:
        return quote.span.of(text_of(quote.passage.document.document_id)) == quote.text
    except NotFoundError:
        return False


def numbers_in(text: str) -> set[str]:
    """Return the numbers of `text` without thousands separators: '1,580' gives '1580'."""
    return {re.sub(r",(?=\d{3}\b)", "", number) for number in _NUMBER.findall(text)}


def names_in(text: str) -> set[str]:
    """Return the words of `text` that look like names, in lower case."""
    return {name.lower() for name in _NAME.findall(COMPOUND.sub(r"\1 \2", text))}


def words_in(text: str) -> set[str]:
    """Return the words of `text` as `names_in` cuts them, whether names or not: a name may open a sentence."""
    return {word.lower() for word in _WORD.findall(text)}


def conflicts_of(
    conflicts: Sequence[DraftConflict], cited: Sequence[tuple[DraftClaim, tuple[int, ...]]]
) -> tuple[Conflict, ...]:
    """Return the conflicts of which two sides or more are claims of the answer, with their citations."""
    shown = []
    for conflict in conflicts:
        numbers = [next((marks for claim, marks in cited if claim == side.claim), ()) for side in conflict.sides]
        sides = [Side(text=side.text, citations=marks) for side, marks in zip(conflict.sides, numbers, strict=True)]
        if all(numbers):
            shown.append(Conflict(what=conflict.what, sides=tuple(sides)))
    return tuple(shown)


def compose(
    cited: Iterable[tuple[DraftClaim, tuple[int, ...]]], text_of: TextOf, conflicts: Sequence[DraftConflict] = ()
) -> tuple[str, tuple[Claim, ...]]:
    """Return the answer's text, each sentence followed by its [n] marks, and its claims with their places."""
    disputed = [side.claim for conflict in conflicts for side in conflict.sides]
    parts: list[str] = []
    claims: list[Claim] = []
    length = 0
    for draft, numbers in cited:
        start = length + (1 if parts else 0)
        text = " ".join(draft.text.split())
        marks = "".join(f"[{number}]" for number in numbers)
        parts.append(f"{text} {marks}")
        end = start + len(text)
        claims.append(
            Claim(
                text=text,
                start=start,
                end=end,
                citations=numbers,
                standing="disputed" if draft in disputed else standing_of(text),
                checks=checks_of(draft, text_of),
            )
        )
        length = end + 1 + len(marks)
    return " ".join(parts), tuple(claims)


def newest(citations: Iterable[Citation]) -> str | None:
    """Return the newest publication date among the citations, or None if none has one."""
    dates = [citation.published for citation in citations if citation.published]
    return max(dates, key=last_day, default=None)


def nearest_of(quotes: Iterable[Quote]) -> tuple[Nearest, ...]:
    """Return quotes as the passages shown beside an abstention."""
    fields = Nearest.model_fields.keys()
    return tuple(Nearest(**_citation(1, quote).model_dump(include=set(fields))) for quote in quotes)


def search_hit(hit: Hit) -> SearchHit:
    """Return a passage that was found as the doors show it."""
    passage, document = hit.passage, hit.passage.document
    return SearchHit(
        document_id=document.document_id,
        source=document.source,
        title=document.metadata.title,
        publisher=document.metadata.publisher,
        published=passage.published,
        url=document.metadata.url,
        section=passage.section,
        page=passage.page_of(passage.span.start),
        text=passage.text,
        start_char_index=passage.span.start,
        end_char_index=passage.span.end,
        score=hit.score,
        rank_words=hit.rank_words,
        rank_meaning=hit.rank_meaning,
    )


def _citation(number: int, quote: Quote) -> Citation:
    passage, document = quote.passage, quote.passage.document
    metadata = document.metadata
    return Citation(
        n=number,
        document_id=document.document_id,
        source=document.source,
        title=metadata.title,
        publisher=metadata.publisher,
        published=passage.published,
        url=metadata.url,
        section=passage.section,
        page=passage.page_of(quote.span.start),
        cited_text=quote.text,
        start_char_index=quote.span.start,
        end_char_index=quote.span.end,
        content_sha256=document.content_sha256,
        based_on=tuple(
            BasedOn(publisher=item.publisher, title=item.title, url=item.url, published=item.published)
            for item in passage.based_on
        ),
    )
