"""How firmly a text says something: what it denies, reports, plans, thinks possible, and how it hedges its figures.

A generated sentence must be as firm as its evidence: no weaker marker may be lost, none added.
"""

import re

_MARKERS = {
    "a denial": r"den(?:y|ies|ied|ying)|denials?|refut\w+|dismiss(?:ed|es)|untrue|false|baseless|unfounded|rejected",
    "a report": r"report(?:s|ed|edly)?|rumou?r\w*|alleg\w+|unconfirmed|according to|people familiar|sources?",
    "a condition": r"if|unless|provided that|subject to|pending|depend(?:s|ing) on|hinges?",
}
_SPEECH = re.compile(
    r"\b(?:(?:say|tell|told|write|wrote|claim|think|thought|believ|argu|warn|estimat|answer|repl(?:y|ie)|respond|output|"
    r"print|repeat|acknowledg|call|read)\w*|said|stated?|sees?|notes?|noted|in the (?:view|opinion|eyes) of|opinion)\b",
    re.I,
)
_PLAIN_SPEECH = re.compile(r"\b(?:said|says|wrote|writes|report(?:s|ed)?|according to|noted|notes)\b", re.I)
_CLAUSE_MARKERS = {
    "a negation": r"not|no|never|neither|nor|none|without|cannot|\w+n['’]t|hardly|nobody|nothing|fail(?:s|ed)? to|"
    r"stopp?(?:s|ed)?|halt(?:s|ed)?|cancel\w*|withdr[ae]w\w*|called off",
    "a plan": r"plan(?:s|ned|ning)?|will|would|aim(?:s|ed|ing)?|intend\w*|expect\w*|target\w*|slated|scheduled|set to|"
    r"propos\w+|pledg\w+|promis\w+|due to|prepar(?:es|ing) to|hop(?:es|ed|ing) to|consider\w*|forecast\w*|meant to|"
    r"announced that|ambition|want(?:s|ed)? to|agreed to|vow\w*|supposed to|going to|should",
    "a possibility": r"may|might|could|can|possibl[ey]|potential(?:ly)?|perhaps|likely|eventually|probably|appears? to|"
    r"seems?|explor\w+|in talks|talks|risk(?:s|ed)?",
}
_WHOLE = {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in _MARKERS.items()}
_IN_CLAUSE = {name: re.compile(rf"\b(?:{words})\b", re.I) for name, words in _CLAUSE_MARKERS.items()}
_HEDGES = {
    "at least": r"more than|over|at least|exceeding|above|upwards of|in excess of",
    "at most": r"no more than|less than|fewer than|under|below|up to|at most",
    "nearly": r"almost|nearly|close to",
    "about": r"about|around|roughly|approximately|some|circa|an estimated",
    "partly": r"one of|many|most|few|several|part of|partly|mainly|mostly|largely|half of|a further|further|another",
    "only": r"only|just|merely",
}
_HEDGE = re.compile(
    r"\b(?:" + "|".join(f"(?P<h{at}>{words})" for at, words in enumerate(_HEDGES.values())) + r")\b(?:\s+the\b|\s+a\b)?"
    r"\s+(?P<next>[$€£¥₩]?[\w.,-]*\w)",
    re.I,
)
_NAMES = tuple(_HEDGES)
_ADDRESSES_A_MODEL = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instructions?|rules?|prompts?|above|previous|documents?)\b|"
    r"\b(?:system|hidden) prompt\b|\b(?:you are|act as) (?:an?|now)\b|\b(?:language model|assistant|chatbot)s?\b.{0,30}"
    r"\b(?:must|should|shall|answer|reply|say)\b",
    re.I,
)


def addresses_a_model(text: str) -> bool:
    """Return whether a stretch of a document speaks to whoever answers from it: that is no evidence."""
    return bool(_ADDRESSES_A_MODEL.search(text))


def sentence_markers(text: str) -> frozenset[str]:
    """Return what holds of a whole sentence: a denial, a report, a condition."""
    return frozenset(name for name, pattern in _WHOLE.items() if pattern.search(text))


def clause_markers(text: str) -> frozenset[str]:
    """Return what holds of a clause: a negation, a plan, a possibility."""
    return frozenset(name for name, pattern in _IN_CLAUSE.items() if pattern.search(text))


def is_speech(text: str) -> bool:
    """Return whether a text gives what someone says or thinks."""
    return bool(_SPEECH.search(text) or _PLAIN_SPEECH.search(text))


def is_plain_speech_of(text: str, publishers: frozenset[str]) -> bool:
    """Return whether the one who says something in `text` is a publisher, whom the citation names anyway."""
    others = _SPEECH.sub(" ", _PLAIN_SPEECH.sub(" ", text))
    folded = text.casefold()
    only_plain = not _SPEECH.search(_PLAIN_SPEECH.sub(" ", text)) and others != text
    return only_plain and any(publisher and publisher in folded for publisher in publishers)


def hedges(text: str) -> frozenset[tuple[str, str]]:
    """Return each hedge of `text` with the word it stands before: ('at least', '1.58')."""
    return frozenset(
        (next(_NAMES[at] for at in range(len(_NAMES)) if match[f"h{at}"]), match["next"].lower())
        for match in _HEDGE.finditer(text)
    )
