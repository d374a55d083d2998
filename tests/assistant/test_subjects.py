"""What a sentence speaks of: its own ventures, else those before it, of its section, of its title."""

import pytest

from assistant.subjects import is_of_another, other_subject
from assistant.understanding import understand
from index.chunking import split_sentences
from index.models import DocumentInfo, Metadata, Passage, Sentence, Span

ASKED = understand("How many cars did GAC Toyota sell?")


def passage(text: str, section: str | None = None, title: str | None = None) -> Passage:
    info = DocumentInfo("d", "d.md", Metadata(title=title), "ready", 1, "")
    sentences = tuple(Sentence(span) for span in split_sentences(text))
    return Passage(1, info, Span(0, len(text)), text, section, sentences, None, (), text)


@pytest.mark.parametrize(
    ("text", "section", "title", "other"),
    [
        ("GAC Toyota sold 5 cars.", None, None, None),
        ("FAW Toyota sold 5 cars.", None, None, "FAW Toyota"),
        ("FAW Toyota sold 5 cars.", None, "GAC Toyota", "FAW Toyota"),
        ("GAC Toyota sold 5 cars and FAW Toyota 6.", None, "FAW Toyota", None),
        ("The joint venture of Toyota and GAC sold 5 cars.", None, "FAW Toyota", None),
        ("Sales came to 5 cars.", None, "FAW Toyota", "FAW Toyota"),
        ("Sales came to 5 cars.", "FAW Toyota", "GAC Toyota", "FAW Toyota"),
        ("Sales came to 5 cars.", "GAC Toyota", "FAW Toyota", None),
        ("Sales came to 5 cars.", None, None, None),
        ("FAW Toyota grew. Sales came to 5 cars.", None, "GAC Toyota", "FAW Toyota"),
        ("GAC Toyota grew. Sales came to 5 cars.", None, "FAW Toyota", None),
        ("GAC Toyota grew. It sold more than FAW Toyota.", None, None, None),
        ("GAC Toyota grew. Sales rose, unlike FAW Toyota's.", None, None, None),
        ("Toyota holds half of it.", None, "FAW Toyota", "FAW Toyota"),
        ("BYD sold 5 cars.", None, "FAW Toyota", "BYD"),
        ("In 2025, BYD sold 5 cars.", None, None, "BYD"),
        ("Toyota sold 5 cars.", None, None, None),
        ("Orion sold 5 cars.", None, None, None),
    ],
)
def test_what_a_sentence_speaks_of_instead(text, section, title, other):
    found = passage(text, section, title)
    assert other_subject(ASKED, found, len(found.sentences) - 1) == other


def test_a_question_about_no_venture_refuses_none():
    found = passage("FAW Toyota sold 5 cars.")
    for question in ("How many cars did Toyota sell?", "Which other ventures has GAC Toyota's owner?"):
        assert other_subject(understand(question), found, 0) is None
        assert not is_of_another(understand(question), found)


def test_a_passage_only_of_other_ventures_is_told():
    assert is_of_another(ASKED, passage("FAW Toyota sold 5 cars."))
    assert is_of_another(ASKED, passage("Sales came to 5 cars.", title="FAW Toyota"))
    assert not is_of_another(ASKED, passage("FAW Toyota sold 5 cars.", title="GAC Toyota"))
    assert not is_of_another(ASKED, passage("FAW Toyota is one venture of Toyota, and GAC has another."))
    assert not is_of_another(ASKED, passage("Sales came to 5 cars."))


@pytest.mark.parametrize(
    ("question", "text", "other"),
    [
        ("By how much did Toyota's sales fall?", "Honda's sales fell by 5%.", "Honda"),
        ("By how much did Orion's sales fall?", "Vega Auto's sales fell by 5%.", "Vega Auto"),
        ("By how much did Orion's sales fall?", "Orion's sales fell by 5%, Vega Auto's sales by 6%.", None),
        ("By how much did Orion's sales fall?", "Vega Auto's plant cost 5 million.", None),
        ("By how much did Orion's sales fall?", "The group's sales fell by 5%.", None),
        ("By how much did Orion's sales fall?", "The Group's sales fell by 5%.", None),
        ("How many cars did Toyota sell?", "BYD sold 5 cars.", "BYD"),
        ("How many cars did Toyota sell?", "GAC Toyota sold 5 cars.", None),
        ("How many cars did Toyota sell?", "Lexus sold 5 cars.", None),
        ("How many cars did Toyota sell?", "Sales came to 5 cars, ahead of BYD.", None),
        ("Who buys batteries from BYD?", "Tesla buys batteries from it.", None),
        ("Who sold more cars than Toyota?", "BYD sold 5 cars.", None),
    ],
)
def test_the_figure_of_another_company_is_no_answer(question, text, other):
    assert other_subject(understand(question), passage(text), 0) == other
