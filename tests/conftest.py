"""What all tests share: the real model, loaded once, and the four real articles where they are at hand."""

from pathlib import Path

import pytest

from index.embedding import SentenceEmbedder

RAW_ARTICLES = Path(__file__).parents[2] / "shared" / "seeds"


@pytest.fixture(scope="session")
def embedder() -> SentenceEmbedder:
    return SentenceEmbedder()


@pytest.fixture(scope="session")
def raw_articles() -> Path:
    if not RAW_ARTICLES.is_dir():
        pytest.skip("the four real articles are not beside this checkout")
    return RAW_ARTICLES
