"""Find the files that a path on the command line stands for."""

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import FolderError

SEEDS = Path(__file__).parent.parent / "seeds"
SEED_PREFIX = "seeds/"


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
    names = [f"{SEED_PREFIX}{file.name}" for file in files]
    return [SourceFile(file, name, name, named=False) for file, name in zip(files, names, strict=True)]


def folder_prefix(folder: Path) -> str:
    """Return how the origins of all files in `folder` begin; raise FolderError if it is not there."""
    if not folder.is_dir():
        raise FolderError(f"'{_shown(folder)}' is no folder that is there; --sync removes documents under one that is.")
    return _origin(folder).rstrip("/") + "/"


def is_gone(origin: str) -> bool:
    """Return whether the file of an origin is no longer there; of what is no file, or may be hidden, it is not said."""
    path = SEEDS.parent / origin if origin.startswith(SEED_PREFIX) else Path(origin)
    if not path.is_absolute() or "\ufffd" in origin:  # an address, an upload, a name that is not kept letter by letter
        return False
    try:
        return stat.S_ISDIR(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False


def _origin(path: Path) -> str:
    return _shown(path.resolve())


def _shown(path: Path) -> str:
    """Return the path as text; bytes of its name that are not UTF-8 are replaced."""
    return os.fsencode(os.path.normpath(path)).decode("utf-8", "replace")
