"""Tell whether a text states a fact."""

import re
import unicodedata

from assistant.evaluation.questions import Fact, Statement
from assistant.quantities import read_numbers
from assistant.units import fits

_LIKE_ASCII = str.maketrans("‘’‚‛“”„‐‑‒–—―−", "''''\"\"\"-------", "\u00ad\u200b\u2060\ufeff")


def fold(text: str) -> str:
    """Return `text` with white space, quotation marks and dashes in their plain forms; letters keep their case."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_LIKE_ASCII).split())


def states(text: str, fact: Fact) -> bool:
    """Return whether `text` states `fact` in any of its wordings."""
    return any(_says(text, wording) for wording in fact.wordings)


def stated(text: str, facts: tuple[Fact, ...]) -> tuple[bool, ...]:
    """Return for each of `facts` whether `text` states it."""
    return tuple(states(text, fact) for fact in facts)


def _says(text: str, wording: Statement) -> bool:
    if wording.number is not None:
        return _says_number(text, wording.number, wording.unit, wording.tolerance)
    if wording.text is not None:
        return _says_text(text, wording.text)
    pattern = re.compile(wording.pattern or "")
    return bool(pattern.search(fold(text)) or pattern.search(text))


def _says_number(text: str, number: float, unit: str | None, tolerance: float) -> bool:
    return any(
        quantity.is_value(number, tolerance) and fits(unit, quantity.units, number) for quantity in read_numbers(text)
    )


def _says_text(text: str, wanted: str) -> bool:
    """Look for `wanted` as a part of `text`, in any case; a digit at its edge must not be part of a longer number."""
    folded = re.escape(fold(wanted).casefold())
    before = r"(?<!\d)" if wanted[0].isdigit() else ""
    after = r"(?!\d)" if wanted[-1].isdigit() else ""
    return bool(re.search(before + folded + after, fold(text).casefold()))
