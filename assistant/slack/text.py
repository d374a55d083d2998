"""Text from Slack as plain words, and text for Slack in which nothing commands."""

import re
import unicodedata

_REFERENCE = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_FORMATTING = re.compile(r"[*`~]|^\s*(?:&gt;)+", re.M)
_LOOKALIKES = str.maketrans({"*": "\u2217", "`": "\u02cb", "~": "\u223c"})  # Slack has no way to escape these
_EMPHASIS = re.compile(r"(?<!\w)_|_(?!\w)")
_COLON = re.compile(r":(?=[\w+'-]+:)|:(?=//)")  # of an emoji's name, of an address
_MARKDOWN_LINK = re.compile(r"\](?=[(\[:])")
_AT_START = re.compile(r"^(?=[>#=+|•-]|\d+[.)]|&gt;)")
_ENTITIES = (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"))
_LONGEST_ENTITY = 5
_UNSEEN = "\u2060"  # a word joiner: keeps what follows from standing at the start of a line


def plain_text(text: str, bot: str | None) -> str:
    """Return what a person typed: without the mention of `bot` (its user id) and Slack's notation."""

    def spelled_out(match: re.Match[str]) -> str:
        kind, value, label = match[1], match[2], match[3]
        if kind == "@":
            return "" if value == bot else label or ""
        if kind:
            return (label or "") if kind == "!" else f"#{label}" if label else ""
        return label or value.removeprefix("mailto:")

    words = _FORMATTING.sub("", _REFERENCE.sub(spelled_out, text))
    for character, entity in reversed(_ENTITIES):
        words = words.replace(entity, character)
    return " ".join(words.split())


def mentioned_users(text: str) -> frozenset[str]:
    """Return the ids of the users that a message speaks to."""
    return frozenset(match[2] for match in _REFERENCE.finditer(text) if match[1] == "@")


def escape(text: str) -> str:
    """Return `text` on one line as Slack shows it literally, in mrkdwn as in Markdown.

    No mention, link, emoji or formatting is left in it. Characters that nobody sees are dropped.
    """
    line = " ".join("".join(map(_seen, text)).split())
    line = _EMPHASIS.sub("\u02cd", line.translate(_LOOKALIKES))
    line = _MARKDOWN_LINK.sub(f"]{_UNSEEN}", _COLON.sub("\u2236", line.replace("\\", "\u2216")))
    for character, entity in _ENTITIES:
        line = line.replace(character, entity)
    return _AT_START.sub(_UNSEEN, line)


def short(text: str, most: int) -> str:
    """Return `text` with at most so many characters."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def cut(escaped: str, most: int) -> tuple[str, str]:
    """Return the first part of an escaped text, at most so many characters long, and the rest."""
    if len(escaped) <= most:
        return escaped, ""
    end = escaped.rfind(" ", 0, most + 1)
    if end < most // 2:
        end = most
        entity = escaped.rfind("&", end - _LONGEST_ENTITY, end)
        if entity >= 0 and ";" not in escaped[entity:end]:
            end = entity
    return escaped[:end].rstrip(), escaped[end:].lstrip()


def _seen(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character)[0] == "C" else character
