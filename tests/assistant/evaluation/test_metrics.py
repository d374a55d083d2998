"""Every metric on cases small enough to be computed by hand."""

import pytest

from assistant.evaluation import metrics
from assistant.evaluation.judge import DeterministicJudge
from assistant.evaluation.run_file import Slice
from tests.assistant.evaluation.samples import HASH, abstained, answered, case, cited, near, question, says

TWO_FACTS = question("Guangzhou", {"number": 10_000, "unit": "orders"})
UNANSWERABLE = question()


class ListJudge:
    """Supports a claim if a quote contains its first word; 'unclear' it cannot judge."""

    name = "list"

    def supports(self, claim, quotes):
        if "unclear" in claim:
            return None
        return any(claim.split()[0] in quote for quote in quotes)


def test_fact_recall_counts_the_facts_that_the_answer_states():
    assert metrics.fact_recall(case(TWO_FACTS, says("It is built in Guangzhou."))) == 0.5
    assert metrics.fact_recall(case(TWO_FACTS, says("In Guangzhou; 10,000 orders."))) == 1
    assert metrics.fact_recall(case(TWO_FACTS, abstained())) == 0
    assert metrics.fact_recall(case(UNANSWERABLE, says("x"))) is None
    assert metrics.fact_recall(case(TWO_FACTS, None)) is None


def test_a_citation_mark_is_no_number_of_the_answer():
    asked = question({"number": 1})
    assert metrics.fact_recall(case(asked, says("It is built there."))) == 0


def test_the_sentence_of_an_abstention_states_nothing():
    asked = question("documents")
    assert metrics.fact_recall(case(asked, abstained())) == 0


def test_quote_fact_recall_looks_at_the_quotes_only():
    answer = says("It is built in Guangzhou.", quote="It had 10,000 orders.")
    assert metrics.quote_fact_recall(case(TWO_FACTS, answer)) == 0.5
    assert metrics.fact_recall(case(TWO_FACTS, answer)) == 0.5


def test_words_leave_marks_out_and_abstentions_have_none():
    assert metrics.words(case(TWO_FACTS, says("It is built in Guangzhou."))) == 5
    assert metrics.words(case(TWO_FACTS, abstained())) is None


def test_right_is_every_fact_or_a_due_abstention():
    assert metrics.is_right(case(TWO_FACTS, says("Guangzhou, 10,000 orders")))
    assert not metrics.is_right(case(TWO_FACTS, says("Guangzhou")))
    assert not metrics.is_right(case(TWO_FACTS, abstained()))
    assert metrics.is_right(case(UNANSWERABLE, abstained()))
    assert not metrics.is_right(case(UNANSWERABLE, says("Guangzhou")))
    assert not metrics.is_right(case(UNANSWERABLE, None, error="503"))


def test_citation_exactness_compares_the_text_at_the_place_and_the_hash():
    answer = answered(("One.", [cited(1, "One."), cited(2, "Two."), cited(3, "Three."), cited(4, "Four.")]))
    slices = (
        Slice(document_id="d1", start_char_index=0, end_char_index=4, text="One.", content_sha256=HASH),
        Slice(document_id="d1", start_char_index=0, end_char_index=4, text="wo. ", content_sha256=HASH),
        Slice(document_id="d1", start_char_index=0, end_char_index=6, text="Three.", content_sha256="b" * 64),
        Slice(document_id="d1", start_char_index=0, end_char_index=5, text=None, content_sha256=None),
    )
    shifted = case(TWO_FACTS, answer, slices=slices)
    assert metrics.quotes_exact(shifted) == [True, False, False, False]
    assert metrics.citation_exactness(shifted) == 0.25


def test_the_nearest_passages_of_an_abstention_are_quotes_too():
    answer = abstained(near("One."), near("Two."))
    wrong = Slice(document_id="d1", start_char_index=0, end_char_index=4, text="wo. ", content_sha256=HASH)
    exact = case(TWO_FACTS, answer)
    assert metrics.citation_exactness(exact) == 1
    assert metrics.citation_exactness(exact.model_copy(update={"slices": (exact.slices[0], wrong)})) == 0.5
    assert metrics.citation_exactness(case(TWO_FACTS, abstained())) is None


def test_citation_recall_is_the_share_of_claims_their_quotes_support():
    answer = answered(("alpha is", [cited(1, "alpha")]), ("beta is", [cited(2, "gamma")]))
    assert metrics.citation_recall(case(TWO_FACTS, answer), ListJudge()) == 0.5
    assert metrics.citation_recall(case(TWO_FACTS, abstained()), ListJudge()) is None


def test_citation_precision_counts_no_idle_citation():
    """ALCE: alpha needs 1 and not 2; beta is unsupported, so 3 and 4 are idle: 1 of 4."""
    answer = answered(
        ("alpha is", [cited(1, "alpha"), cited(2, "other")]),
        ("beta is", [cited(3, "gamma"), cited(4, "delta")]),
    )
    assert metrics.citation_precision(case(TWO_FACTS, answer), ListJudge()) == 0.25


def test_two_citations_that_each_support_the_claim_are_both_precise():
    answer = answered(("alpha is", [cited(1, "alpha one"), cited(2, "alpha two")]))
    assert metrics.citation_precision(case(TWO_FACTS, answer), ListJudge()) == 1


def test_two_citations_that_support_the_claim_only_together_are_both_precise():
    answer = answered(("Nissan and Dongfeng export cars.", [cited(1, "Nissan exports."), cited(2, "Dongfeng's cars.")]))
    assert metrics.citation_precision(case(TWO_FACTS, answer), DeterministicJudge()) == 1


def test_a_claim_the_judge_cannot_judge_leaves_the_case_without_a_score():
    answer = answered(("alpha is", [cited(1, "alpha")]), ("beta unclear", [cited(2, "beta")]))
    assert metrics.citation_recall(case(TWO_FACTS, answer), ListJudge()) is None
    assert metrics.citation_precision(case(TWO_FACTS, answer), ListJudge()) is None


def test_a_mark_without_a_citation_counts_as_an_idle_one():
    answer = answered(("alpha is", [cited(1, "alpha"), cited(2, "alpha")]))
    dangling = answer.model_copy(update={"citations": answer.citations[:1]})
    assert metrics.citation_precision(case(TWO_FACTS, dangling, slices=()), ListJudge()) == 0.5


def test_a_title_may_name_what_the_quote_only_points_at():
    quote = cited(1, "The company exports cars.", title="Nissan in China")
    assert (
        metrics.citation_recall(case(TWO_FACTS, answered(("The cars of Nissan.", [quote]))), DeterministicJudge()) == 1
    )


def test_number_exactness_looks_for_each_number_in_the_quotes_of_its_own_claim():
    answer = answered(
        ("It has 10,000 orders and 3 plants.", [cited(1, "It has 10,000 orders.", title="3 plants")]),
        ("It makes 1.5 million.", [cited(2, "It makes 1,500,000 cars.")]),
        ("It has 7 rivals.", [cited(1, "It has 10,000 orders.", title="3 plants")]),
    )
    assert metrics.number_exactness(case(TWO_FACTS, answer)) == 0.5
    assert metrics.number_exactness(case(TWO_FACTS, says("No number."))) is None


def test_cites_expected_asks_for_one_quote_from_an_expected_document():
    right, wrong = cited(1, "One."), cited(2, "Two.", source="docs/other.md")
    assert metrics.cites_expected(case(TWO_FACTS, answered(("One.", [right]), ("Two.", [wrong])))) == 1
    assert metrics.cites_expected(case(TWO_FACTS, answered(("Two.", [wrong])))) == 0
    assert metrics.cites_expected(case(TWO_FACTS, abstained())) is None
    assert metrics.cites_expected(case(question("x", documents=[]), says("x"))) is None


@pytest.mark.parametrize(
    ("asked", "answer", "precision", "recall", "wrong", "ungrounded"),
    [
        (TWO_FACTS, says("Guangzhou"), None, None, 0, None),
        (TWO_FACTS, abstained(), 0, None, 1, None),
        (UNANSWERABLE, says("Guangzhou"), None, 0, None, 1),
        (UNANSWERABLE, answered(("x", [cited(1, "x")]), missing=[]), None, 0, None, 1),
        (UNANSWERABLE, abstained(), 1, 1, None, 0),
        (TWO_FACTS, None, None, None, None, None),
        (UNANSWERABLE, None, None, None, None, None),
    ],
)
def test_abstention(asked, answer, precision, recall, wrong, ungrounded):
    made = case(asked, answer)
    assert metrics.abstention_precision(made) == precision
    assert metrics.abstention_recall(made) == recall
    assert metrics.wrong_abstention(made) == wrong
    assert metrics.answered_unanswerable(made) == ungrounded


def test_a_silent_leg_shows():
    made = case(TWO_FACTS, says("x"), ["one", "two"])
    silent = made.model_copy(update={"hits": tuple(h.model_copy(update={"rank_meaning": None}) for h in made.hits)})
    assert (metrics.meaning_leg(made), metrics.words_leg(made)) == (1, 1)
    assert (metrics.meaning_leg(silent), metrics.words_leg(silent)) == (0, 1)
    assert metrics.meaning_leg(case(TWO_FACTS, says("x"))) is None
