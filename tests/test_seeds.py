"""The briefs of single articles that ship with the program: dated, named after their reports, in our own words."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from index.cleaning import clean
from index.loading import NotIndexed, load
from index.models import parse_date
from index.sources import SEEDS

ARTICLES = ("chinese-ev-tie-ups-us.md", "joint-ventures-2026.md", "nissan-china-exports.md", "volkswagen-jac-2016.md")
BRIEFS = [SEEDS / name for name in ARTICLES]  # the seventy others rest on many reports: test_briefs
_RUN = 9


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[start : start + _RUN]) for start in range(len(found) - _RUN + 1)}


@pytest.mark.parametrize("path", BRIEFS, ids=lambda path: path.name)
def test_a_brief_says_what_it_is_and_what_it_rests_on(path: Path):
    metadata = load(path, path.read_bytes()).metadata
    assert metadata.publisher == "project brief"
    assert metadata.title
    assert parse_date(metadata.published or "") == metadata.published
    assert [report.published for report in metadata.based_on] == [metadata.published]
    assert all(report.publisher and report.title for report in metadata.based_on)
    assert "date_note:" in path.read_text(encoding="utf-8")


@pytest.mark.parametrize("path", BRIEFS, ids=lambda path: path.name)
def test_headings_go_down_one_step_at_a_time(path: Path):
    document = clean(load(path, path.read_bytes()), path.name, path.name, "")
    levels = [block.level for block in document.blocks if block.level]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_readme_is_not_evidence():
    path = SEEDS / "README.md"
    with pytest.raises(NotIndexed):
        load(path, path.read_bytes())


def test_facts_carry_over_and_sentences_do_not(raw_articles):
    originals = set().union(*(runs(path.read_text(encoding="utf-8")) for path in raw_articles.glob("*.txt")))
    for path in SEEDS.glob("*.md"):
        assert not runs(path.read_text(encoding="utf-8")) & originals, path.name


def test_every_figure_of_the_articles_is_in_a_brief(raw_articles):
    """Numbers with a digit, outside image names; the briefs may add years, never drop a figure."""
    number = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*(?![\w]*\.jpg)")
    ours = {found for path in BRIEFS for found in number.findall(path.read_text(encoding="utf-8"))}
    for path in raw_articles.glob("*.txt"):
        text = re.sub(r"^[0-9a-f]{16,}\.jpg$", "", path.read_text(encoding="utf-8"), flags=re.M)
        assert set(number.findall(text)) <= ours, path.name
