"""Which files a path stands for, and what each is called."""

import os
from pathlib import Path

import pytest

from index.sources import find_files, find_seeds


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("docs/b.txt", "docs/a.md", "docs/deep/c.html", "docs/.hidden.txt", "docs/.git/d.txt", "other.pdf"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_a_folder_stands_for_its_files_but_not_the_hidden_ones(folder: Path):
    files = find_files([Path("docs")])
    assert [file.source for file in files] == ["docs/a.md", "docs/b.txt", "docs/deep/c.html"]
    assert not any(file.named for file in files)


def test_a_file_given_by_name_is_named(folder: Path):
    (file,) = find_files([Path("other.pdf")])
    assert (file.source, file.origin, file.named) == ("other.pdf", str(folder / "other.pdf"), True)


def test_a_hidden_folder_given_by_name_is_read(folder: Path):
    assert [file.source for file in find_files([Path("docs/.git")])] == ["docs/.git/d.txt"]


@pytest.mark.parametrize(
    "paths",
    [["docs", "docs"], ["docs", "docs/../docs"], ["docs", "./docs/a.md"], ["docs", "link"], ["docs", "link/a.md"]],
    ids=lambda paths: " ".join(paths),
)
def test_a_file_is_listed_once_however_it_is_reached(paths: list[str], folder: Path):
    (folder / "link").symlink_to(folder / "docs")
    assert len(find_files([Path(path) for path in paths])) == 3


def test_an_origin_is_the_same_from_any_folder(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (here,) = find_files([Path("docs/a.md")])
    monkeypatch.chdir(folder / "docs" / "deep")
    (there,) = find_files([Path("../a.md")])
    assert here.origin == there.origin
    assert there.source == "../a.md"


def test_a_path_that_is_not_there_is_listed_so_that_reading_it_says_so(folder: Path):
    (file,) = find_files([Path("none.txt")])
    assert file.named
    assert not file.path.exists()


def test_a_broken_link_and_a_pipe_in_a_folder_are_passed_over(folder: Path):
    (folder / "docs" / "broken.txt").symlink_to(folder / "none.txt")
    os.mkfifo(folder / "docs" / "pipe.txt")
    assert len(find_files([Path("docs")])) == 3


def test_a_name_that_is_not_utf_8_can_be_stored(folder: Path):
    path = os.fsencode(folder / "docs") + b"/caf\xe9.txt"
    Path(os.fsdecode(path)).write_text("text")
    sources = [file.source for file in find_files([Path("docs")])]
    assert "docs/caf\ufffd.txt" in sources
    assert all(source.encode() for source in sources)


def test_seeds_are_named_alike_wherever_they_lie():
    seeds = find_seeds()
    assert len(seeds) >= 4
    assert all(seed.source == seed.origin == f"seeds/{seed.path.name}" and not seed.named for seed in seeds)
