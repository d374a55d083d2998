"""Words that carry meaning, told from those that only hold a sentence together."""

import re

_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
FUNCTION_WORDS = frozenset(
    """a about after all also an and any are as at be been before being by can could did do does during each for from
    give had has have he her his how i if in into is it its many may me more most much my no nor not of on one or other
    our out over per please she should so some such tell than that the their them then there these they this those to
    under until up us was we were what when where which while who whom whose why will with within would you your
    """.split()
)


def content_words(text: str) -> tuple[str, ...]:
    """Return the words of `text` that carry meaning, as written, in order, each once."""
    words = (match.group() for match in _WORD.finditer(text))
    return tuple(dict.fromkeys(word for word in words if word.lower() not in FUNCTION_WORDS))
