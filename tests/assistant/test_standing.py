"""As of when, denied by whom, disputed or not: planted in invented documents, asked of the whole program."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant import Assistant
from assistant.citations import numbers_in
from index.sources import find_files

# Question; what was true first, and from when; what is true since, and from when (published then).
CHANGES = [
    (
        "Who owns how much of Brevalt Motors?",
        "2019-03",
        "Kestor Group owns 60% of Brevalt Motors, the rest belongs to Yuhan Auto.",
        "60",
        "2023-06",
        "Since its last share deal, Kestor Group owns 82% of Brevalt Motors.",
        "82",
    ),
    (
        "How many people work at the Lindmoor plant of Orvane Skei?",
        "2018",
        "The Lindmoor plant of Orvane Skei employs 3,400 people.",
        "3400",
        "2024-02",
        "Orvane Skei now employs 2,150 people at its Lindmoor plant.",
        "2150",
    ),
    (
        "What is the yearly capacity of Tarn-Hollis Battery?",
        "2020-09",
        "Tarn-Hollis Battery has a capacity of 8 GWh per year.",
        "8",
        "2025-01",
        "The capacity of Tarn-Hollis Battery has grown to 21 GWh per year.",
        "21",
    ),
    (
        "Until when does the contract of Sudai Prentice Auto run?",
        "2017-05",
        "The contract of Sudai Prentice Auto runs until 2028.",
        "2028",
        "2022-11",
        "Under the renewed agreement, the contract of Sudai Prentice Auto runs until 2041.",
        "2041",
    ),
    (
        "What does the Marvik E2 cost?",
        "2021-04",
        "The Marvik E2 costs 28,900 euros in its basic version.",
        "28900",
        "2024-10",
        "After two price cuts the Marvik E2 costs 23,500 euros.",
        "23500",
    ),
    (
        "How many dealers does Nauvale have in Poland?",
        "2022-01",
        "Nauvale has 37 dealers in Poland.",
        "37",
        "2025-05",
        "Nauvale counts 94 dealers in Poland today.",
        "94",
    ),
    (
        "What share of Pellor Drive does Ostrand hold?",
        "2016-08",
        "Ostrand holds 25% of Pellor Drive, as it has since the founding.",
        "25",
        "2021-12",
        "Ostrand holds 51% of Pellor Drive and leads the company.",
        "51",
    ),
    (
        "How many cars a year can Qirin-Dacre build in Weilu?",
        "2015",
        "Qirin-Dacre can build 120,000 cars a year in Weilu.",
        "120000",
        "2023-09",
        "With its second hall, Qirin-Dacre can build 310,000 cars a year in Weilu.",
        "310000",
    ),
    (
        "How many charging points does Voltreno run?",
        "2020-02",
        "Voltreno runs 1,250 charging points along motorways.",
        "1250",
        "2024-06",
        "Voltreno runs 7,800 charging points, most of them in towns.",
        "7800",
    ),
    (
        "How big is the fleet of Hansei Mobility?",
        "2019-11",
        "The fleet of Hansei Mobility consists of 450 shuttle buses.",
        "450",
        "2025-03",
        "The fleet of Hansei Mobility has come to 1,900 shuttle buses.",
        "1900",
    ),
]
# Question; the report; its denial in the same document or in another.
DENIALS = [
    (
        "Is Calvane selling its share of Ruo-Calvane?",
        "Calvane is reportedly in talks to sell its share of Ruo-Calvane to Zenshi.",
        "Calvane denied that it would sell any share of Ruo-Calvane.",
        True,
    ),
    (
        "Are Iverdan and Talmo merging?",
        "According to people familiar with the matter, Iverdan and Talmo plan a merger.",
        "Both companies called the reports of a merger baseless.",
        True,
    ),
    (
        "Will Bresko close its Odrana plant?",
        "A newspaper reported that Bresko will close its Odrana plant.",
        "A spokeswoman for Bresko dismissed the report about the Odrana plant as untrue.",
        False,
    ),
    (
        "Does Yunfeng want to buy Maldren?",
        "Yunfeng is said to want to buy Maldren for 2 billion euros.",
        "Yunfeng denied any interest in Maldren.",
        False,
    ),
    (
        "Is Corvessa leaving its venture with Shule?",
        "Rumours say that Corvessa is leaving its venture with Shule.",
        "There is no truth in the story, Corvessa said.",
        True,
    ),
    (
        "Has Hollandt agreed to build cars for Xinmai?",
        "Hollandt has reportedly agreed to build cars for Xinmai in Ghent.",
        "Hollandt and Xinmai denied on Friday that there was such an agreement.",
        False,
    ),
    (
        "Is Pendra in talks with Okura about batteries?",
        "Pendra is in talks with Okura about batteries, sources said.",
        "Okura refuted the claim and said that there were no such talks with Pendra.",
        False,
    ),
    (
        "Is Sarnico moving its head office to Lyon?",
        "Sarnico is rumoured to be moving its head office to Lyon.",
        "It denied the rumour the same day.",
        True,
    ),
    (
        "Will Tessaly take over the Grauden works?",
        "Tessaly will take over the Grauden works, a trade paper reported.",
        "Tessaly rejected the report about Grauden as completely false.",
        False,
    ),
    (
        "Is Wexmar cutting jobs in Bilbao?",
        "Wexmar is reportedly cutting 900 jobs in Bilbao.",
        "The company denied that it is cutting jobs in Bilbao.",
        True,
    ),
]
# Question; two accounts of the same thing at the same time.
CONFLICTS = [
    (
        "What did Delmora pay for Runwick?",
        "Delmora paid 410 million euros for Runwick.",
        "Delmora paid 365 million euros for Runwick.",
    ),
    (
        "How many cars did Sentari sell in 2024?",
        "Sentari sold 88,400 cars in 2024.",
        "In 2024 Sentari sold 79,900 cars.",
    ),
    ("What share of Bao-Lenk does Lenk hold?", "Lenk holds 49% of Bao-Lenk.", "Lenk holds 45% of Bao-Lenk."),
    (
        "How many people does the Fossvik works employ?",
        "The Fossvik works employs 1,200 people.",
        "The Fossvik works employs 1,650 people.",
    ),
    (
        "In which year was Harkon Drive founded?",
        "Harkon Drive was founded in 2011.",
        "Harkon Drive was founded in 2013.",
    ),
    (
        "What is the capacity of the Jelsa plant?",
        "The Jelsa plant has a capacity of 150,000 cars a year.",
        "The capacity of the Jelsa plant is 180,000 cars a year.",
    ),
    (
        "How much will the Kolmar factory cost?",
        "The Kolmar factory will cost 1.4 billion dollars.",
        "The Kolmar factory will cost 2.1 billion dollars.",
    ),
    (
        "By how many percent did Luno's sales fall in 2023?",
        "Luno's sales fell by 12% in 2023.",
        "Luno's sales fell by 19% in 2023.",
    ),
    ("How many stores does Mirelle have?", "Mirelle has 64 stores.", "Mirelle has 81 stores."),
    (
        "How many orders did the Narva X get in its first week?",
        "The Narva X got 9,000 orders in its first week.",
        "In its first week the Narva X got 15,000 orders.",
    ),
]


def write(folder: Path, name: str, published: str, publisher: str, *sentences: str) -> None:
    front = f"---\ntitle: Notes on {name}\npublisher: {publisher}\npublished: '{published}'\n---\n\n"
    (folder / f"{name}.md").write_text(front + " ".join(sentences) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> Iterator[Assistant]:
    folder = tmp_path_factory.mktemp("planted")
    for number, (_, first, before, _, then, after, _) in enumerate(CHANGES):
        write(folder, f"change-{number}-a", first, "Harbour Times", before, "Trade in the region is steady.")
        write(folder, f"change-{number}-b", then, "Motor Ledger", after, "The trade press took note of it.")
    for number, (_, report, denial, is_same) in enumerate(DENIALS):
        write(folder, f"denial-{number}-a", "2025-02-03", "Harbour Times", report, *([denial] if is_same else []))
        if not is_same:
            write(folder, f"denial-{number}-b", "2025-02-04", "Motor Ledger", denial, "Shares closed unchanged.")
    for number, (_, one, other) in enumerate(CONFLICTS):
        write(folder, f"conflict-{number}-a", "2025-01", "Harbour Times", one, "The paper gave no further details.")
        write(folder, f"conflict-{number}-b", "2025-01", "Motor Ledger", other, "More is to be told next week.")
    with closing(Assistant.create(tmp_path_factory.mktemp("planted-index"))) as assistant:
        assistant.ingest(find_files([folder]))
        yield assistant


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change[0][:30])
def test_two_dates_get_two_answers_and_without_one_the_newest_stands_first(planted, change):
    question, first, _, old, then, _, new = change
    before = planted.ask(question, as_of=first)
    assert old in numbers_in(before.answer)
    assert new not in numbers_in(before.answer)
    assert before.as_of == first
    after = planted.ask(question, as_of=then)
    assert new in numbers_in(after.claims[0].text)
    today = planted.ask(question)
    assert new in numbers_in(today.claims[0].text)
    assert today.as_of == then


@pytest.mark.parametrize("case", DENIALS, ids=lambda case: case[0][:30])
def test_a_planted_denial_always_stands_beside_the_report(planted, case):
    question, report, denial, _ = case
    answer = planted.ask(question)
    standings = {claim.text: claim.standing for claim in answer.claims}
    assert standings.get(denial) == "denied"
    if report in standings:
        assert standings[report] == "reported"


@pytest.mark.parametrize("case", CONFLICTS, ids=lambda case: case[0][:30])
def test_a_planted_conflict_always_shows_both_sides(planted, case):
    question, one, other = case
    answer = planted.ask(question)
    (conflict,) = answer.conflicts
    assert {side.text for side in conflict.sides} == {one, other}
    publishers = {citation.n: citation.publisher for citation in answer.citations}
    assert {publishers[n] for side in conflict.sides for n in side.citations} == {"Harbour Times", "Motor Ledger"}
    assert {claim.standing for claim in answer.claims if claim.text in (one, other)} == {"disputed"}


def test_another_year_or_another_company_is_no_conflict(planted, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    write(folder, "a", "2025-01", "Harbour Times", "Ostrel sold 70,000 cars in 2022.")
    write(folder, "b", "2025-01", "Motor Ledger", "Ostrel sold 91,000 cars in 2023.")
    write(folder, "c", "2025-01", "Coast Review", "Vendril sold 40,000 cars in 2022.")
    with closing(Assistant.create(tmp_path / "index")) as assistant:
        assistant.ingest(find_files([folder]))
        assert assistant.ask("How many cars did Ostrel sell in 2022?").conflicts == ()


def test_a_recorded_conflict_comes_as_its_sides(tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    write(
        folder,
        "a",
        "2025-01",
        "project brief",
        "Sources differ on what Kelmor paid for Astria in 2021: "
        "the Harbour Times gives 30 million euros, Motor Ledger gives 45 million euros.",
    )
    with closing(Assistant.create(tmp_path / "index")) as assistant:
        assistant.ingest(find_files([folder]))
        answer = assistant.ask("What did Kelmor pay for Astria in 2021?")
    (conflict,) = answer.conflicts
    assert conflict.what == "what Kelmor paid for Astria in 2021"
    assert [side.text for side in conflict.sides] == [
        "the Harbour Times gives 30 million euros",
        "Motor Ledger gives 45 million euros",
    ]
    assert all(side.citations for side in conflict.sides)
