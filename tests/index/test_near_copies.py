"""Copies of a wire story are one cluster; other stories, also on the same event, are not in it."""

import random
from itertools import combinations

import pytest

from index.catalogue import Catalogue
from index.copies import Kin
from index.models import Document
from index.near_copies import SIMILAR, bands, similarity, sketch
from index.sources import find_seeds
from tests.index.making import made, put, read
from tests.index.stories import COPIES, STORIES

SEEDS_OF_CHANCE = 3


def copies_of(name: str) -> dict[str, Document]:
    """Return the copies of a story, each read as a file of its own."""
    found = {}
    for change in COPIES:
        for seed in range(SEEDS_OF_CHANCE):
            file = f"{name}-{change.__name__}-{seed}.txt"
            found[file] = read(file, change(STORIES[name], random.Random(seed)))
    return found


@pytest.fixture(scope="module")
def copies() -> dict[str, dict[str, Document]]:
    return {name: copies_of(name) for name in STORIES}


def alike(one: Document, other: Document) -> float:
    sketches = sketch(one), sketch(other)
    assert sketches[0] is not None
    assert sketches[1] is not None
    return similarity(*sketches)


def test_copies_are_alike_and_share_a_band(copies: dict[str, dict[str, Document]]):
    missed = []
    pairs = [pair for of_story in copies.values() for pair in combinations(of_story.values(), 2)]
    for one, other in pairs:
        first, second = sketch(one), sketch(other)
        assert first is not None
        assert second is not None
        if similarity(first, second) < SIMILAR or not set(bands(first)) & set(bands(second)):
            missed.append((one.source, other.source, similarity(first, second)))
    assert len(missed) < 0.02 * len(pairs), missed


def test_other_stories_are_not_alike(copies: dict[str, dict[str, Document]]):
    """Two reports of one event in different words, and whatever else there is: far below 0.4."""
    others = [next(iter(of_story.values())) for of_story in copies.values()]
    others += [read(seed.path.name, seed.path.read_bytes()) for seed in find_seeds() if seed.path.name != "README.md"]
    assert len(others) >= 8
    worst = max((alike(one, other), one.source, other.source) for one, other in combinations(others, 2))
    assert worst[0] < 0.2, worst


def test_the_catalogue_clusters_them(catalogue: Catalogue, copies: dict[str, dict[str, Document]]):
    stored = [document for of_story in copies.values() for document in of_story.values()]
    random.Random(1).shuffle(stored)
    for number, document in enumerate(stored):
        put(catalogue, document, seed=number)
    for of_story in copies.values():
        ids = {document.document_id for document in of_story.values()}
        for document_id, kin in catalogue.kin(ids).items():
            assert set(kin.near_copies) <= ids - {document_id}
            assert len(kin.near_copies) >= min(20, len(ids) - 1)


def test_what_is_short_or_has_no_kin_is_alone(catalogue: Catalogue):
    short = put(catalogue, made("The plant builds vans.", source="a"))
    same = put(catalogue, made("The plant builds vans.", source="b", publisher="Another"))
    alone = put(catalogue, made(STORIES["orient"], source="c"))
    assert sketch(short) is None
    assert catalogue.kin([short.document_id, same.document_id, alone.document_id, "none"]) == {}


def test_a_removed_copy_is_no_kin_any_more(catalogue: Catalogue):
    first, second, third = (
        put(catalogue, made(STORIES["orient"], source=source, publisher=source)) for source in ("a", "b", "c")
    )
    assert catalogue.kin([first.document_id])[first.document_id] == Kin(
        (), tuple(sorted([second.document_id, third.document_id]))
    )
    catalogue.remove(first.document_id)
    assert catalogue.kin([second.document_id])[second.document_id] == Kin((), (third.document_id,))


def test_chinese_stories_are_told_apart_by_characters(catalogue: Catalogue):
    story = "哈尔沃森与白云汽车宣布将于明年年底关闭塔瑙的变速箱工厂，约有一千九百名员工受到影响。"
    one = put(catalogue, made(story, source="a"))
    other = put(catalogue, made(story + "市长对此表示遗憾。", source="b"))
    put(
        catalogue,
        made(
            "里奇韦汽车以二十一亿美元将其在电池制造商中的三成股份出售给韩国大韩集团。",
            source="c",
        ),
    )
    assert catalogue.kin([one.document_id])[one.document_id].near_copies == (other.document_id,)


def test_many_copies_stay_cheap(catalogue: Catalogue):
    """Every document of a template is compared with a few, not with all that came before."""
    for number in range(120):
        put(catalogue, made(f"{STORIES['orient']} Number {number}.", source=f"{number:03}"))
    with catalogue.database.snapshot() as connection:
        assert connection.execute("SELECT count(*), count(DISTINCT cluster) FROM sketches").fetchone()[:] == (120, 1)
        assert connection.execute("SELECT count(*) FROM sketch_bands").fetchone()[0] == 120 * 40
    assert len(catalogue.kin([info.document_id for info in catalogue.documents(1)]).popitem()[1].near_copies) == 20
