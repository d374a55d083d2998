"""Fit the weights of `assistant.confidence` on the development questions: `python -m assistant.evaluation.calibrate`.

Prints the weights and the trade-off between wrong abstentions and wrong answers, cross-validated by question.
"""

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from assistant.confidence import Features, features
from assistant.evaluation.__main__ import CORPORA, QUESTIONS, build_index, open_assistant
from assistant.evaluation.facts import stated
from assistant.evaluation.questions import Question, load_questions
from assistant.understanding import understand
from assistant.wiring import Assistant, scope_of

_EXAMPLES = 12  # best-matching sentences a question
_FOLDS = 10
_RIDGE = 1.0

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Example:
    """A question's candidates: their features, shape (n, features), and whether each states an expected fact."""

    answerable: bool
    inputs: Array
    answers: Array


def main() -> None:
    """Collect the examples, fit, and print."""
    examples = [example for corpus, folder in CORPORA.items() if folder.is_dir() for example in collect(corpus, folder)]
    weights, intercept = fit_logistic(examples)
    for field, weight in zip(fields(Features), weights, strict=True):
        print(f"{field.name:10s} {weight:6.2f}")
    print(f"{'intercept':10s} {intercept:6.2f}")
    held_out = cross_validate(examples)
    print("threshold  wrongly abstained  rightly abstained")
    for threshold in (0.05, 0.1, 0.15, 0.2, 0.25, 0.3):
        wrong = np.mean([best < threshold for example, best in held_out if example.answerable])
        right = np.mean([best < threshold for example, best in held_out if not example.answerable])
        print(f"{threshold:9.2f}  {wrong:17.1%}  {right:17.1%}")


def collect(corpus: str, folder: Path) -> list[Example]:
    """Return the examples of one corpus's development questions."""
    with TemporaryDirectory(prefix="jv-calibrate-") as data_dir:
        build_index(Path(data_dir), folder)
        with open_assistant(Path(data_dir)) as assistant:
            sets = [item for item in load_questions(QUESTIONS / "dev") if item.corpus == corpus]
            found = [example_of(assistant, question) for item in sets for question in item.questions]
    return [example for example in found if example]


def example_of(assistant: Assistant, asked: Question) -> Example | None:
    """Return the best-matching sentences for a question; None if out of scope, of several parts or without hits."""
    question = understand(asked.question)
    if question.parts or not question.in_scope:
        return None
    ranked = assistant.consider(question, scope_of(None, asked.as_of))[0].ranked
    if not ranked:
        return None
    best = max(item.match.mean for item in ranked)
    nearest = sorted(ranked, key=lambda item: -item.match.mean)[:_EXAMPLES]
    inputs = [astuple(features(item.match, item.fit, best, question.asked)) for item in nearest]
    answers = [float(any(stated(item.text, asked.facts))) if asked.answerable else 0.0 for item in nearest]
    return Example(asked.answerable, np.array(inputs), np.array(answers))


def fit_logistic(examples: Sequence[Example]) -> tuple[Array, float]:
    """Return weights and intercept of a ridge logistic regression (Newton's method on standardised features)."""
    inputs = np.concatenate([example.inputs for example in examples])
    answers = np.concatenate([example.answers for example in examples])
    mean, scale = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    design = np.column_stack([(inputs - mean) / scale, np.ones(len(inputs))])
    penalty = np.diag([_RIDGE] * inputs.shape[1] + [0.0])
    solution = np.zeros(design.shape[1])
    for _ in range(50):
        predicted = 1 / (1 + np.exp(-design @ solution))
        gradient = design.T @ (predicted - answers) + penalty @ solution
        hessian = (design * (predicted * (1 - predicted))[:, None]).T @ design + penalty
        solution = solution - np.linalg.solve(hessian, gradient)
    weights = solution[:-1] / scale
    return weights, float(solution[-1] - weights @ mean)


def cross_validate(examples: Sequence[Example]) -> list[tuple[Example, float]]:
    """Return each example with its best confidence under weights fitted without it."""
    folds = np.random.default_rng(0).permutation(len(examples)) % _FOLDS
    held_out = []
    for fold in range(_FOLDS):
        weights, intercept = fit_logistic([example for at, example in enumerate(examples) if folds[at] != fold])
        for at in np.flatnonzero(folds == fold).tolist():
            scores = examples[at].inputs @ weights + intercept
            held_out.append((examples[at], float(1 / (1 + np.exp(-scores.max())))))
    return held_out


if __name__ == "__main__":
    main()
