"""Recall, MRR and nDCG against values computed by hand."""

from math import log2

import pytest

from assistant.evaluation.retrieval_metrics import retrieval_metrics
from tests.assistant.evaluation.samples import case, hit, question, says

ONE = question("Guangzhou")
TWO = question("Guangzhou", "Nissan")
K = 10


def test_the_first_right_passage_gives_the_reciprocal_rank():
    found = retrieval_metrics(case(ONE, says("x"), ["no", "in Guangzhou", "no"]), K)
    assert (found.recall, found.mrr) == (1, 0.5)
    assert found.ndcg == pytest.approx(1 / log2(3))


def test_a_fact_that_no_passage_states_counts_as_one_not_found():
    found = retrieval_metrics(case(TWO, says("x"), ["in Guangzhou", "no"]), K)
    assert (found.recall, found.mrr) == (0.5, 1)
    assert found.ndcg == pytest.approx(1 / (1 + 1 / log2(3)))


def test_one_passage_may_state_both_facts():
    found = retrieval_metrics(case(TWO, says("x"), ["no", "no", "Nissan in Guangzhou"]), K)
    assert (found.recall, found.mrr) == (1, pytest.approx(1 / 3))
    assert found.ndcg == pytest.approx(1 / log2(4))


def test_nothing_found_is_zero_and_not_unjudged():
    for hits in ([], ["no", "no"]):
        found = retrieval_metrics(case(ONE, says("x"), hits), K)
        assert (found.recall, found.mrr, found.ndcg) == (0, 0, 0)


def test_ranks_beyond_k_do_not_count():
    found = retrieval_metrics(case(ONE, says("x"), ["no"] * 10 + ["in Guangzhou"]), K)
    assert (found.recall, found.mrr, found.ndcg) == (0, 0, 0)


def test_a_passage_of_another_document_is_not_relevant():
    made = case(ONE, says("x"), hits=())
    other = hit("in Guangzhou", ONE, source="docs/other.md")
    right = hit("in Guangzhou", ONE)
    found = retrieval_metrics(made.model_copy(update={"hits": (other, right)}), K)
    assert (found.recall, found.mrr) == (1, 0.5)


def test_ten_passages_keep_their_order():
    """Ranks are compared as numbers, not as text: rank 10 comes after rank 2."""
    found = retrieval_metrics(case(ONE, says("x"), ["no"] * 9 + ["in Guangzhou"]), K)
    assert found.mrr == pytest.approx(0.1)


def test_what_is_not_indexed_cannot_be_found_and_is_not_held_against_the_search():
    assert retrieval_metrics(case(ONE, says("x"), ["no"], indexed=False), K) is None
    found = retrieval_metrics(case(TWO, says("x"), ["in Guangzhou"], indexed=[True, False]), K)
    assert (found.recall, found.mrr, found.ndcg) == (1, 1, 1)


def test_a_question_without_an_answer_has_no_retrieval_score():
    assert retrieval_metrics(case(question(), says("x"), ["in Guangzhou"]), K) is None
