"""Say why a question was answered as it was: what was understood, what was considered, why it was taken or left."""

from dataclasses import asdict

from assistant.models import ExplainedPart, ExplainedSentence, Explanation
from assistant.selection import Candidate, Considered
from assistant.understanding import Question


def explain(question: Question, parts: tuple[Considered, ...], threshold: float) -> Explanation:
    """Return the whole story of one question; `parts` are what the answerer considered for it."""
    return Explanation(
        threshold=threshold, in_scope=question.in_scope, parts=tuple(_part(part, threshold) for part in parts)
    )


def _part(part: Considered, threshold: float) -> ExplainedPart:
    asked = part.question
    return ExplainedPart(
        question=asked.text,
        asked=asked.asked.value,
        names=tuple(name.text for name in asked.names),
        years=tuple(sorted(asked.time.years)),
        answered=part.covered,
        sentences=tuple(_sentence(item, part.verdict(item, threshold)) for item in part.ranked),
    )


def _sentence(item: Candidate, verdict: str) -> ExplainedSentence:
    fit = asdict(item.fit)
    missing = fit.pop("missing")
    return ExplainedSentence(
        source=item.passage.document.source,
        text=item.text,
        start_char_index=item.sentence.span.start,
        end_char_index=item.sentence.span.end,
        confidence=round(item.confidence, 3),
        match={name: round(value, 3) for name, value in asdict(item.match).items()},
        fit=fit,
        missing=missing,
        verdict=verdict,
    )
