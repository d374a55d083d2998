"""The language of a text is told where it can be told."""

import pytest

from index.language import language_of
from tests.index.making import read
from tests.index.producers.generator import articles

TEXTS = {
    "english": ("The plant opened in May and closed again in June.", "en"),
    "german": ("Das Werk öffnete im Mai und schloss im Juni wieder.", "de"),
    "french": ("L’usine a ouvert en mai et a fermé de nouveau en juin.", "fr"),
    "spanish": ("La planta abrió en mayo y cerró de nuevo en junio.", "es"),
    "japanese": ("トヨタは新しい工場を建設すると発表した。", "ja"),
    "korean": ("현대자동차는 새 공장을 짓는다고 밝혔다.", "ko"),
    "russian": ("Завод открылся в мае и снова закрылся в июне.", "ru"),
    "chinese": ("汉贝与塔恩电池成立合资公司。", "zh"),
    "english with chinese names": (
        "Hanbei (汉贝汽车) and Tarn (塔恩) founded a venture in Zhuzhou (株洲) that builds cells for both of them.",
        "en",
    ),
    "a list of names": ("Toyota GAC Changan SAIC FAW Dongfeng Nissan BAIC Hyundai Chery Geely Renault", None),
    "figures": ("2023 | 41,000 | 12.5%", None),
    "a word": ("Plant.", None),
    "nothing": ("", None),
}


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_language_of_a_text(text: str, expected: str | None):
    assert language_of(text) == expected


@pytest.mark.parametrize("article", articles(), ids=lambda article: article.name)
def test_language_of_an_article(article):
    text = "\n\n".join(text for _, text in article.blocks)
    assert read("a.txt", text).metadata.language == article.fields["language"]


def test_furniture_does_not_count():
    """A page in another language may have English buttons all around."""
    text = "汉贝与塔恩电池成立合资公司，新工厂将于二零二七年投产。\n\n" + "\n\n".join(
        ["Share on Facebook", "Subscribe to our newsletter", "All rights reserved", "Related articles", "Read more"] * 3
    )
    assert read("a.txt", text).metadata.language == "zh"
