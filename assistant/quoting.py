"""Cut quotes out of passages: whole sentences, at most 400 characters, never a changed letter."""

import re

from assistant.draft import Quote
from index.models import Passage, Sentence, Span

MAX_QUOTE_CHARS = 400
_CLAUSE_END = re.compile(r"[;:,—–](?=\s)|\s(?=(?:and|but|which|while|whereas|although|because)\s)")


def quote_sentence(passage: Passage, sentence: Sentence) -> Quote:
    """Return the sentence as a quote; one longer than 400 characters ends at a clause boundary."""
    span = _within_limit(sentence.span, passage.slice(sentence.span))
    return Quote(passage, span, passage.slice(span))


def quote_lead_in(passage: Passage, sentence: Sentence, whole_text: str) -> Quote | None:
    """Return what introduces a list item or table row as a quote of its own, or None if nothing does."""
    if sentence.lead_in is None:
        return None
    span = _within_limit(sentence.lead_in, sentence.lead_in.of(whole_text))
    return Quote(passage, span, span.of(whole_text))


def _within_limit(span: Span, text: str) -> Span:
    """Return the span of `text`, ended at a clause boundary if it is longer than a quote may be."""
    return Span(span.start, span.start + _clause_cut(text)) if len(text) > MAX_QUOTE_CHARS else span


def _clause_cut(text: str) -> int:
    """Return where to end a quote of `text`: the last clause boundary, else the last word, within the limit."""
    ends = [match.start() for match in _CLAUSE_END.finditer(text, 0, MAX_QUOTE_CHARS)]
    usable = [end for end in ends if end >= MAX_QUOTE_CHARS // 2]
    if usable:
        return usable[-1]
    space = text.rfind(" ", 0, MAX_QUOTE_CHARS)
    return space if space > 0 else MAX_QUOTE_CHARS
