"""Say the plain words of a Chinese question in English: the model that compares question and text knows no Chinese.

Names are not touched; what is not in the list stays as it is.
"""

import re
from functools import cache
from pathlib import Path

_CJK = "\u3040-\u30ff\u3400-\u9fff"
_HAS_CJK = re.compile(f"[{_CJK}]")
_SCRIPTS_MEET = re.compile(rf"(?<=[{_CJK}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[{_CJK}])")
_FILE = Path(__file__).with_name("chinese.txt")


def in_english(text: str) -> str:
    """Return `text` with the Chinese words of the list in English; a text without Chinese as it is."""
    if not _HAS_CJK.search(text):
        return text
    english, words = _english()
    said = words.sub(lambda match: f" {english[match.group()]} ", text)
    return " ".join(_SCRIPTS_MEET.sub(" ", said).split()).replace(" ?", "?")


def is_chinese(text: str) -> bool:
    """Return whether a good part of the letters of `text` are Chinese (or Japanese)."""
    return 10 * len(_HAS_CJK.findall(text)) > len(text)


@cache
def _english() -> tuple[dict[str, str], re.Pattern[str]]:
    """Return what each Chinese word is in English, and a pattern that finds the longest of them."""
    lines = (line.strip() for line in _FILE.read_text(encoding="utf-8").splitlines())
    words = dict(line.partition(" ")[::2] for line in lines if line and not line.startswith("#"))
    return words, re.compile("|".join(sorted(map(re.escape, words), key=len, reverse=True)))
