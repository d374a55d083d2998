"""Tell whether a sentence answers a question: late interaction, learned.

`late_interaction` compares the pieces of question and sentence as the packaged model made them. Here two small trained
networks look at the same states; for one of them the question is read by a copy of the model with low-rank changes of
its own, which has learned to read a question for what would answer it. Projections let a 'how many' meet a figure and a
'who' a person; a weight for each piece of the question says how much its lack of a counterpart matters. All that is
learned stands in `reader.npz` and comes from `assistant.evaluation.training` and the invented texts in `training/`.

The networks score the sentences of one question against each other and against "none of these": a score above zero
says that the sentence is likelier to answer than that none does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from assistant.late_interaction import Ranges
from assistant.understanding import Asked
from index.embedding import SentenceEmbedder, TokenStates

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Path(__file__).with_name("reader.npz")
KINDS = tuple(Asked)
HEADS = 4


@dataclass(frozen=True, slots=True)
class Reading:
    """A sentence to be judged: its passage's states, the piece ranges of it and around it, its features."""

    states: TokenStates
    ranges: Ranges
    features: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class QuestionStates:
    """A question's states, shape (pieces, dimension) each: as the packaged model made them, as a network reads it."""

    plain: "Tensor"
    read: "Tensor"


class Reader:
    """The trained networks, loaded once; may be used by many threads."""

    def __init__(self, encoder: SentenceEmbedder, weights: Path = WEIGHTS) -> None:
        """Load the changes ('question/') and the networks ('learned/', 'plain/'); `encoder` is the packaged model."""
        import torch

        parts: dict[str, dict[str, Tensor]] = {}
        with np.load(weights) as stored:
            for name in stored.files:
                part, weight = name.split("/", 1)
                parts.setdefault(part, {})[weight] = torch.from_numpy(stored[name].astype(np.float32))
        self._by_plain, self._by_learned = parts["plain"], parts["learned"]
        self.encoder, self.learned = encoder, encoder.changed(parts["question"])

    def read(self, question: str, asked: Asked, sentences: Sequence[Reading]) -> NDArray[np.float32]:
        """Return for each sentence the log-odds that it answers, shape (len(sentences),), mean of both networks."""
        import torch

        if not sentences:
            return np.zeros(0, dtype=np.float32)
        with torch.inference_mode():
            plain, learned = (
                torch.from_numpy(model.read_query(question).vectors) for model in (self.encoder, self.learned)
            )
            by_plain = score(self._by_plain, QuestionStates(plain, plain), asked, sentences)
            by_learned = score(self._by_learned, QuestionStates(plain, learned), asked, sentences)
            mean: NDArray[np.float32] = ((by_plain + by_learned) / 2).numpy()
            return mean

    def forget_queries(self) -> None:
        """Drop the learned states of the questions read so far."""
        self.learned.forget_queries()


def score(
    weights: "dict[str, Tensor]",
    question: QuestionStates,
    asked: Asked,
    sentences: Sequence[Reading],
    dropout: float = 0.0,
) -> "Tensor":
    """Return one network's log-odds, shape (len(sentences),); `dropout` is for training."""
    import torch
    from torch.nn import functional

    def drop(values: "Tensor") -> "Tensor":
        return functional.dropout(values, dropout, training=dropout > 0)

    def layers(name: str, values: "Tensor") -> "Tensor":
        hidden = drop(functional.gelu(_linear(weights, f"{name}.0", values)))
        return _linear(weights, f"{name}.3", hidden)

    types = _linear(weights, "qt", question.read)
    compared = torch.stack(_compare(weights, question, sentences, drop))  # (sentences, pieces, 3 * (HEADS + 1))
    count = len(sentences)
    judged = layers("tok", torch.cat([compared, types.expand(count, -1, -1)], -1))
    gate = torch.softmax(judged[..., 0], 1)
    pooled = torch.stack([(gate * judged[..., 1]).sum(1), judged[..., 1].mean(1)], -1)
    weighed = (gate[..., None] * judged[..., 2:]).sum(1)
    meaning = torch.stack(
        [torch.from_numpy(each.states.vectors[slice(*each.ranges.sentence)]).mean(0) for each in sentences]
    )
    plain = compared[..., 0]  # likeness without projection
    mean = plain.mean(1)
    extremes = torch.stack([mean, mean - mean.max(), plain.amin(1), plain.amax(1)], -1)
    given = torch.tensor([each.features for each in sentences], dtype=torch.float32)
    inputs = [
        weights["ask.weight"][KINDS.index(asked)].expand(count, -1),
        _linear(weights, "stype", meaning),
        types.mean(0).expand(count, -1),
        pooled,
        weighed,
        extremes,
        (given - weights["mean"]) / weights["scale"],
    ]
    return layers("out", torch.cat(inputs, -1))[:, 0]


def _compare(
    weights: "dict[str, Tensor]",
    question: QuestionStates,
    sentences: Sequence[Reading],
    drop: Callable[["Tensor"], "Tensor"],
) -> "list[Tensor]":
    """Return for each sentence the best likeness of every piece of the question, plain and under each projection."""
    import torch

    asked = _heads(drop(_linear(weights, "pq", question.read)))
    likeness: dict[int, Tensor] = {}
    rows = []
    for each in sentences:
        known = likeness.get(id(each.states))
        if known is None:
            passage = torch.from_numpy(each.states.vectors)
            heads = _heads(drop(_linear(weights, "ps", passage)))
            known = torch.cat([(question.plain @ passage.T)[None], torch.einsum("qhd,thd->hqt", asked, heads)])
            likeness[id(each.states)] = known
        best = [
            _best(known, *each.ranges.sentence),
            _best(known, *each.ranges.before),
            _best(known, *each.ranges.headings),
        ]
        rows.append(torch.cat(best).T)
    return rows


def _best(likeness: "Tensor", start: int, end: int) -> "Tensor":
    """Return the best likeness within a range of pieces, zero where the range is empty."""
    return likeness[:, :, start:end].amax(2) if end > start else likeness.new_zeros(likeness.shape[:2])


def _heads(projected: "Tensor") -> "Tensor":
    from torch.nn import functional

    return functional.normalize(projected.view(len(projected), HEADS, -1), dim=-1)


def _linear(weights: "dict[str, Tensor]", name: str, values: "Tensor") -> "Tensor":
    return values @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]
