"""Citing and checking, on passages made by hand."""

import pytest

from assistant.citations import checks_of, cite, compose, is_exact, names_in, newest, numbers_in
from assistant.draft import DraftClaim, Quote
from assistant.quoting import MAX_QUOTE_CHARS, quote_sentence
from assistant.standing import standing_of
from index.errors import NotFoundError
from index.models import DocumentInfo, Metadata, Passage, Sentence, Span

TEXT = "🚗 大众 Orion owns 51%. Vega owns 1,580 shares! Sales fell in 2024; nobody knows why."


def passage(text=TEXT, document_id="d1"):
    info = DocumentInfo(document_id, "a.txt", Metadata(publisher="Daily"), "ready", 1, "hash")
    return Passage(1, info, Span(0, len(text)), text, None, (), "2025-03", (), text)


def quote(start, end, text=TEXT, document_id="d1"):
    return Quote(passage(text, document_id), Span(start, end), text[start:end])


def test_the_same_quote_keeps_its_number():
    first, second = quote(5, 20), quote(21, 44)
    cited, citations = cite([DraftClaim("a", (first,)), DraftClaim("b", (second, first))])
    assert [numbers for _, numbers in cited] == [(1,), (2, 1)]
    assert [citation.n for citation in citations] == [1, 2]
    assert [citation.start_char_index for citation in citations] == [5, 21]


def test_claims_lie_where_they_say_and_marks_are_outside():
    claims = [DraftClaim(TEXT[5:20], (quote(5, 20),)), DraftClaim(TEXT[21:44], (quote(21, 44), quote(5, 20)))]
    cited, _ = cite(claims)
    answer, final = compose(cited, lambda _: TEXT)
    assert [answer[claim.start : claim.end] for claim in final] == [claim.text for claim in final]
    assert answer == f"{TEXT[5:20]} [1] {TEXT[21:44]} [2][1]"


@pytest.mark.parametrize(
    ("claim", "failed"),
    [
        ("Orion owns 51%.", set()),
        ("Orion owns 52%.", {"numbers"}),
        ("Lyra owns 51%.", {"names"}),
        ("Lyra owns 52%.", {"numbers", "names"}),
    ],
)
def test_numbers_and_names_must_occur_in_the_quotes(claim, failed):
    checks = checks_of(DraftClaim(claim, (quote(5, 20),)), lambda _: TEXT)
    assert {name for name, passed in checks.model_dump().items() if not passed} == failed


def test_a_quote_that_no_longer_stands_there_fails():
    def gone(_):
        raise NotFoundError("gone")

    assert is_exact(quote(5, 20), lambda _: TEXT)
    assert not is_exact(quote(5, 20), lambda _: "x" + TEXT)
    assert not is_exact(quote(5, 20), gone)
    assert not checks_of(DraftClaim("a", (quote(5, 20),)), lambda _: "x" + TEXT).quote
    assert not checks_of(DraftClaim("a", ()), lambda _: TEXT).quote


def test_numbers_and_names_are_read_as_written():
    assert numbers_in("1,580 of 2.69 million, 70% and 12-18 in 2025") == {"1580", "2.69", "70", "12", "18", "2025"}
    assert names_in("SAIC Volkswagen and bZ4X of 大众 sold more") == {"saic", "volkswagen", "bz4x", "大众"}


def test_the_newest_date_is_compared_by_the_last_day_of_its_period():
    def cited(published):
        base = cite([DraftClaim("a", (quote(5, 20),))])[1][0]
        return base.model_copy(update={"published": published})

    assert newest([cited("2025-03-02"), cited("2025"), cited(None)]) == "2025"
    assert newest([cited(None)]) is None


@pytest.mark.parametrize("length", [401, 900, 5000])
def test_a_long_sentence_is_cut_at_a_clause_boundary(length):
    text = ("the partners agreed on terms, " * 300)[:length]
    cut = quote_sentence(passage(text), Sentence(Span(0, len(text))))
    assert len(cut.text) <= MAX_QUOTE_CHARS
    assert cut.text.endswith("terms")
    unbroken = quote_sentence(passage("x" * length), Sentence(Span(0, length)))
    assert len(unbroken.text) == MAX_QUOTE_CHARS


@pytest.mark.parametrize(
    ("text", "standing"),
    [
        ("Orion owns 51% of the venture.", "stated"),
        ("Orion is reportedly in talks with Vega.", "reported"),
        ("Orion plans to build a plant.", "planned"),
        ("Orion and Vega denied the report.", "denied"),
        ("The final deal could lead to a venture.", "planned"),
    ],
)
def test_standing(text, standing):
    assert standing_of(text) == standing
