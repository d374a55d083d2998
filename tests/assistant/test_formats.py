"""From files of every format to answers: pages, languages, rows and notes reach the doors."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.wiring import Assistant
from index.build import Outcome
from index.sources import find_files
from tests.assistant.conftest import run_cli, serving
from tests.index.making_files import docx, line, lines, mail, paragraph, pdf

PAGES = [
    lines("Lindqvist Werke and Aster Mobility opened a van plant in Saltillo on Friday,", "the second in Mexico."),
    lines("A third plant is under study, and the partners have not said where it would be."),
    lines("The Vanalto venture is owned by Lindqvist Werke with 60 percent and by Aster", "with 40 percent."),
]
CHINESE = [
    "汉贝汽车与塔恩电池在株洲成立合资公司，汉贝持股百分之五十一。",
    "诺斯维尔汽车在长沙的工厂将于明年停产，八百名工人将被安置。",
    "哈沃森卡车在泰国罗勇府建厂，计划二零二七年投产。",
]


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a document of each format, and the folder of the files beside it."""
    folder = tmp_path_factory.mktemp("mixed")
    files = folder / "files"
    files.mkdir()
    (files / "vanalto.pdf").write_bytes(pdf(*PAGES, info={"Title": "Vans from Saltillo"}))
    (files / "zhuzhou.docx").write_bytes(
        docx(paragraph("The battery plant of Tarn and Hanbei in Zhuzhou has a capacity of 12 gigawatt-hours a year."))
    )
    (files / "sales.csv").write_text(
        "Venture,Partner,Cars sold\nOrchid EV,Aster Mobility,39400\nHanvorsen,Halvorsen,11800\n"
    )
    (files / "permit.eml").write_bytes(
        mail("The city of Windsor granted the permit for the paint shop on Tuesday.", attachments=["permit.pdf"])
    )
    (files / "wrong.txt").write_bytes(pdf(line("Kestrel Motors leaves its venture in Pune by the end of March.")))
    for number, text in enumerate(CHINESE):
        (files / f"zh{number}.txt").write_text(text, encoding="gb18030")
    return folder


@pytest.fixture(scope="module")
def outcomes(mixed: Path) -> dict[str, Outcome]:
    assistant = Assistant.create(mixed / "data")
    found = assistant.ingest(find_files([mixed / "files"]))
    assistant.close()
    return {Path(outcome.source).name: outcome for outcome in found}


@pytest.fixture(scope="module")
def assistant(mixed: Path, outcomes: dict[str, Outcome]) -> Iterator[Assistant]:
    assistant = Assistant.open(mixed / "data")
    yield assistant
    assistant.close()


def test_every_file_is_taken_in_and_what_was_left_out_is_said(outcomes: dict[str, Outcome]):
    assert {outcome.status for outcome in outcomes.values()} == {"added"}
    assert {name: outcome.message for name, outcome in outcomes.items() if outcome.message} == {
        "permit.eml": "Attachments are not read: permit.pdf.",
        "wrong.txt": "Its name ends in '.txt', but it is a PDF and was read as one.",
    }


def test_a_citation_names_the_page_on_which_its_quote_begins(assistant: Assistant):
    answer = assistant.ask("Who owns the Vanalto venture?")
    assert answer.status == "answered"
    (citation,) = answer.citations
    assert (citation.page, citation.title) == (3, "Vans from Saltillo")
    assert "60 percent" in citation.cited_text
    text = assistant.text(citation.document_id)
    assert text[citation.start_char_index : citation.end_char_index] == citation.cited_text


def test_a_document_without_pages_is_cited_without_one(assistant: Assistant):
    answer = assistant.ask("What is the capacity of the battery plant in Zhuzhou?")
    assert [citation.page for citation in answer.citations] == [None]


def test_search_hits_name_the_page_on_which_they_begin(assistant: Assistant):
    hit = assistant.search("van plant in Saltillo", limit=1)[0]
    assert (hit.title, hit.page) == ("Vans from Saltillo", 1)


def test_a_row_answers_with_its_headers(assistant: Assistant):
    answer = assistant.ask("How many cars did the Orchid EV venture sell?")
    assert "Venture: Orchid EV | Partner: Aster Mobility | Cars sold: 39400" in answer.answer


@pytest.mark.parametrize(
    ("query", "place"), [("株洲合资公司", 0), ("诺斯维尔的工厂停产", 1), ("泰国建厂", 2), ("持股百分之五十一", 0)]
)
def test_chinese_words_find_chinese_text(assistant: Assistant, query: str, place: int):
    hits = [hit for hit in assistant.search(query, limit=10) if hit.rank_words == 1]
    assert [hit.text for hit in hits] == [CHINESE[place]]


def test_languages_are_listed(mixed: Path, assistant: Assistant):
    languages = {Path(info.source).name: info.metadata.language for info in assistant.documents()}
    assert languages["vanalto.pdf"] == "en"
    assert [languages[f"zh{number}.txt"] for number in range(3)] == ["zh"] * 3
    listed = run_cli("documents", "list", "--data-dir", str(mixed / "data")).stdout
    assert "language" in listed.splitlines()[0]
    assert " zh " in next(line for line in listed.splitlines() if "zh0.txt" in line)
    chinese = next(info for info in assistant.documents() if info.metadata.language == "zh")
    shown = run_cli("documents", "show", chinese.document_id, "--data-dir", str(mixed / "data"))
    assert shown.stdout.strip() in CHINESE
    assert "language: zh" in shown.stderr


def test_the_command_line_says_what_was_left_out(mixed: Path, tmp_path: Path):
    shutil.copy(mixed / "files" / "wrong.txt", tmp_path / "wrong.txt")
    (tmp_path / "picture.txt").write_bytes(b"\x89PNG\r\n\x1a\n")
    result = run_cli("ingest", str(tmp_path), "--data-dir", str(tmp_path / "data"))
    assert result.returncode == 1
    said = result.stdout + result.stderr
    assert "wrong.txt: Its name ends in '.txt', but it is a PDF and was read as one." in said
    assert "picture.txt: It is a PNG image, whatever its name says; readable are" in said


def test_pages_and_languages_travel_over_http(mixed: Path, outcomes: dict[str, Outcome]):
    with serving(mixed / "data") as client:
        answer = client.post("/v1/ask", json={"question": "Who owns the Vanalto venture?"}).json()
        assert [citation["page"] for citation in answer["citations"]] == [3]
        hits = client.get("/v1/search", params={"q": "van plant in Saltillo", "limit": 1}).json()["hits"]
        assert [hit["page"] for hit in hits] == [1]
        documents = client.get("/v1/documents").json()["documents"]
        assert {entry["language"] for entry in documents} >= {"en", "zh"}
