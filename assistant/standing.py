"""How firmly a sentence stands: stated, reported, planned, denied."""

import re

from assistant.models import Standing

_DENIED = re.compile(
    r"\b(?:den(?:y|ies|ied|ying)|denial|refut\w+|dismiss(?:ed|es)|completely false|no such (?:talks|plan|deal)|"
    r"untrue|not true|no truth|baseless|unfounded|without (?:a |any )?(?:source|foundation|basis)|contradict(?:s|ed)|"
    r"called off|rejected (?:the|reports?))\b",
    re.I,
)
_REPORTED = re.compile(
    r"\b(?:report(?:s|ed|edly)?\b|rumou?r\w*|allegedly|said to|sources? (?:said|told)|according to|people familiar|"
    r"is believed|unconfirmed|in talks|held (?:talks|discussions))",
    re.I,
)
_PLANNED = re.compile(
    r"\b(?:plan(?:s|ned|ning)? to|plans\b|will\b|aim(?:s|ed|ing)? (?:to|for|at)|intend\w*|expect(?:s|ed)? to|"
    r"target(?:s|ing)|slated|scheduled|set to|would\b|could lead|propos\w+|pledg\w+|due to (?:launch|start|begin)|"
    r"preparing to|hopes to|considering)",
    re.I,
)


def standing_of(text: str) -> Standing:
    """Return the weakest footing that the wording of `text` shows: a denial before a report before a plan."""
    if _DENIED.search(text):
        return "denied"
    if _REPORTED.search(text):
        return "reported"
    return "planned" if _PLANNED.search(text) else "stated"
