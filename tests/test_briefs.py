"""The seventy briefs against the fact sheets they were written from: nothing added, nothing left out."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from index.cleaning import clean
from index.loading import load
from index.models import Document
from index.sources import SEEDS

SHEETS = Path(__file__).parents[2] / "shared" / "facts"
ARTICLES = ("chinese-ev-tie-ups-us", "joint-ventures-2026", "nissan-china-exports", "volkswagen-jac-2016", "README")
BRIEFS = [path for path in sorted(SEEDS.glob("*.md")) if path.stem not in ARTICLES]
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?")
_NAME = re.compile(r"(?<=[a-z,] )(?!USD|EUR|CNY|EVs|Sino|Chin|North)[A-Z][A-Za-z]{2,}")  # '$' may stand for 'USD'
_RUN = 9

paths = pytest.mark.parametrize("path", BRIEFS, ids=lambda path: path.stem)


@cache
def brief(path: Path) -> Document:
    return clean(load(path, path.read_bytes()), path.name, path.name, "")


@cache
def sheet_of(path: Path) -> dict[str, Any]:
    file = SHEETS / f"{path.stem}.yaml"
    if not file.exists():
        pytest.skip("the fact sheets are not beside this checkout")
    return dict(yaml.safe_load(file.read_text(encoding="utf-8")))


def flat(value: object) -> str:
    """Every text inside a value of a sheet."""
    if isinstance(value, dict):
        return " ".join(map(flat, value.values()))
    return " ".join(map(flat, value)) if isinstance(value, list) else str(value)


def numbers(text: str) -> set[str]:
    """The figures of a text, without thousands separators and idle zeros."""
    return {f"{float(found.replace(',', '')):.10g}" for found in _NUMBER.findall(text)}


def paragraphs(path: Path) -> list[tuple[str, Any]]:
    document = brief(path)
    return [(block.span.of(document.text), block.provenance) for block in document.blocks if block.provenance]


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", text.lower())
    return {tuple(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}


def test_there_are_seventy():
    assert len(BRIEFS) == 70


@paths
def test_every_paragraph_has_its_date_and_its_reports_and_no_marks_in_its_text(path: Path):
    document = brief(path)
    assert document.metadata.publisher == "project brief"
    for block in document.blocks:
        text = block.span.of(document.text)
        assert "[" not in text
        if block.kind.value == "paragraph":
            assert block.provenance, text
            assert block.provenance.based_on, text
            assert all(report.publisher and report.title for report in block.provenance.based_on)
    assert any(provenance.event for _, provenance in paragraphs(path))


@paths
def test_every_figure_and_date_of_the_brief_is_in_its_sheet(path: Path):
    sheet = sheet_of(path)
    text = " ".join(text for text, _ in paragraphs(path))
    assert numbers(text) - numbers(flat(sheet)) == set()
    events = {provenance.event for _, provenance in paragraphs(path)} - {None}
    told = flat(sheet)
    assert [
        event for event in events if event not in told and not set(event.split("-")) <= set(re.findall(r"\d+", told))
    ] == []


@paths
def test_every_fact_of_the_sheet_is_in_the_brief(path: Path):
    """Its figures, its names, its sources; of a fact that one source tells, the publisher stands in the sentence."""
    sheet = sheet_of(path)
    told = paragraphs(path)
    whole = " ".join(text for text, _ in told)
    for fact in sheet["facts"]:
        urls = {source.get("url") for source in fact["sources"]}
        resting = [text for text, provenance in told if urls & {report.url for report in provenance.based_on}]
        here = " ".join(resting)
        assert numbers(fact["text"]) <= numbers(here), fact["text"]
        assert [name for name in _NAME.findall(fact["text"]) if name.casefold() not in whole.casefold()] == []
        if fact["confidence"] == "one-source":
            publishers = {
                part for source in fact["sources"] for part in re.split(r"[()]| via |citing ", source["publisher"])
            }
            shown = [word for part in publishers if len(word := part.strip()) > 1]
            assert any(word.split(",")[0] in here for word in shown), (shown, fact["text"])


@paths
def test_parties_stakes_names_and_conflicts_of_the_sheet_are_in_the_brief(path: Path):
    sheet = sheet_of(path)
    text = " ".join(text for text, _ in paragraphs(path))
    for party in sheet["parties"]:
        assert numbers(str(party.get("stake") or "")) <= numbers(text), party
        assert re.split(r"[ /(]", party["name"])[0] in text, party
    aliases = [alias.partition(" (")[0] for alias in sheet.get("aliases") or []]
    assert [alias for alias in aliases if alias not in text] == []
    for conflict in sheet.get("conflicts") or []:
        urls = {source.get("url") for source in conflict["sources"]}
        told = [
            text
            for text, provenance in paragraphs(path)
            if "ources differ" in text and urls & {report.url for report in provenance.based_on}
        ]
        assert told, conflict["what"]


def test_sentences_do_not_carry_over():
    """No run of nine words of any sheet is in any brief."""
    if not SHEETS.exists():
        pytest.skip("the fact sheets are not beside this checkout")
    theirs: set[tuple[str, ...]] = set()
    for file in SHEETS.glob("*.yaml"):
        sheet = yaml.safe_load(file.read_text(encoding="utf-8"))
        for fact in sheet.get("facts") or []:
            theirs |= runs(fact["text"])
    for path in BRIEFS:
        assert not runs(brief(path).text) & theirs, path.stem


def test_a_figure_changed_in_a_brief_would_be_noticed():
    path = next(path for path in BRIEFS if path.stem == "denza")
    sheet = sheet_of(path)
    changed = brief(path).text.replace("90%", "91%")
    assert numbers(changed) - numbers(flat(sheet)) == {"91"}
