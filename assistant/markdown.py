"""Show an answer as Markdown: what documents say is text in it, never markup."""

import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

from assistant.models import Answer, BasedOn, Citation, Nearest
from assistant.rendering import age, footing_of, marks

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+\-.!|~&$:@])")
_MARK = re.compile(r"(\[\d+\])")


def render_markdown(answer: Answer, nearest_heading: str, today: date) -> str:
    """Return the answer with its `[n]` marks, the numbered sources with their quotes, and what is missing."""
    parts = ["".join(item if _MARK.fullmatch(item) else _text(item) for item in _MARK.split(answer.answer))]
    for conflict in answer.conflicts:
        sides = "\n".join(f"- {_text(side.text)} {marks(side.citations)}" for side in conflict.sides)
        parts.append(f"**Sources differ:** {_text(conflict.what)}\n\n{sides}")
    if footing := footing_of(answer):
        parts.append(footing)
    if answer.citations:
        parts += ["**Sources**", *(_source(citation, today) for citation in answer.citations)]
    if answer.as_of:
        parts.append(f"As of {_text(answer.as_of)}{age(answer.as_of, today)}.")
    if answer.abstention:
        parts += [f"Not stated: {_text(item)}" for item in answer.abstention.missing if answer.status == "partial"]
        if answer.abstention.nearest:
            parts += [
                f"**{_text(nearest_heading)}**",
                *(f"- {_described(item)}\n\n  > {_text(item.cited_text)}" for item in answer.abstention.nearest),
            ]
    return "\n\n".join(parts) + "\n"


def render_conversation(answers: Sequence[Answer], nearest_heading: str, today: date) -> str:
    """Return every question as a heading, its answer below it."""
    return "\n".join(
        f"## {_text(answer.question)}\n\n{render_markdown(answer, nearest_heading, today)}" for answer in answers
    )


def _source(citation: Citation, today: date) -> str:
    page = f", page {citation.page}" if citation.page else ""
    old = age(citation.published, today) if citation.published else ""
    lines = [f"[{citation.n}] {_described(citation)}{page}{old}", f"> {_text(citation.cited_text)}"]
    lines += [f"based on {_described(report)}" for report in citation.based_on]
    return "\n\n".join(lines)


def _described(item: Citation | Nearest | BasedOn) -> str:
    """Return 'publisher, date, title (source)' as far as known; the title leads to a web address."""
    title = _text(item.title or "")
    if item.url and re.match(r"https?://", item.url, re.I):
        title = f"[{title or _text(item.url)}](<{quote(item.url, safe=_SAFE_IN_ADDRESS)}>)"
    known = [_text(item.publisher or ""), _text(item.published or "undated"), title]
    source = getattr(item, "source", None)
    return ", ".join(part for part in known if part) + (f" ({_text(source)})" if source else "")


_SAFE_IN_ADDRESS = "/:?&=#%+,;@!~*'()[]$"


def _text(text: str) -> str:
    """Return `text` on one line with everything escaped that Markdown would take for markup."""
    return _SPECIAL.sub(r"\\\1", re.sub(r"\s+", " ", text))
