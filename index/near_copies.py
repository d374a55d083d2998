"""Tell near copies: the same story under another headline, with other furniture, or cut short.

A sketch (MinHash) of a document's quotable text estimates which share of its runs of three words
it has in common with another; bands of a sketch find candidates without comparing all with all.
"""

import hashlib
import re
from functools import partial

import numpy as np
from numpy.typing import NDArray

from index.chunking import is_quotable
from index.models import Document
from index.rows import searchable

SIMILAR = 0.4  # share of runs of words in common; measured in docs/reliability.md
_PERMUTATIONS = 120
_ROWS_A_BAND = 3
_RUN = 3
_FEWEST_RUNS = 8  # less is too little to tell
_WORD = re.compile(r"\w+")

Sketch = NDArray[np.uint32]


def sketch(document: Document) -> Sketch | None:
    """Return the sketch of what can be quoted of a document, shape (120,); None if that is too short."""
    from datasketch import MinHash

    quotable = " ".join(block.span.of(document.text) for block in document.blocks if is_quotable(block))
    words = _WORD.findall(searchable(quotable).casefold())
    runs = {" ".join(words[start : start + _RUN]) for start in range(len(words) - _RUN + 1)}
    if len(runs) < _FEWEST_RUNS:
        return None
    minhash = MinHash(num_perm=_PERMUTATIONS, seed=1)
    minhash.update_batch([run.encode() for run in runs])
    return np.asarray(minhash.hashvalues, dtype=np.uint32)


def bands(of: Sketch) -> list[int]:
    """Return 40 numbers of 64 bits; documents that share one may be near copies."""
    rows = of.astype("<u4").reshape(-1, _ROWS_A_BAND)
    digest = partial(hashlib.blake2b, digest_size=8)
    return [
        int.from_bytes(digest(row.tobytes(), salt=number.to_bytes(2, "little")).digest(), "little", signed=True)
        for number, row in enumerate(rows)
    ]


def similarity(one: Sketch, other: Sketch) -> float:
    """Return the estimated share of runs of words in common, 0 to 1."""
    return float(np.mean(one == other))
