"""Show answers and passages as plain text for a terminal."""

from collections.abc import Iterable
from datetime import date

from assistant.models import Answer, BasedOn, Citation, ExplainedPart, Explanation, Nearest, SearchHit

_STALE_DAYS = 365
_SENTENCES_EXPLAINED = 8


def render_answer(answer: Answer, nearest_heading: str, today: date) -> str:
    """Return the answer, its numbered sources with publisher, date and quote, and what is missing."""
    lines = [answer.answer]
    lines += _footing_lines(answer)
    if answer.citations:
        lines += ["", "Sources"]
        for citation in answer.citations:
            lines += _citation_lines(citation, today)
    if answer.as_of:
        lines += ["", f"As of {answer.as_of}{age(answer.as_of, today)}."]
    if answer.abstention:
        if answer.status == "partial":
            lines += ["", *(f"Not stated: {item}" for item in answer.abstention.missing)]
        if answer.abstention.reason == "out_of_scope":
            lines += ["", "This is not a question to the documents."]
        if answer.abstention.reason == "no_documents":
            lines += ["", "There are no documents yet. Add some: jv-assistant ingest FOLDER"]
        if answer.abstention.nearest:
            lines += ["", nearest_heading]
            for item in answer.abstention.nearest:
                lines += [f"  - {described(item)}", f"    “{_one_line(item.cited_text)}”"]
    return "\n".join(lines)


def _footing_lines(answer: Answer) -> list[str]:
    """Say where the sources differ, and which sentences are not plainly stated."""
    lines: list[str] = []
    for conflict in answer.conflicts:
        lines += ["", f"Sources differ: {conflict.what}"]
        lines += [f"  - {side.text} {marks(side.citations)}" for side in conflict.sides]
    footing = footing_of(answer)
    return lines + (["", footing] if footing else [])


def footing_of(answer: Answer) -> str:
    """Return a line on the sentences that are reported, planned or denied; empty if all are plainly stated."""
    said = [
        f"{standing} {marks(dict.fromkeys(numbers))}"
        for standing in ("reported", "planned", "denied")
        if (numbers := [n for claim in answer.claims if claim.standing == standing for n in claim.citations])
    ]
    return f"Not stated as facts: {', '.join(said)}." if said else ""


def marks(numbers: Iterable[int]) -> str:
    """Return citation numbers as they stand in an answer: [1][2]."""
    return "".join(f"[{number}]" for number in numbers)


def render_hits(hits: Iterable[SearchHit]) -> str:
    """Return the passages of a search with both ranks."""
    lines: list[str] = []
    for number, hit in enumerate(hits, start=1):
        ranks = f"words {hit.rank_words or '-'}, meaning {hit.rank_meaning or '-'}"
        lines += [f"{number}. {described(hit)}  ({ranks})"]
        if hit.section:
            lines.append(f"   {hit.section}")
        lines += [f"   {_one_line(hit.text)}", ""]
    return "\n".join(lines).rstrip() or "Nothing was found."


def render_explanation(explanation: Explanation) -> str:
    """Return how the question was understood and the likeliest sentences with their scores and fate."""
    if not explanation.in_scope:
        return "Understood as: not a question to the documents (told by its wording)."
    return "\n\n".join(_part_lines(part) for part in explanation.parts) or "Nothing was found to consider."


def _part_lines(part: ExplainedPart) -> str:
    about = [f"asks for: {part.asked}"]
    if part.names:
        about.append(f"names: {', '.join(part.names)}")
    if part.years:
        about.append(f"years: {', '.join(part.years)}")
    lines = [f"Understood as: {part.question}", f"  {'; '.join(about)}", f"Considered {len(part.sentences)} sentences:"]
    for item in part.sentences[:_SENTENCES_EXPLAINED]:
        scores = ", ".join(f"{name} {value:.2f}" for name, value in (item.match | item.fit).items())
        lines += [
            f"  {item.confidence:.2f}  {item.verdict}",
            f"        “{_one_line(item.text)}” ({item.source})",
            f"        {scores}",
        ]
    return "\n".join(lines)


def described(item: Citation | Nearest | SearchHit | BasedOn) -> str:
    """Return 'publisher, date, title (source)' as far as known."""
    source = getattr(item, "source", None)
    known = [part for part in (item.publisher, item.published or "undated", item.title) if part]
    return ", ".join(known) + (f" ({source})" if source else "")


def _citation_lines(citation: Citation, today: date) -> list[str]:
    page = f", page {citation.page}" if citation.page else ""
    old = age(citation.published, today) if citation.published else ""
    lines = [f" [{citation.n}] {described(citation)}{page}{old}", f"     “{_one_line(citation.cited_text)}”"]
    return lines + [f"     based on {described(report)}" for report in citation.based_on]


def age(published: str, today: date) -> str:
    """Return ', N years old' for a date more than a year back, else nothing."""
    parts = [int(part) for part in published.split("-")]
    newest = date(parts[0], parts[1] if len(parts) > 1 else 12, parts[2] if len(parts) > 2 else 28)
    days = (today - newest).days
    years = days // _STALE_DAYS
    return f", over {years} year{'s' if years > 1 else ''} old" if years > 0 else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
