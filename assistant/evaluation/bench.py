"""Time answers in an index of 10,000 passages: `make bench`.

Speed is a ratio: one answer against one bare query embedding, measured in turn in the same run. A cold answer reads its
passages anew; a cached one finds their token states in memory, as a question on the same subject does. The question
itself is encoded each time.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import cycle, islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np

from assistant.evaluation.__main__ import QUESTIONS
from assistant.evaluation.questions import load_questions
from assistant.wiring import Assistant
from index.chunking import chunk
from index.cleaning import clean
from index.loading import load
from index.sources import find_seeds

CHUNKS = 10_000
_ROUNDS = 60
_PARAGRAPHS = 40
_FILLER = "The {0} works at {1} reported {2} {3} for {4}, which the {0} board in {1} had planned since {5}."
_WORDS = "steel paper textile harbour railway dairy timber glass cement sugar".split()
_PLACES = "Lindholm Tarvasjoki Estrela Oravais Penedo Varberg Nakskov Gdow Ronne Viborg".split()


def main() -> None:
    """Build the index, time the answers, print medians and ratios."""
    with TemporaryDirectory(prefix="jv-bench-") as data_dir, closing(Assistant.create(data_dir)) as assistant:
        assistant.ingest(find_seeds())
        fill(assistant, CHUNKS)
        assistant.sync_vectors()
        assistant.warm_up()
        questions = [q.question for s in load_questions(QUESTIONS / "dev" / "seeds.yaml") for q in s.questions]
        print(f"{assistant.catalogue.count_chunks():,} passages, {len(questions)} questions, {_ROUNDS} rounds")
        embed, cold, cached = timings(assistant, list(islice(cycle(questions), _ROUNDS)))
    print(f"query embedding {embed:7.1f} ms  (median)")
    print(f"cold answer     {cold:7.1f} ms  = {cold / embed:4.1f} x")
    print(f"cached answer   {cached:7.1f} ms  = {cached / embed:4.1f} x")


def fill(assistant: Assistant, chunks: int) -> None:
    """Add made-up documents until the index holds `chunks` passages; their vectors are drawn at random."""
    random = np.random.default_rng(0)
    while (missing := chunks - assistant.catalogue.count_chunks()) > 0:
        number = assistant.catalogue.count_documents()
        name = f"filler-{number}.md"
        text = "\n\n".join(islice(_paragraphs(random), _PARAGRAPHS))
        document = clean(load(Path(name), text.encode()), name, name, name)
        pieces = chunk(document, lambda part: 2 * len(part.split()))[:missing]
        vectors = random.standard_normal((len(pieces), assistant.embedder.dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        assistant.catalogue.put(document, pieces, vectors, bump=True)


def timings(assistant: Assistant, questions: list[str]) -> tuple[float, float, float]:
    """Return the median milliseconds of a query embedding, a cold answer and a cached answer."""
    embed, cold, cached = [], [], []
    for question in questions:
        assistant.forget()
        embed.append(_milliseconds(lambda asked=question: assistant.embedder.encode([asked])))  # type: ignore[misc]
        cold.append(_milliseconds(lambda asked=question: assistant.ask(asked)))  # type: ignore[misc]
        assistant.forget(passages=False)
        cached.append(_milliseconds(lambda asked=question: assistant.ask(asked)))  # type: ignore[misc]
    return median(embed), median(cold), median(cached)


def _milliseconds(work: Callable[[], object]) -> float:
    started = perf_counter()
    work()
    return (perf_counter() - started) * 1000


def _paragraphs(random: np.random.Generator) -> Iterator[str]:
    while True:
        word, place = random.choice(_WORDS), random.choice(_PLACES)
        numbers = random.integers(10, 9_000, 4)
        yield " ".join(
            _FILLER.format(word, place, numbers[i % 4], unit, 1950 + numbers[i % 4] % 70, 1940 + i)
            for i, unit in enumerate(("tons", "jobs", "crates", "wagons", "litres", "orders"))
        )


if __name__ == "__main__":
    main()
