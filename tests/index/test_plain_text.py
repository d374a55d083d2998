"""Three shapes of saved text become the same blocks, and the top becomes metadata."""

import textwrap

import pytest

from index.models import BlockKind, Metadata
from index.plain_text import read_plain_text

PARAGRAPHS = [
    """Northvale Automotive said on Tuesday that it would set up a battery company with Hanbei Auto – its fourth
    venture in the country – and put the first plant in Zhuzhou.""",
    """The plant is to open in 2026. Hanbei brings the land, Northvale the money for the first two lines, which is
    about 410 million euros.""",
    "Both worked together before. The land was never sold, and nobody knows to this day who had paid for the road.",
]
PARAGRAPHS = [" ".join(paragraph.split()) for paragraph in PARAGRAPHS]


def kinds(text: str) -> list[tuple[str, str]]:
    return [(block.kind.value, block.text) for block in read_plain_text(text).blocks]


def paragraphs(text: str) -> list[str]:
    return [block.text for block in read_plain_text(text).blocks if block.kind is BlockKind.PARAGRAPH]


def items(text: str) -> list[tuple[str, str]]:
    return [(block.marker, block.text) for block in read_plain_text(text).blocks if block.kind is BlockKind.LIST]


@pytest.mark.parametrize("width", [50, 64, 72, 80, 100])
@pytest.mark.parametrize("gap", ["\n\n", "\n \t\n", "\n\n\n\n"], ids=["blank line", "spaces", "blank lines"])
def test_hard_wrapped_paragraphs_are_joined(width: int, gap: str):
    wrapped = gap.join(textwrap.fill(text, width) for text in PARAGRAPHS)
    assert paragraphs(wrapped) == PARAGRAPHS


@pytest.mark.parametrize("width", [50, 64, 72, 80])
def test_paragraphs_that_only_an_indent_parts_are_told_apart(width: int):
    wrapped = "\n".join(textwrap.fill(text, width, initial_indent="   ") for text in PARAGRAPHS)
    assert paragraphs(wrapped) == PARAGRAPHS


def test_one_paragraph_a_line():
    assert paragraphs("\n".join(PARAGRAPHS)) == PARAGRAPHS


def test_short_paragraphs_one_a_line_are_not_taken_for_a_wrapped_one():
    lines = [
        "The plant opened in 2019 and closed again in the spring of 2021.",
        "Hanbei kept the land and sold the machines to a maker of buses.",
        "Northvale kept the patents and sued its partner over the name.",
    ]
    assert paragraphs("\n".join(lines)) == lines


def test_a_line_that_a_link_broke_off_is_joined():
    """Browsers copy a link inside a sentence as a line of its own."""
    text = f"{PARAGRAPHS[0]}\nNorthvale Automotive\nsaid earlier that it had no plans for a fifth.\n{PARAGRAPHS[1]}"
    assert "Northvale Automotive said earlier that it had no plans for a fifth." in paragraphs(text)


def test_a_word_broken_at_its_hyphen_is_joined_without_a_space():
    text = (
        "The partners signed a letter about a plant for long-\nrange batteries, and then they waited for the\nministry."
    )
    assert paragraphs(text)[0].startswith("The partners signed a letter about a plant for long-range batteries")


def test_a_wrapped_line_that_begins_with_a_dash_is_no_list_item():
    text = "\n".join([
        "Both companies have worked together for years on a small van",
        "– a project that ended early and cost both of them a lot of",
        "money – and shared the loss.",
    ])  # fmt: skip
    assert paragraphs(text) == [text.replace("\n", " ")]


def test_a_heading_right_above_a_wrapped_paragraph_stays_a_heading():
    text = f"Background\n{textwrap.fill(PARAGRAPHS[1], 60)}"
    assert kinds(f"{textwrap.fill(PARAGRAPHS[0], 60)}\n\n{text}")[1] == ("heading", "Background")


BULLETS = {
    "bullet": ("• {}", "• "),
    "indented bullet": ("   • {}", "• "),
    "hyphen": ("- {}", "• "),
    "asterisk": ("* {}", "• "),
    "dash": ("– {}", "• "),
    "middle dot": ("· {}", "• "),
    "private-use bullet of a word processor": ("\uf0b7\t{}", "• "),
    "letter o": ("o\t{}", "• "),
    "number": ("1. {}", "1. "),
    "number in brackets": ("(2) {}", "(2) "),
    "letter": ("a) {}", "a) "),
}


@pytest.mark.parametrize(("form", "marker"), BULLETS.values(), ids=BULLETS)
def test_knows_a_list_item_by_its_mark(form: str, marker: str):
    text = f"The partners agreed on this:\n\n{form.format('the price of the land')}\n{form.format('the name')}"
    assert items(text) == [(marker, "the price of the land"), (marker, "the name")]


def test_an_item_goes_on_where_it_is_indented():
    text = "Terms:\n- Northvale pays for the first two lines\n  and sends forty engineers\n- Hanbei hires 1,200 people"
    assert [item for _, item in items(text)] == [
        "Northvale pays for the first two lines and sends forty engineers",
        "Hanbei hires 1,200 people",
    ]


def test_a_paragraph_right_below_a_list_is_no_part_of_its_last_item():
    """Lists of phrases without a full stop swallowed the paragraph that follows on the next line."""
    text = "It will build:\n• compact vans\n• batteries\nAster said the money would go to its works in Portugal."
    assert [item for _, item in items(text)] == ["compact vans", "batteries"]
    assert paragraphs(text)[-1] == "Aster said the money would go to its works in Portugal."


def test_items_under_an_item_are_one_level_deeper():
    text = "Hanbei took over:\n- the plant:\n    - its paint shop\n    - its test track\n- the name"
    levels = [block.level for block in read_plain_text(text).blocks if block.kind is BlockKind.LIST]
    assert levels == [0, 1, 1, 0]


def test_lines_below_a_colon_are_a_list_without_bullets():
    text = f"{PARAGRAPHS[0]}\n\nThe partners are:\n\nNorthvale Automotive\n\nHanbei Auto\n\n{PARAGRAPHS[1]}"
    assert [item for _, item in items(text)] == ["Northvale Automotive", "Hanbei Auto"]


def test_a_box_of_facts_is_a_list_and_no_run_of_headings():
    text = f"{PARAGRAPHS[0]}\n\nThe partners\nAster: 49 percent\nHanbei: 51 percent\nDealers: 312\n\n{PARAGRAPHS[1]}"
    assert [item for _, item in items(text)] == ["Aster: 49 percent", "Hanbei: 51 percent", "Dealers: 312"]


@pytest.mark.parametrize("gap", ["\t", "    ", "\t\t"], ids=["tab", "spaces", "tabs"])
def test_lines_of_cells_are_a_table(gap: str):
    rows = [["Year", "Cars", "Staff"], ["2012", "41,000", "2,900"], ["2016", "120,300", "5,150"]]
    text = f"{PARAGRAPHS[0]}\n\n" + "\n".join(gap.join(row) for row in rows)
    table = [block for block in read_plain_text(text).blocks if block.kind is BlockKind.TABLE]
    assert [block.text for block in table] == [" | ".join(row) for row in rows]
    assert [block.level for block in table] == [1, 0, 0]


@pytest.mark.parametrize(
    "line",
    ["Who Pays for the Road?", "The second battle", "A Deep “China” Turn", "2026 in figures", "Conclusion"],
)
def test_a_short_line_without_a_full_stop_is_a_heading(line: str):
    assert ("heading", line) in kinds(f"{PARAGRAPHS[0]}\n\n{line}\n\n{PARAGRAPHS[1]}")


@pytest.mark.parametrize(
    "line",
    [
        "Who decided to stay?",
        "Nobody did.",
        "“We will build it here”",
        "and then there were two",
        "The works cost 500 million euros and will employ 1,900 people once the second shift starts in the autumn",
    ],
)
def test_what_may_be_a_statement_is_no_heading(line: str):
    assert ("paragraph", line) in kinds(f"{PARAGRAPHS[0]}\n\n{line}\n\n{PARAGRAPHS[1]}")


def test_notes_without_any_full_stop_stay_quotable():
    """Every line looks like a heading; then none but the first is one."""
    notes = ["Stake of Hanbei is 51 percent", "Plant in Zhuzhou", "Start in 2027"]
    assert paragraphs("\n".join(["Northvale and Hanbei", *notes])) == notes


HEADS: dict[str, tuple[str, Metadata]] = {
    "title alone": ("How Orchid ended", Metadata(title="How Orchid ended")),
    "a question as title": ("Who Owns the Road Now?", Metadata(title="Who Owns the Road Now?")),
    "byline and date": (
        "How Orchid ended\n\nBy Ines Calder\n\n14 May 2024",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "name and date": (
        "How Orchid ended\n\nInes Calder\n\nMay 14, 2024",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "date before name": (
        "How Orchid ended\n14 May 2024\nInes Calder",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "editor and paper": (
        "How Orchid ended\n\nEdited by Ines From Vanday",
        Metadata(title="How Orchid ended", author="Ines", publisher="Vanday"),
    ),
    "two authors": (
        "How Orchid ended\nBy Ines Calder and Tom Ferro",
        Metadata(title="How Orchid ended", author="Ines Calder and Tom Ferro"),
    ),
    "role": (
        "How Orchid ended\nBy Ines Calder, Senior Motor Correspondent",
        Metadata(title="How Orchid ended", author="Ines Calder"),
    ),
    "place": ("How Orchid ended\nBy Ines Calder in Lisbon", Metadata(title="How Orchid ended", author="Ines Calder")),
    "all on one line": (
        "How Orchid ended\nBy Ines Calder | 14 May 2024 | 5 min read",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "posted by": (
        "How Orchid ended\nPosted on May 14, 2024 by Ines Calder",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "byline ends in a date": (
        "How Orchid ended\nBy Ines Calder, 14 May 2024",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "fields": (
        "Title: How Orchid ended\nPublisher: Vanday\nAuthor: Ines Calder\nDate: 2024-05\nURL: https://vanday.example/1",
        Metadata("How Orchid ended", "Vanday", "Ines Calder", "2024-05", "https://vanday.example/1"),
    ),
    "source and editor on one line": (
        "How Orchid ended\nSource: Hunan Wire  Editor: Liu Wen  2024-05-14 10:15:33",
        Metadata(title="How Orchid ended", publisher="Hunan Wire", published="2024-05-14"),
    ),
    "source that is a byline": (
        "How Orchid ended\nSource: By Ines Calder, Vanday reporter • Posted: Tuesday, May 14, 2024",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "address": (
        "https://vanday.example/1\nHow Orchid ended",
        Metadata(title="How Orchid ended", url="https://vanday.example/1"),
    ),
    "menu first": (
        "Skip to content\nMenu\nHome > Cars > Ventures\nHow Orchid ended\n14 May 2024",
        Metadata(title="How Orchid ended", published="2024-05-14"),
    ),
    "paper's name first": (
        "Vanday News\n\nHow the Orchid venture ended",
        Metadata(title="How the Orchid venture ended"),
    ),
    "section first": ("OPINION\nHow the Orchid venture ended", Metadata(title="How the Orchid venture ended")),
    "subtitle": (
        "How Orchid ended\nEleven years, two partners and one car\n14 May 2024",
        Metadata(title="How Orchid ended", published="2024-05-14"),
    ),
    "updated, then published": (
        "How Orchid ended\nUpdated: 20 May 2024\nPublished: 14 May 2024",
        Metadata(title="How Orchid ended", published="2024-05-14"),
    ),
    "date below a standfirst": (
        "How Orchid ended\nIt took eleven years and one very small car to find out.\nBy Ines Calder\n14 May 2024",
        Metadata(title="How Orchid ended", author="Ines Calder", published="2024-05-14"),
    ),
    "a date that cannot be read": ("How Orchid ended\n02/03/2024", Metadata(title="How Orchid ended")),
    "none of it": ("The venture of Aster and Hanbei ended in 2023.", Metadata()),
}


@pytest.mark.parametrize(("head", "expected"), HEADS.values(), ids=HEADS)
def test_reads_the_top_as_metadata(head: str, expected: Metadata):
    assert read_plain_text(f"{head}\n\n" + "\n\n".join(PARAGRAPHS)).metadata == expected


def test_a_day_in_the_body_is_not_the_publication_date():
    text = f"How Orchid ended\n\nOn 3 May 2019 the plant opened.\n\n{PARAGRAPHS[0]}"
    assert read_plain_text(text).metadata.published is None


def test_months_that_head_a_chronicle_are_not_the_publication_date():
    text = f"How Orchid ended\n\n{PARAGRAPHS[0]}\n\nMarch 2019\n\n{PARAGRAPHS[1]}\n\nMay 2020\n\n{PARAGRAPHS[2]}"
    raw = read_plain_text(text)
    assert raw.metadata.published is None
    assert [block.text for block in raw.blocks if block.kind is BlockKind.HEADING] == [
        "How Orchid ended",
        "March 2019",
        "May 2020",
    ]


def test_a_first_sentence_is_no_title():
    text = "Hanbei is the largest maker of vans.\n\n" + "\n\n".join(PARAGRAPHS)
    raw = read_plain_text(text)
    assert raw.metadata.title is None
    assert raw.blocks[0].kind is BlockKind.PARAGRAPH


def test_a_chinese_sentence_is_no_title():
    assert read_plain_text("汉贝与诺斯维尔成立合资公司。\n\n新工厂将于二零二七年投产。").metadata.title is None


def test_section_names_beside_a_date_are_no_author():
    assert read_plain_text(f"How Orchid ended\nBusiness News\n14 May 2024\n\n{PARAGRAPHS[0]}").metadata.author is None
