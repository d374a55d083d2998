import pytest

from assistant.evaluation.facts import states
from assistant.evaluation.questions import Fact

NUMBER = [
    ({"number": 1e9, "unit": "yuan"}, "a capital of 1 billion yuan", True),
    ({"number": 1e9, "unit": "yuan"}, "a capital of RMB 1,000 million", True),
    ({"number": 1e9, "unit": "yuan"}, "a capital of 1 billion dollars", False),
    ({"number": 1e9, "unit": "RMB"}, "a capital of ¥1bn", True),
    ({"number": 1e9, "unit": "yuan"}, "a capital of 1 billion", True),
    ({"number": 15, "unit": "dollars"}, "15 models", False),
    ({"number": 70, "unit": "percent"}, "70%", True),
    ({"number": 70, "unit": "percent"}, "70 per cent of it", True),
    ({"number": 70, "unit": "percent"}, "70 makers", False),
    ({"number": 70, "unit": "percent"}, "70 percentage points", False),
    ({"number": 18, "unit": "months"}, "12-18 months", True),
    ({"number": 18, "unit": "months"}, "18 years", False),
    ({"number": 15, "unit": "models"}, "more than 15 EVs", True),
    ({"number": 15, "unit": "models"}, "15 percent", False),
    ({"number": 2_690_000, "unit": "vehicles"}, "about 2.69 million", True),
    ({"number": 2_690_000, "unit": "vehicles"}, "about 2.7 million", False),
    ({"number": 2_690_000, "unit": "vehicles", "tolerance": 0.01}, "about 2.7 million", True),
    ({"number": 7, "unit": "years"}, "the N7", False),
    ({"number": 7}, "seven", True),
]


@pytest.mark.parametrize(("fact", "text", "expected"), NUMBER)
def test_a_number_is_stated_with_a_unit_that_may_be_its_own(fact, text, expected):
    assert states(text, Fact.model_validate(fact)) is expected


@pytest.mark.parametrize(
    ("wanted", "text", "expected"),
    [
        ("Guangzhou", "built in GUANGZHOU", True),
        ("cash flow", "on cash\n   flow", True),
        ("FAW-Volkswagen", "FAW‑Volkswagen", True),
        ("Nissan's", "Nissan’s plant", True),
        ("2027", "in 2027.", True),
        ("2027", "12027 cars", False),
        ("X5", "the X50", False),
        ("regulat", "regulators", True),
        ("Guangzhou", "", False),
        ("a.b", "axb", False),
    ],
)
def test_a_text_is_found_in_any_case_spacing_and_typography(wanted, text, expected):
    assert states(text, Fact(text=wanted)) is expected


def test_a_pattern_sees_the_text_with_plain_spaces_and_dashes_and_as_it_is():
    assert states("25\u00a0June", Fact(pattern=r"25 June"))
    assert states("2025–2026", Fact(pattern=r"2025-2026"))
    assert states("2025–2026", Fact(pattern=r"2025–2026"))
    assert not states("25 june", Fact(pattern=r"25 June"))


def test_any_alternative_will_do():
    fact = Fact.model_validate({"text": "denied", "or": [{"pattern": r"(?i)\brefut"}, {"number": 3}]})
    assert states("They refuted it.", fact)
    assert states("three times", fact)
    assert not states("They confirmed it.", fact)
