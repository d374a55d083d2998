"""A catalogue of its own for each test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from index.catalogue import Catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    catalogue = Catalogue.create(tmp_path / "data")
    yield catalogue
    catalogue.close()
