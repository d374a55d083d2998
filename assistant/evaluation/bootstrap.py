"""Bootstrap intervals: how far a figure may be off because only these questions were asked.

A value is NaN where a case has none. Fewer than five values give no interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 2_000
SEED = 20_260_101
_FEWEST = 5
_LOW, _HIGH = 2.5, 97.5

Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over `n` cases with its 95% interval; `low` and `high` are None with too few cases."""

    mean: float
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class PairedDifference:
    """How much a mean rose from `before` to `after` on the same cases.

    `certainty` is the share of the resamples in which the difference has the same sign.
    """

    before: float
    after: float
    low: float | None
    high: float | None
    certainty: float
    n: int

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


def as_values(values: Sequence[float | None]) -> Values:
    """Return `values` as an array, shape (len(values),), NaN for None."""
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)


def estimate(values: Sequence[float | None]) -> Estimate | None:
    """Return the mean of the values that are there with its interval, or None if there is none."""
    there = as_values(values)
    there = there[~np.isnan(there)]
    if not there.size:
        return None
    low, high = _interval(there[_resamples(there.size)].mean(axis=1)) if there.size >= _FEWEST else (None, None)
    return Estimate(float(there.mean()), low, high, there.size)


def paired_difference(before: Sequence[float | None], after: Sequence[float | None]) -> PairedDifference | None:
    """Compare two runs over the same cases in the same order; None if either has no value.

    Both are resampled by the same cases, so that what is hard in both cancels out.
    """
    old, new = as_values(before), as_values(after)
    if np.isnan(old).all() or np.isnan(new).all():
        return None
    rows = _resamples(old.size)
    differences = _means(new[rows]) - _means(old[rows])
    differences = differences[~np.isnan(differences)]
    mean_before, mean_after = float(np.nanmean(old)), float(np.nanmean(new))
    low, high = _interval(differences) if old.size >= _FEWEST and differences.size else (None, None)
    same_sign = np.sign(differences) == np.sign(mean_after - mean_before)
    certainty = float(same_sign.mean()) if differences.size else 0.0
    return PairedDifference(mean_before, mean_after, low, high, certainty, int((~np.isnan(new) & ~np.isnan(old)).sum()))


def _resamples(size: int) -> NDArray[np.int64]:
    """Return the row numbers of the resamples, shape (RESAMPLES, size); the same ones every time."""
    return np.random.default_rng(SEED).integers(0, size, (RESAMPLES, size))


def _means(rows: Values) -> Values:
    """Return the mean of each row without its NaN; NaN for a row of nothing else."""
    counts = (~np.isnan(rows)).sum(axis=1)
    sums = np.nansum(rows, axis=1)
    means: Values = np.divide(sums, counts, out=np.full(len(rows), np.nan), where=counts > 0)
    return means


def _interval(means: Values) -> tuple[float, float]:
    low, high = np.percentile(means, [_LOW, _HIGH])
    return float(low), float(high)
