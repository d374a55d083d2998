"""Whether a stretch of text answers a question: its names, the kind of thing asked for, its time."""

from dataclasses import replace

import pytest

from assistant.confidence import confidence, features
from assistant.fit import Fit, Surroundings, fit, is_about
from assistant.kinds import holds, only_mentions
from assistant.late_interaction import SentenceScore
from assistant.names import Name
from assistant.understanding import Asked, understand
from index.lexicon import load_lexicon

NOTHING = Surroundings(carried="", headings="", passage="", document="")


@pytest.mark.parametrize(
    ("question", "text", "there"),
    [
        ("How many cars were sold?", "It sold 20,000 cars.", True),
        ("How many cars were sold?", "It sold cars in 2025.", False),
        ("How many cars were sold?", "Sales rose by 8%.", False),
        ("How many cars were sold?", "It paid 20 million yuan.", False),
        ("How many MAZDA 6e were sold?", "The MAZDA 6e is sold in Europe.", False),
        ("What did it cost?", "It cost 400 million yuan.", True),
        ("What did it cost?", "It cost $3.5 billion.", True),
        ("What did it cost?", "It took 400 people.", False),
        ("What did it cost?", "It cost 74 million Canadian dollars.", True),
        ("What did it cost?", "It was sold for a single euro.", True),
        ("What did it cost?", "The tunnel alone had cost them 640,000.", True),
        ("What did it cost?", "They paid for it in May 2021, as planned.", False),
        ("What did it cost?", "It employs 640,000 people.", False),
        ("What royalty does it pay?", "It pays 2.4 percent of the price.", True),
        ("What stake does it hold?", "It holds 40 per cent.", True),
        ("What stake does it hold?", "It holds a 50:50 share.", True),
        ("What stake does it hold?", "It holds shares.", False),
        ("What proportion is insured?", "Four in ten are insured.", True),
        ("What proportion is insured?", "One adult in six is insured.", True),
        ("What portion of its aid will it hand back?", "It will return 4.3 million euros.", True),
        ("When was it founded?", "It was founded in 1984.", True),
        ("When was it founded in 1984?", "It was founded in 1984.", False),
        ("How many months does it take?", "It takes 12-18 months.", True),
        ("How many months does it take?", "It takes 3 years.", False),
        ("Who is the president of Orion?", "Orion's president is tall.", False),
        ("Who is the president of Orion?", "Jochem Heizmann, President of Orion, spoke.", True),
        ("Who is the president of Orion?", "The post of president is vacant, Orion Motors said.", False),
        ("Who will head Orion?", "Its head will be Minna Cheng, at present a banker.", True),
        ("Who heads Orion?", "Orion has sold 28 million cars, Automotive World and The Independent reported.", False),
        ("Where is it built?", "It is built at a plant in Guangzhou.", True),
        ("Where is it built?", "It is built with care.", False),
        ("In what city is it built?", "It is built in China.", False),
        ("Which newspaper broke the news?", "A report broke the news.", False),
        ("Which newspaper broke the news?", "The news was in the Morning Ledger.", True),
        ("Why did it leave?", "It left because of losses.", True),
        ("What did it cost?", "It cost Rs 1,925 crore.", True),
        ("What did it cost?", "It cost 12 million ringgit.", True),
        ("What is the capacity of the plant?", "The plant was sold for $30 million.", False),
        ("Orion sales 2024", "Orion sold 45% of its shares in 2024.", False),
        ("How did sales change?", "Sales fell by 8%.", True),
        ("How is the equity divided?", "The equity is divided 60/40.", True),
        ("How is the equity divided?", "It is worth $2.85-2.9 billion.", False),
        ("How many months does it take?", "It sells 10,000 cars a month.", False),
        ("How many months does it take?", "It takes a month.", True),
        ("This year they dived a lot. How many days?", "They spent 41 days at sea.", True),
    ],
)
def test_whether_the_kind_of_thing_asked_for_is_there(question, text, there):
    assert holds(understand(question), text) is there


@pytest.mark.parametrize(
    ("question", "text", "mentioned"),
    [
        ("Which bank in Bergen lends it money?", "It has a loan from a bank in Bergen.", True),
        ("Which bank in Bergen lends it money?", "It has a loan from a bank in Bergen, Fjord Credit.", False),
        ("Which bank in Bergen lends it money?", "Its lender is Fjord Credit, a bank in Bergen.", False),
        ("Which bank in Bergen lends it money?", "Fjord Credit lends it money.", False),
        ("What is the wind farm called?", "Forty people are lent to a wind farm off Aberdeen.", True),
        ("What is the wind farm called?", "They work at a wind farm called Skarv.", False),
        ("Which models are they building?", "They are building two electric models.", True),
        ("Which models are they building?", "They are building two models: N7 and N6.", False),
        ("Which capacity is stopped?", "They stop a plant with a capacity of 240,000 cars.", False),
        ("How much did the bank lend?", "A bank lent it $4 million.", False),
        ("Is the plant, which a bank owns, closed?", "It belongs to a bank.", False),
    ],
)
def test_what_is_asked_the_name_of_may_be_left_unnamed(question, text, mentioned):
    assert only_mentions(understand(question), text) is mentioned
    assert fit(understand(question), text, NOTHING).is_mention is mentioned


def test_a_name_that_only_another_document_has_shuts_nothing_out():
    asked, text = understand("How many buses did the Foshan venture build?"), "It built 214 buses."
    assert fit(asked, text, NOTHING).gate == 0.0
    assert fit(asked, text, replace(NOTHING, found=("The venture is seated in Foshan.",))).gate == 1.0


def test_a_name_counts_for_less_the_farther_away_it_is():
    question = understand("What did Orion sell?")
    levels = [
        fit(question, "Orion sold cars.", NOTHING).names,
        fit(question, "It sold cars.", Surroundings("Orion grew.", "", "", "")).names,
        fit(question, "It sold cars.", Surroundings("", "Orion in 2025", "", "")).names,
        fit(question, "It sold cars.", Surroundings("", "", "Orion grew. Then more. It sold cars.", "")).names,
        fit(question, "It sold cars.", NOTHING).names,
    ]
    assert levels == sorted(levels, reverse=True)
    assert (levels[0], levels[-1]) == (1.0, 0.0)
    assert fit(question, "It sold cars.", NOTHING).missing == ("Orion",)


def test_another_venture_of_the_same_parent_is_another_name():
    assert fit(understand("What did SAIC Volkswagen sell?"), "FAW-Volkswagen sold 5 cars.", NOTHING).names == 0


def test_another_year_does_not_fit_and_no_year_is_no_objection():
    question = understand("How many cars were sold in 2024?")
    assert fit(question, "It sold 5 cars in 2024.", NOTHING).time == 1
    assert fit(question, "It sold 5 cars in 2025.", NOTHING).time == 0
    assert fit(question, "It sold 5 cars.", NOTHING).time == 1


def test_what_is_missing_is_said_in_words():
    question = understand("What is the price of the Vega 3 in 2024?")
    assert fit(question, "Orion built it in 2025.", NOTHING).missing == ("Vega 3", "the sum asked for", "2024")


def test_a_document_is_about_what_it_opens_with():
    body = "Nothing of note happened on that long and uneventful day, as the chronicler of the town wrote. " * 2
    opening = "Orion Motors said on Monday that it would build cars together with its old partner in the north. "
    assert is_about("\n\n".join([opening, *[body] * 9]), Name("Orion"), load_lexicon())
    assert not is_about("\n\n".join([*[body] * 9, opening]), Name("Orion"), load_lexicon())


def test_confidence_rises_with_what_fits():
    def sure(names=1.0, kind=1.0, time=1.0, match=0.6, best=0.6, reading=1.0):
        fitted = Fit(names, kind, time, ())
        return confidence(reading, features(SentenceScore(match, match), fitted, best, Asked.NUMBER))

    assert 0 < sure() < 1
    for worse in (
        {"names": 0},
        {"kind": 0},
        {"time": 0},
        {"match": 0.5, "best": 0.5},
        {"best": 0.8},
        {"reading": 0.0},
    ):
        assert sure(**worse) < sure(), worse
    assert sure(match=0.3, best=0.3) == 0  # so unlike the question that it is about something else
