"""Find the files that a path or web address on the command line stands for."""

import os
import re
import stat
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import AddressError, FolderError, LeftOut, LoadError
from index.loading import read_bytes
from index.models import Document, Metadata, ignore

if TYPE_CHECKING:
    from index.addresses import Allowed
    from index.feeds import Entry
    from index.fetching import Fetched, Limits

SEEDS = Path(__file__).parent.parent / "seeds"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+:", re.I)  # one letter would be a drive
_MAX_SHOWN = 300
SEED_PREFIX = "seeds/"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to ingest: where it lies, what it is called, what identifies it.

    `source` is the path as given, `origin` the one that stays the same from any folder. `named`
    tells a file given by name (an unknown format is then a failure) from one met in a folder or feed.
    `content` is what was fetched, or why nothing was; None for what lies at `path`. `about` holds
    what is known beside the content: an address counts, title and date fill in what it does not say.
    """

    path: Path
    source: str
    origin: str
    named: bool
    content: bytes | LoadError | None = None
    about: Metadata = field(default_factory=Metadata)

    def read(self) -> bytes:
        """Return the bytes; raise LoadError if there are none to be had."""
        if isinstance(self.content, LoadError):
            raise self.content
        return read_bytes(self.path) if self.content is None else self.content

    def describe(self, document: Document) -> Document:
        """Return the document together with what is known beside its content."""
        said, about = document.metadata, self.about
        metadata = replace(
            said,
            title=said.title or about.title,
            published=said.published or about.published,
            url=about.url or said.url,
        )
        return replace(document, metadata=metadata)


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


def is_address(argument: str) -> bool:
    """Return whether an argument is meant as a web address rather than a path."""
    return bool(_ADDRESS.match(argument)) and not os.path.lexists(argument)


def fetch_files(
    addresses: Sequence[str],
    allowed: "Sequence[Allowed]" = (),
    limits: "Limits | None" = None,
    on_fetched: Callable[[str], None] = ignore,
) -> list[SourceFile]:
    """Fetch what lies at `addresses`, for a feed its entries; private hosts only if `allowed`.

    An address that is refused or fails is listed too: reading it says why. `on_fetched` gets every
    address when it is done.
    """
    from index.fetching import Limits

    found: list[SourceFile] = []
    taken: set[str] = set()
    for address in dict.fromkeys(addresses):
        for file in _fetch_files(address, allowed, limits or Limits()):
            if isinstance(file.content, LoadError) or file.origin not in taken:
                found.append(file)
            if not isinstance(file.content, LoadError):
                taken.add(file.origin)
            on_fetched(file.source)
    return found


def _fetch_files(address: str, allowed: "Sequence[Allowed]", limits: "Limits") -> Iterator[SourceFile]:
    from index.feeds import is_feed, read_feed
    from index.fetching import fetch

    try:
        fetched = fetch(address, allowed, limits)
        entries = read_feed(fetched.data, fetched.address) if is_feed(fetched.data) else []
    except LoadError as error:
        yield _unfetched(address, error, named=True)
        return
    if not entries:
        yield _fetched_file(fetched, named=True)
        return
    if len(entries) > limits.entries:
        reason = f"It has {len(entries)} entries; the first {limits.entries} were taken."
        yield _unfetched(fetched.address, LeftOut(reason), named=False)
    yield from _fetch_entries(fetched, entries[: limits.entries], () if fetched.is_public else allowed, limits)


def _fetch_entries(
    feed: "Fetched", entries: "Sequence[Entry]", allowed: "Sequence[Allowed]", limits: "Limits"
) -> Iterator[SourceFile]:
    """Yield the document of each entry, under the same rules; a feed of entries is not followed further."""
    from index.feeds import is_feed
    from index.fetching import fetch

    started, taken = time.monotonic(), 0
    for number, entry in enumerate(entries, start=1):
        name = entry.address or f"{feed.address} (entry {number})"
        try:
            if not entry.address:
                raise LeftOut("The feed gives no address for this entry.")
            if time.monotonic() - started > limits.feed_seconds or taken > limits.feed_bytes:
                raise AddressError(
                    f"Not fetched: the feed's entries took more than {limits.feed_seconds:g} s "
                    f"or {limits.feed_bytes:,} bytes; ingest it again to go on."
                )
            fetched = fetch(entry.address, allowed, limits)
            taken += len(fetched.data)
            if is_feed(fetched.data):
                raise LeftOut("It is a feed within a feed; ingest it by its own address.")
        except LoadError as error:
            yield _unfetched(name, error, named=False)
        else:
            yield _fetched_file(fetched, named=False, title=entry.title, published=entry.published)


def _fetched_file(
    fetched: "Fetched", *, named: bool, title: str | None = None, published: str | None = None
) -> SourceFile:
    address = fetched.address
    about = Metadata(title=title, published=published, url=address)
    return SourceFile(Path(fetched.name), address, address, named, fetched.data, about)


def _unfetched(address: str, error: LoadError, *, named: bool) -> SourceFile:
    """Return a stand-in that says why there is nothing; passwords and invisible characters are not shown."""
    shown = re.sub(r"(?<=//)[^/?#]*@", "…@", address)
    shown = "".join(character if character.isprintable() else "\ufffd" for character in shown)[:_MAX_SHOWN]
    return SourceFile(Path("unfetched"), shown, shown, named, error)


def _origin(path: Path) -> str:
    return _shown(path.resolve())


def _shown(path: Path) -> str:
    """Return the path as text; bytes of its name that are not UTF-8 are replaced."""
    return os.fsencode(os.path.normpath(path)).decode("utf-8", "replace")
