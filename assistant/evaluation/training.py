"""Train the reader: `make reader` (about half an hour on two cores).

The texts in `training/` are invented for this purpose: groups of three articles that a search would find together, and
questions of which half are answered and half are near misses. Each question is put to its group through the program
itself; the networks learn to score the sentence that answers above the others, and "none of these" above all where no
sentence does. One of the two judges by the packaged model's states alone; together with the other a copy of the model
learns how to read a question. No question of `tests/questions/` is ever seen here.
"""

import argparse
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.utils import parametrize

from assistant.reader import HEADS, KINDS, WEIGHTS, QuestionStates, Reading, score
from assistant.understanding import Asked, understand
from assistant.wiring import Assistant
from index.embedding import SentenceEmbedder, Vectors
from index.models import Scope
from index.sources import find_files

TEXTS = Path(__file__).parents[2] / "training"
_EPOCHS = 2
_BATCH = 8  # questions
_RATE, _RATE_OF_CHANGES = 1e-3, 2e-4
_RANK = 32  # of the changes to the model that reads questions
_DROPOUT = 0.3
_DECAY = 0.1
_NEAREST, _OTHERS = 14, 4  # sentences of a question: the likeliest at first look, and some of the rest
_WIDTH = 64  # of each projection
_SHORTEST = 25  # characters by which a sentence may be told inside a longer one


@dataclass(frozen=True, slots=True)
class Example:
    """A question, its states and kind, the sentences considered for it, and which of them answer."""

    text: str
    plain: Vectors
    asked: Asked
    sentences: tuple[Reading, ...]
    answers: tuple[bool, ...]


def main() -> None:
    """Collect the examples, train the two networks, write their weights."""
    parser = argparse.ArgumentParser(prog="python -m assistant.evaluation.training", description=__doc__)
    parser.add_argument("--texts", type=Path, default=TEXTS, help="folder of .jsonl files")
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="file to write")
    given = parser.parse_args()
    examples = collect(given.texts)
    print(f"{len(examples)} questions, {sum(any(each.answers) for each in examples)} with an answer")
    train(examples, given.to)


class Change(torch.nn.Module):
    """A change of a layer's weights that is learned: the product of two thin matrices, nothing at first."""

    def __init__(self, weight: Tensor) -> None:
        """Begin with no change to `weight`."""
        super().__init__()
        outputs, inputs = weight.shape
        self.down = torch.nn.Parameter(torch.randn(_RANK, inputs) / inputs**0.5)
        self.up = torch.nn.Parameter(torch.zeros(outputs, _RANK))

    def forward(self, weight: Tensor) -> Tensor:
        """Return the changed weights."""
        return weight + self.up @ self.down


def train(examples: Sequence[Example], to: Path) -> None:
    """Train the model that reads questions with the network that judges by it, then the other; write both."""
    torch.manual_seed(0)
    model = SentenceEmbedder()
    changes = {name: _changeable(layer) for name, layer in model.layers().items()}
    changing = [value for change in changes.values() for value in change.parameters()]
    learned = fit(examples, 0, lambda batch: _read(model, batch), changing)
    plain = fit(examples, 1, lambda batch: [torch.from_numpy(each.plain) for each in batch])
    _write(to, changes, {"learned": learned, "plain": plain})


def _changeable(layer: torch.nn.Module) -> Change:
    """Let a layer's weights be changed and nothing else of it; return the change."""
    layer.requires_grad_(False)
    assert isinstance(layer.weight, Tensor)
    change = Change(layer.weight)
    parametrize.register_parametrization(layer, "weight", change)
    return change


def _read(model: SentenceEmbedder, batch: Sequence[Example]) -> list[Tensor]:
    """Return what the model makes of the questions' pieces, shape (pieces, dimension) each; gradients flow through."""
    return [states for states, _, _ in model.hidden_states([each.text for each in batch])]


def _write(to: Path, changes: Mapping[str, Change], networks: Mapping[str, Mapping[str, Tensor]]) -> None:
    parts: dict[str, Mapping[str, Tensor]] = {**networks}
    parts |= {f"question/{name}": dict(change.named_parameters()) for name, change in changes.items()}
    halved: dict[str, Any] = {
        f"{part}/{name}": value.detach().numpy().astype(np.float16)
        for part, values in parts.items()
        for name, value in values.items()
    }
    np.savez_compressed(to, **halved)


def collect(texts: Path) -> list[Example]:
    """Return the examples of every group in the folder's .jsonl files."""
    groups = [
        json.loads(line) for file in sorted(texts.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    with TemporaryDirectory(prefix="jv-training-") as folder:
        articles, data = Path(folder) / "articles", Path(folder) / "data"
        articles.mkdir()
        for number, group in enumerate(groups):
            _write_articles(articles, number, group)
        with closing(Assistant.create(data)) as assistant:
            assistant.ingest(find_files([articles]))
            ids = {Path(info.source).stem: info.document_id for info in assistant.documents()}
            return list(_examples(assistant, groups, ids))


def _write_articles(folder: Path, number: int, group: dict[str, Any]) -> None:
    for at, article in enumerate(group["articles"]):
        head = {key: str(article[key]) for key in ("title", "publisher", "published")}
        body = "\n\n".join(" ".join(sentences) for sentences in article["paragraphs"])
        front = "\n".join(f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in head.items())
        (folder / f"{number}-{at}.md").write_text(f"---\n{front}\n---\n\n{body}\n", encoding="utf-8")


def _examples(assistant: Assistant, groups: Sequence[dict[str, Any]], ids: dict[str, str]) -> Iterator[Example]:
    random = np.random.default_rng(0)
    for number, group in enumerate(groups):
        scope = Scope(document_ids=frozenset(ids[f"{number}-{at}"] for at in range(len(group["articles"]))))
        for asked in group["questions"]:
            golden = [_plain(group["articles"][a]["paragraphs"][p][s]) for a, p, s in asked["answers"]]
            question = understand(asked["q"])
            read = assistant.first_look(replace(question, parts=()), scope)
            keep = list(range(min(_NEAREST, len(read))))
            if len(read) > _NEAREST:
                keep += random.choice(
                    np.arange(_NEAREST, len(read)), min(_OTHERS, len(read) - _NEAREST), False
                ).tolist()
            answers = tuple(any(_is_same(_plain(read[at][0].text), each) for each in golden) for at in keep)
            if keep and (any(answers) or not golden):
                plain = assistant.encoder.read_query(question.text).vectors
                sentences = tuple(read[at][1] for at in keep)
                yield Example(question.text, plain, question.asked, sentences, answers)


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.lower()).strip()


def _is_same(found: str, golden: str) -> bool:
    return (
        found == golden or (len(found) > _SHORTEST and found in golden) or (len(golden) > _SHORTEST and golden in found)
    )


def fit(
    examples: Sequence[Example],
    seed: int,
    read: Callable[[Sequence[Example]], list[Tensor]],
    changes: Sequence[torch.nn.Parameter] = (),
) -> dict[str, Tensor]:
    """Return the weights of one network; `read` gives the states of questions, `changes` to them learn along."""
    torch.manual_seed(seed)
    random = np.random.default_rng(seed)
    weights = initial(examples)
    own = [value for value in weights.values() if value.requires_grad]
    parameters, rates = [{"params": own, "weight_decay": _DECAY}], [_RATE]
    if changes:
        parameters.append({"params": list(changes), "weight_decay": 0.0})
        rates.append(_RATE_OF_CHANGES)
    optimiser = torch.optim.AdamW(parameters)
    steps = _EPOCHS * (len(examples) // _BATCH) + 1
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=steps, pct_start=0.1)
    started = perf_counter()
    for epoch in range(_EPOCHS):
        order, total = random.permutation(len(examples)), 0.0
        for first in range(0, len(order) - _BATCH + 1, _BATCH):
            batch = [examples[at] for at in order[first : first + _BATCH]]
            loss = torch.stack([_loss(weights, each, states) for each, states in zip(batch, read(batch), strict=True)])
            optimiser.zero_grad()
            loss.mean().backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_([*own, *changes], 1.0)
            optimiser.step()
            schedule.step()
            total += float(loss.detach().sum())
        print(
            f"network {seed}, round {epoch}: loss {total / len(order):.3f}, {perf_counter() - started:.0f} s",
            flush=True,
        )
    return weights


def _loss(weights: dict[str, Tensor], example: Example, read: Tensor) -> Tensor:
    """Return how surprising the right choice is: an answering sentence, or none, whose score is 0."""
    question = QuestionStates(torch.from_numpy(example.plain), read)
    scores = score(weights, question, example.asked, example.sentences, _DROPOUT)
    everything = torch.logsumexp(torch.cat([torch.zeros(1), scores]), 0)
    if not any(example.answers):
        return everything
    return everything - torch.logsumexp(scores[torch.tensor(example.answers)], 0)


def initial(examples: Sequence[Example]) -> dict[str, Tensor]:
    """Return weights to begin with: question and sentence are projected alike at first."""
    given = np.array([each.features for example in examples for each in example.sentences], dtype=np.float32)
    dimension, width, features = examples[0].plain.shape[1], HEADS * _WIDTH, given.shape[1]
    shapes = {"pq": (dimension, width), "ps": (dimension, width), "qt": (dimension, 24), "stype": (dimension, 24)}
    shapes |= {"tok.0": (3 * (HEADS + 1) + 24, 64), "tok.3": (64, 14)}
    shapes |= {"out.0": (8 + 24 + 24 + 2 + 12 + 4 + features, 64), "out.3": (64, 1)}
    weights: dict[str, Tensor] = {}
    for name, (inputs, outputs) in shapes.items():
        layer = torch.nn.Linear(inputs, outputs)
        weights |= {f"{name}.weight": layer.weight, f"{name}.bias": layer.bias}
    torch.nn.init.orthogonal_(weights["pq.weight"])
    weights["ps.weight"].data.copy_(weights["pq.weight"].data)
    weights["ask.weight"] = torch.nn.Parameter(torch.randn(len(KINDS), 8))
    weights["mean"], weights["scale"] = torch.from_numpy(given.mean(0)), torch.from_numpy(given.std(0) + 1e-6)
    return weights


if __name__ == "__main__":
    main()
