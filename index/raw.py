"""What a loader hands to cleaning: blocks of text as the file gives them."""

from dataclasses import dataclass, field

from index.models import BlockKind, Metadata


@dataclass(frozen=True, slots=True)
class RawBlock:
    """One block of a file. `marker` is what stands before a list item ('• ', '1. ')."""

    kind: BlockKind
    text: str
    level: int = 0
    marker: str = ""


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A file's blocks in reading order and what the file says about itself."""

    blocks: tuple[RawBlock, ...]
    metadata: Metadata = field(default_factory=Metadata)
