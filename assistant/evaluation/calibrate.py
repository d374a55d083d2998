"""Fit the confidence of `assistant.confidence` on the development questions: `make calibrate`.

Each question gives one example: its likeliest sentence, and whether the question has an answer. Prints the weights of
the second look and the trade-off between wrong abstentions and wrong answers, cross-validated by question.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from assistant.confidence import Features, second_look
from assistant.evaluation.__main__ import CORPORA, QUESTIONS, build_index, open_assistant
from assistant.evaluation.questions import Question, load_questions
from assistant.understanding import understand
from assistant.wiring import Assistant, scope_of

_FOLDS = 10
_RIDGE = 1.0

Array = NDArray[np.float64]


_INPUTS = ("reading", "first_look")


@dataclass(frozen=True, slots=True)
class Example:
    """What the confidence in a question's likeliest sentence rests on, and whether the question has an answer."""

    answerable: bool
    inputs: Array


def main() -> None:
    """Collect the examples, fit, and print."""
    examples = [example for corpus, folder in CORPORA.items() if folder.is_dir() for example in collect(corpus, folder)]
    weights, intercept = fit_logistic(examples)
    for name, weight in zip(_INPUTS, weights, strict=True):
        print(f"{name:10s} {weight:6.2f}")
    print(f"{'intercept':10s} {intercept:6.2f}")
    held_out = cross_validate(examples)
    print("threshold  wrongly abstained  rightly abstained")
    for threshold in (0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6):
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
    """Return a question's example; None if it is told by its wording, has several parts or finds nothing that fits."""
    question = understand(asked.question)
    if question.parts or not question.in_scope:
        return None
    scope = scope_of(None, asked.as_of)
    best = next(iter(assistant.consider(question, scope)[0].ranked), None)
    if best is None or not best.fit.gate:
        return None
    given = next(read.features for item, read in assistant.first_look(question, scope) if item.place == best.place)
    return Example(asked.answerable, np.array(second_look(best.reading or 0.0, Features(*given))))


def fit_logistic(examples: Sequence[Example]) -> tuple[Array, float]:
    """Return weights and intercept of a ridge logistic regression (Newton's method on standardised features)."""
    inputs = np.stack([example.inputs for example in examples])
    answers = np.array([float(example.answerable) for example in examples])
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
    """Return each example with its confidence under weights fitted without it."""
    folds = np.random.default_rng(0).permutation(len(examples)) % _FOLDS
    held_out = []
    for fold in range(_FOLDS):
        weights, intercept = fit_logistic([example for at, example in enumerate(examples) if folds[at] != fold])
        for at in np.flatnonzero(folds == fold).tolist():
            score = float(examples[at].inputs @ weights) + intercept
            held_out.append((examples[at], float(1 / (1 + np.exp(-score)))))
    return held_out


if __name__ == "__main__":
    main()
