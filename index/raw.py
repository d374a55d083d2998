"""What a loader hands to cleaning: blocks of text as the file gives them."""

from dataclasses import dataclass, field

from index.models import BlockKind, Metadata, PageStart, Provenance


@dataclass(frozen=True, slots=True)
class RawBlock:
    """One block of a file. `marker` is what stands before a list item ('• ', '1. ').

    `pages` tells for a file of pages where in `text` which page begins; the first entry starts at 0.
    `provenance` is what this block alone rests on.
    """

    kind: BlockKind
    text: str
    level: int = 0
    marker: str = ""
    pages: tuple[PageStart, ...] = ()
    provenance: Provenance | None = None


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A file's blocks in reading order and what the file says about itself.

    `notes` are sentences for whoever took the file in: what of it was left out and why.
    """

    blocks: tuple[RawBlock, ...]
    metadata: Metadata = field(default_factory=Metadata)
    notes: tuple[str, ...] = ()
