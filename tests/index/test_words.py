import pytest

from index.words import content_words

WORDS = {
    "in order, each once": ("Hanbei and Aster, Aster and Hanbei", ("Hanbei", "Aster")),
    "function words left out": ("What is the share of Hanbei in it?", ("share", "Hanbei")),
    "as written": ("NEV bZ4X e-tron 1.5T Xiaomi's", ("NEV", "bZ4X", "e-tron", "1.5T", "Xiaomi's")),
    "chinese": ("汉贝汽车 2025", ("汉贝汽车", "2025")),
    "accents": ("Nuevo León", ("Nuevo", "León")),
    "nothing": (" ?! _ ", ()),
}


@pytest.mark.parametrize(("text", "expected"), WORDS.values(), ids=WORDS)
def test_content_words(text: str, expected: tuple[str, ...]):
    assert content_words(text) == expected
