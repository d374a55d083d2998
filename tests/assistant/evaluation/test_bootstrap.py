import pytest

from assistant.evaluation.bootstrap import estimate, paired_difference


def test_the_mean_leaves_out_what_has_no_value():
    found = estimate([1, None, 0, 1, None])
    assert (found.mean, found.n) == (pytest.approx(2 / 3), 3)
    assert estimate([None, None]) is None
    assert estimate([]) is None


def test_few_values_give_no_interval():
    assert estimate([1, 0, 1, 1]).low is None
    assert estimate([1, 0, 1, 1, 1]).low is not None


def test_the_interval_is_about_that_of_the_binomial():
    """60 of 100: the normal interval is 0.504 to 0.696."""
    found = estimate([1] * 60 + [0] * 40)
    assert found.low == pytest.approx(0.504, abs=0.02)
    assert found.high == pytest.approx(0.696, abs=0.02)


def test_the_interval_is_the_same_every_time():
    assert estimate([0, 1, 1, 0, 1, 0.5]) == estimate([0, 1, 1, 0, 1, 0.5])


def test_a_paired_difference_cancels_what_is_hard_in_both():
    hard = [0, 1] * 50
    better = [value + 0.1 for value in hard]
    found = paired_difference(hard, better)
    assert found.difference == pytest.approx(0.1)
    assert (found.low, found.high) == (pytest.approx(0.1), pytest.approx(0.1))
    assert found.certainty == 1


def test_a_difference_that_may_be_chance_has_zero_in_its_interval():
    found = paired_difference([1, 0, 1, 0, 1, 0], [0, 1, 1, 0, 1, 1])
    assert found.difference == pytest.approx(1 / 6)
    assert found.low < 0 < found.high
    assert 0.4 < found.certainty < 0.9


def test_each_side_may_lack_other_values():
    """Abstention precision has a value only where a run abstains."""
    found = paired_difference([1, None, 0, 1, 1, None], [None, 1, 1, 1, None, 1])
    assert (found.before, found.after) == (0.75, 1)
    assert found.n == 2
    assert paired_difference([None], [1]) is None
