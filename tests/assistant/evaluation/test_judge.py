import pytest

from assistant.evaluation.judge import DeterministicJudge, names_of

QUOTE = "Dongfeng Motor takes a 40 per cent stake and is contributing 400 million yuan to the export venture."
JUDGE = DeterministicJudge()


@pytest.mark.parametrize(
    ("claim", "supported"),
    [
        (QUOTE, True),
        ("Dongfeng Motor contributes 400 million yuan.", True),
        ("Dongfeng's stake will be 40%.", True),
        ("Dongfeng Motor contributes 600 million yuan.", False),
        ("Dongfeng Motor contributes 400 million dollars.", False),
        ("Contributing 400 million yuan, Nissan will hold a stake.", False),
        ("Dongfeng Motor has closed several factories recently.", False),
        ("", None),
        ("It is so.", None),
    ],
)
def test_a_claim_needs_its_numbers_its_names_and_most_of_its_words_in_the_quotes(claim, supported):
    assert JUDGE.supports(claim, [QUOTE]) is supported


def test_quotes_support_together():
    assert JUDGE.supports("Nissan and Dongfeng export.", ["Nissan exports.", "Dongfeng exports."])
    assert not JUDGE.supports("Nissan and Dongfeng export.", [])


def test_names_are_capitalised_inside_a_sentence_or_mixed_anywhere():
    assert names_of("Leading makers such as Nissan sell the N7. Others follow.") == {"nissan", "n7"}
    assert names_of("SU7 sells.") == {"su7"}


def test_the_judge_has_a_name_for_the_report():
    assert JUDGE.name == "deterministic (all numbers and names, 60% of the content words)"
