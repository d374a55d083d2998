"""Find the files that a path on the command line stands for."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SEEDS = Path(__file__).parent.parent / "seeds"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to ingest: where it lies, what it is called, what identifies it.

    `source` is the path as given, `origin` the one that stays the same from any folder. `named`
    tells a file given by name (an unknown format is then a failure) from one met in a folder.
    """

    path: Path
    source: str
    origin: str
    named: bool


def find_files(paths: Sequence[Path]) -> list[SourceFile]:
    """Return the files that `paths` (files or folders) stand for, each once, in order.

    Hidden files are passed over. A path that does not exist is listed too: reading it says so.
    """
    found: dict[str, SourceFile] = {}
    for path in paths:
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts):
                    found.setdefault(_origin(file), SourceFile(file, _shown(file), _origin(file), named=False))
        else:
            found.setdefault(_origin(path), SourceFile(path, _shown(path), _origin(path), named=True))
    return list(found.values())


def find_seeds() -> list[SourceFile]:
    """Return the briefs that ship with the program, named alike wherever it is installed."""
    files = sorted(SEEDS.glob("*.md"))
    return [SourceFile(file, f"seeds/{file.name}", f"seeds/{file.name}", named=False) for file in files]


def _origin(path: Path) -> str:
    return _shown(path.resolve())


def _shown(path: Path) -> str:
    """Return the path as text; bytes of its name that are not UTF-8 are replaced."""
    return os.fsencode(os.path.normpath(path)).decode("utf-8", "replace")
