import pytest

from assistant.quantities import read_numbers

READINGS = [
    ("sales of 1.58 million units", [1_580_000]),
    ("about 2,69 million", []),
    ("from 109,800 yuan", [109_800]),
    ("$35 billion", [35e9]),
    ("70%", [70]),
    ("40 per cent", [40]),
    ("10,000 orders", [10_000]),
    ("10\u202f000 orders", [10_000]),
    ("ten models", [10]),
    ("$1.5T", [1.5e12]),
    ("12-18 months", [12, 18]),
    ("12–18 months", [12, 18]),
    ("12 to 18 months", [12, 18]),
    ("RMB 1 bn", [1e9]),
    ("RMB1bn", [1e9]),
    ("2.4 billion euros", [2.4e9]),
    ("US$35bn", [35e9]),
    ("Rs 1,000 crore", [1e10]),
    ("10万辆", [100_000]),
    ("70k cars", [70_000]),
    ("twenty-one", [21]),
    ("two hundred and fifty thousand", [250_000]),
    ("one million two hundred thousand", [1_200_000]),
    ("half a million", [500_000]),
    ("a dozen models", [12]),
    ("a billion yuan", [1e9]),
    ("seven and five years", [7, 5]),
    ("25th June 2025", [25, 2025]),
    ("in 2025.", [2025]),
    ("fell to -6.3%", [6.3]),
    ("1,234,567.89", [1_234_567.89]),
    ("a 50:50 company", [50, 50]),
    ("mid-2025", [2025]),
    ("from 17 factories down to 10", [17, 10]),
    ("dozens of models, hundreds of plants", []),
    ("one of the makers, no one, ONE R&D", []),
    ("the N7, SU7, X5, ID.4, F-150, bZ4X, BoZhi 3X and MAZDA 6e", []),
    ("version 1.2.3", []),
    ("", []),
]


@pytest.mark.parametrize(("text", "values"), READINGS)
def test_numbers_are_read_as_a_person_reads_them(text, values):
    assert [quantity.readings[0] for quantity in read_numbers(text)] == pytest.approx(values)


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("1 billion yuan", {"yuan"}),
        ("RMB 1 bn", {"yuan"}),
        ("CNY100", {"yuan"}),
        ("¥2 trillion", {"yuan", "yen"}),
        ("$35 billion", {"dollars"}),
        ("35 billion U.S. dollars", {"dollars"}),
        ("HK$35 billion", set()),
        ("2.4 billion euros", {"euros"}),
        ("€2.4bn", {"euros"}),
        ("70 percent", {"percent"}),
        ("a 40-per-cent stake", {"percent"}),
        ("five percentage points", {"percentage points"}),
        ("18 months", {"months"}),
        ("a ten-year plan", {"years"}),
        ("100km", {"kilometers"}),
        ("15 new models", set()),
        ("1.58 million vehicles", set()),
    ],
)
def test_the_unit_is_the_one_beside_the_number(text, units):
    assert read_numbers(text)[0].units == units


def test_both_ends_of_a_range_carry_its_unit_and_scale():
    low, high = read_numbers("$3-5 billion")
    assert (low.readings, high.readings) == ((3e9, 3), (5e9,))
    assert low.units == high.units == {"dollars"}
    assert [item.units for item in read_numbers("5,000-10,000 yuan")] == [{"yuan"}, {"yuan"}]


def test_a_list_of_percentages_needs_the_word_only_once_but_a_year_takes_no_part():
    assert [item.units for item in read_numbers("6.3 and 24.3 percent")] == [{"percent"}, {"percent"}]
    assert [item.units for item in read_numbers("in 2025, 24 percent")] == [set(), {"percent"}]


def test_a_letter_that_may_be_a_scale_or_not_gives_both_readings():
    assert read_numbers("a 1.5T engine")[0].readings == (1.5e12, 1.5)
    assert read_numbers("5m long")[0].readings == (5e6, 5)
    assert read_numbers("$5m")[0].readings == (5e6,)


def test_a_number_knows_its_place():
    text = "It made 1.58 million cars."
    assert [text[quantity.span.start : quantity.span.end] for quantity in read_numbers(text)] == ["1.58 million"]


def test_a_scale_on_zero_does_not_divide_by_it():
    assert [item.readings[0] for item in read_numbers("5-0 million")] == [5, 0]
