"""Show an answer as Block Kit: pure functions, within Slack's limits, nothing of it able to command."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote

from assistant.models import Answer, BasedOn, Citation, Nearest
from assistant.rendering import age, footing_of, marks
from assistant.slack.text import cut, escape, short
from index.models import last_day

Block = dict[str, Any]
_SECTION = 3_000  # characters that Slack takes in a section
_ANSWER_SECTIONS = 2
_TEXT = 2_500  # of the answer, in what notifications and screen readers get
_SOURCES = 10
_QUOTES = 90  # a modal takes 100 blocks
_LONGEST_ADDRESS = 300
_CUT = "… (longer than Slack shows; ask for a part of it)"
_SAFE_IN_ADDRESS = "/:?&=#%+,;@!~*'()[]$-._"
_NO_NEED_TO_SHOW = frozenset("<>|\"'` ")


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted: `body` says it, `foot` where it is from; `text` serves where blocks are not shown."""

    text: str
    body: tuple[Block, ...] = ()
    foot: tuple[Block, ...] = ()

    @property
    def blocks(self) -> list[Block]:
        """All blocks of the message."""
        return [*self.body, *self.foot]


def sentence(text: str) -> Message:
    """Return a message of one sentence of this program's own."""
    line = escape(text)
    return Message(line, (_section(line),))


def render_slack(
    answer: Answer, nearest_heading: str, today: date, *, private: bool = False, about: str = ""
) -> Message:
    """Return the answer with its numbered sources, each with publisher, date and age, and what is missing.

    `private`: seen by one person, who can share it. `about`: the words that are looked into, shown above.
    """
    said: list[str] = []
    rest = escape(answer.answer)
    while rest and len(said) < _ANSWER_SECTIONS:
        part, rest = cut(rest, _SECTION - len(_CUT) - 1)
        said.append(part)
    if rest:
        said[-1] = f"{said[-1]} {_CUT}"
    above = [f"What the documents say on this:\n>{escape(short(about, 300))}"] if about else []
    foot = [*_differing(answer), *_sources(answer, today), *_missing(answer, nearest_heading, today)]
    return Message(
        text=_notice(answer, today),
        body=tuple(map(_section, [*above, *said])),
        foot=(*foot, *_buttons(answer, private=private)),
    )


def render_quotes(answer: Answer, today: date) -> list[Block]:
    """Return every source of an answer with the words that are quoted from it."""
    blocks = []
    for citation in answer.citations[:_QUOTES]:
        lines = [_source(citation, today), f">“{escape(citation.cited_text)}”"]
        lines += [f"based on {_described(report, today)}" for report in citation.based_on[:3]]
        blocks.append(_section(cut("\n".join(lines), _SECTION)[0]))
    return blocks


def how_old(published: str, today: date) -> str:
    """Return the age of a date, from the last day of its period, in words."""
    if old := age(published, today):
        return old.removeprefix(", ")
    days = (today - date.fromisoformat(last_day(published))).days
    if days < 0:
        return "of this year" if published[:4] == str(today.year) else "of a time to come"
    if days < 2:
        return ("of today", "of yesterday")[days]
    return f"{days} days old" if days < 60 else f"{days // 30} months old"


def _notice(answer: Answer, today: date) -> str:
    said, rest = cut(escape(answer.answer), _TEXT)
    sources = [f"[{item.n}] {_described(item, today, linked=False)}" for item in answer.citations[:5]]
    return _whole_lines([said + (f" {_CUT}" if rest else ""), *sources])


def _differing(answer: Answer) -> list[Block]:
    """Say where the sources differ, and which sentences are not plainly stated."""
    lines: list[str] = []
    for conflict in answer.conflicts[:3]:
        lines.append(f"*Sources differ:* {escape(short(conflict.what, 200))}")
        lines += [f"• {escape(short(side.text, 300))} {marks(side.citations)}" for side in conflict.sides[:4]]
    if footing := footing_of(answer):
        lines.append(escape(footing))
    return [_section(_whole_lines(lines))] if lines else []


def _sources(answer: Answer, today: date) -> list[Block]:
    blocks = [_context(_source(citation, today)) for citation in answer.citations[:_SOURCES]]
    if (more := len(answer.citations) - _SOURCES) > 0:
        blocks.append(_context(f"and {more} more sources"))
    if answer.as_of:
        blocks.append(_context(f"As of {escape(answer.as_of)} ({how_old(answer.as_of, today)})."))
    return blocks


def _missing(answer: Answer, nearest_heading: str, today: date) -> list[Block]:
    """Say what was not found, why, and what comes nearest."""
    if not (found := answer.abstention):
        return []
    lines = [f"Not stated: {escape(short(item, 300))}" for item in found.missing[:5]]
    if found.reason == "out_of_scope":
        lines = ["This is not a question to the documents."]
    if found.reason == "no_documents":
        lines = ["There are no documents yet; whoever runs this assistant can add some."]
    if found.nearest:
        lines.append(f"*{escape(nearest_heading)}*")
        for item in found.nearest[:3]:
            lines += [f"• {_described(item, today)}", f">“{escape(short(item.cited_text, 400))}”"]
    return [_section(_whole_lines(lines))] if lines else []


def _buttons(answer: Answer, *, private: bool) -> list[Block]:
    """Return what a reader can do with an answer; the value of each button is told apart by its action."""
    labels = [("quotes", "Show quotes", answer.answer_id)] if answer.citations else []
    labels += [("feedback_up", "👍 Helpful", answer.answer_id), ("feedback_down", "👎 Not helpful", answer.answer_id)]
    labels += [("share", "Share to channel", answer.answer_id)] if private else []
    elements = [
        {"type": "button", "action_id": action, "value": value, "text": {"type": "plain_text", "text": label}}
        for action, label, value in labels
    ]
    return [{"type": "actions", "block_id": "answer_actions", "elements": elements}]


def _source(citation: Citation, today: date) -> str:
    page = f", page {citation.page}" if citation.page else ""
    return f"[{citation.n}] {_described(citation, today)}{page}"


def _described(item: Citation | Nearest | BasedOn, today: date, *, linked: bool = True) -> str:
    """Return 'publisher, date (age), title (source)' as far as known; the title leads to the source's address."""
    title = escape(short(item.title or "", 120))
    address = _address(item.url) if linked else None
    if address:
        title = f"<{address}|{title or escape(short(item.url or '', 120))}>"
    dated = f"{escape(item.published)} ({how_old(item.published, today)})" if item.published else "undated"
    source = getattr(item, "source", None)
    known = [escape(short(item.publisher or "", 80)), dated, title]
    return ", ".join(part for part in known if part) + (f" ({escape(short(source, 120))})" if source else "")


def _address(url: str | None) -> str | None:
    """Return a web address as it may stand in a link, None if it is none or too long."""
    if not url or not re.match(r"https?://[^\s/]", url, re.I):
        return None
    address = quote("".join(char for char in url if char.isprintable()), safe=_SAFE_IN_ADDRESS).replace("&", "&amp;")
    return address if len(address) <= _LONGEST_ADDRESS else None


def _whole_lines(lines: Iterable[str]) -> str:
    """Return as many lines as fit into a section: a line is never cut, its links stay whole."""
    text = ""
    for line in lines:
        if len(text) + len(line) + 1 > _SECTION:
            break
        text += f"\n{line}" if text else line
    return text


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text or " ", "verbatim": True}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": text, "verbatim": True}]}
