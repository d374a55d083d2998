"""Hostile strings as titles, texts, file names, addresses and answers: the page shows them and does nothing.

The server of these tests wants a key, which the page asks for.
"""

import json
import re

import numpy as np
import pytest
from playwright.sync_api import expect

from assistant.keys import make_key
from assistant.wiring import Assistant
from index.chunking import chunk
from index.models import Block, BlockKind, Document, Metadata, Report, Span
from tests.assistant.browsing import ask, browsing, chromium
from tests.assistant.conftest import serving, wait_for
from tests.assistant.hostile_strings import HOST, hostile_strings

STRINGS = hostile_strings()
KEY, ENTRY = make_key("reader")
expect.set_options(timeout=60_000)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A server on 300 documents with hostile title, publisher, address, source and text.

    They are put into the catalogue as they are: loading would take much of it out before the page sees it.
    """
    data_dir = tmp_path_factory.mktemp("hostile") / "data"
    assistant = Assistant.create(data_dir)
    assistant.catalogue.database.connection.execute("PRAGMA synchronous = OFF")
    for place, text in enumerate(STRINGS):
        document = _document(place, text)
        chunks = chunk(document, lambda text: len(text.split()))
        vectors = np.eye(len(chunks), 384, k=place % 384, dtype=np.float32)  # found by their words
        assistant.catalogue.put(document, chunks, vectors, bump=True)
    assistant.close()
    with serving(data_dir, wait=False, JV_API_KEYS=ENTRY) as client:
        wait_for(client, "/readyz", seconds=180)
        yield str(client.base_url).rstrip("/")


def _document(place: int, text: str) -> Document:
    said = f"Orion plant {place} builds {place} vans a year, it is said: {text}"
    report = Report(text, text, text, "2024-05-01")
    about = Metadata(f"{text} {place}", text, text, "2024-05-01", text, (report,), "en")
    span = Span(len(text) + 2, len(text) + 2 + len(said))
    blocks = (Block(BlockKind.HEADING, Span(0, len(text)), 2), Block(BlockKind.PARAGRAPH, span))
    return Document(f"{text} {place}.md", f"/{place}.md", f"{text}\n\n{said}", blocks, about, str(place))


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def opened(browser, address):
    """The page, its key given, and its log; in the end nothing may have run and no other host been asked."""
    with browsing(browser, address) as (page, log):
        page.get_by_label("Key", exact=True).fill("wrong")
        page.get_by_role("button", name="Use the key").click()
        expect(page.get_by_text("The server does not know this key.")).to_be_visible()
        page.get_by_label("Key", exact=True).fill(KEY)
        page.keyboard.press("Enter")
        expect(page.locator("#holdings")).to_contain_text("document")
        yield page, log
        page.wait_for_timeout(300)
        assert page.evaluate("hits") == []
        assert page.evaluate("refused") == []  # nothing was even tried that the policy had to stop
        assert log.dialogs == []
        assert log.foreign(address) == []
        assert (
            page.evaluate("document.querySelectorAll('main script, main img, main iframe, main [onerror]').length") == 0
        )


def test_the_strings_are_hostile(browser):
    """A page that takes them for markup is overrun, and the log sees it: so it would see it on ours."""
    with browsing(browser, "about:blank") as (page, log):
        page.route(f"{HOST}/**", lambda route: route.abort())
        page.evaluate(
            """strings => strings.forEach((each) => {
              const div = document.createElement("div");
              document.body.append(div);
              div.innerHTML = each;
            })""",
            [text for text in STRINGS if "http-equiv" not in text],  # that would lead away
        )
        page.wait_for_function("new Set(hits).size > 30")
        assert len(set(log.foreign("http://none"))) > 30


def test_hostile_documents_are_listed_and_opened(opened):
    page, _ = opened
    page.get_by_role("button", name="Documents", exact=True).click()
    rows = page.locator("#list > li")
    expect(rows).to_have_count(100)
    for count in (200, 300):
        page.get_by_role("button", name="Show more").click()
        expect(rows).to_have_count(count)
    titles = set(page.locator("#list > li > div:first-child > button.text").all_text_contents())
    assert titles == {f"{text} {place}" for place, text in enumerate(STRINGS)}
    shown = page.evaluate("""async () => {
      const texts = [];
      for (const title of document.querySelectorAll("#list > li > div:first-child > button.text")) {
        document.querySelector("#source-text").replaceChildren();
        title.click();
        while (!document.querySelector("#source-text .block")) await new Promise((done) => setTimeout(done, 5));
        texts.push(document.querySelector("#source-text").textContent);
      }
      return texts;
    }""")
    assert len(shown) == 300
    assert all(any(f"said: {text}" in whole for whole in shown) for text in STRINGS)


def test_hostile_documents_are_quoted_in_answers(opened):
    page, _ = opened
    for place in (0, 41, 123):
        ask(page, f"How many vans does Orion plant {place} build a year?")
        page.locator("article.turn").last.locator(".sources button.text").first.click()  # a source, or what is nearest
        expect(page.locator("mark")).to_contain_text("vans a year, it is said: ")
    claims = page.locator(".claim .said").all_text_contents()
    assert any(text in claim for text in STRINGS for claim in claims)


def test_hostile_answers_are_shown_as_text(opened, address):
    """300 turns with every field hostile, as no server would give them; then each streamed to a question."""
    page, _ = opened
    turns = [_turn(place, text) for place, text in enumerate(STRINGS)]
    page.route(
        "**/v1/conversations/hostile", lambda route: route.fulfill(json={"conversation_id": "hostile", "turns": turns})
    )
    page.goto(f"{address}/#c/hostile")
    expect(page.locator("article.turn")).to_have_count(300)
    said = page.locator("article.turn .claim .said").all_text_contents()
    assert said == STRINGS
    links = page.evaluate("Array.from(document.querySelectorAll('a'), (link) => link.getAttribute('href'))")
    assert all(re.match(r"#|/|https?://", link) for link in links)
    for place in range(0, 300, 30):
        page.locator("article.turn").nth(place).locator(".cite").first.click()
        expect(page.locator("mark")).to_have_text(STRINGS[place])  # the document is not there: the quote is shown


def test_hostile_streams_errors_and_file_names_are_shown_as_text(opened):
    page, _ = opened
    texts = iter(STRINGS[:40])

    def stream(route):
        answer = _turn(0, text := next(texts))["answer"]
        problem = {"title": text, "status": 500, "detail": text}
        parts = [("search_results", {"hits": []}), ("citation", answer["citations"][0]), ("claim", answer["claims"][0])]
        parts += [("final_answer", answer)] if text != STRINGS[39] else [("error", problem)]
        body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in [*parts, ("done", {})])
        route.fulfill(content_type="text/event-stream", body=body)

    page.route("**/v1/ask/stream", stream)
    for text in STRINGS[:40]:
        page.locator("#question").fill(text)
        page.keyboard.press("Enter")
        page.locator("article.turn[aria-busy]").wait_for(state="detached")
    assert page.locator("article.turn .asked").all_text_contents() == STRINGS[:40]
    expect(page.get_by_role("alert").filter(has_text=STRINGS[39])).to_be_visible()
    page.get_by_role("button", name="Documents", exact=True).click()
    files = [
        {"name": f"{text[:80]}.md".replace("/", "_"), "mimeType": "text/markdown", "buffer": b"Some text."}
        for text in STRINGS[:10]
    ]
    page.locator("#files").set_input_files(files)
    page.locator("#job .outcomes li").nth(9).wait_for()


def _turn(place: int, text: str) -> dict:
    """A turn whose every string is `text`."""
    report = {"publisher": text, "title": text, "url": text, "published": text}
    source = dict.fromkeys(("source", "title", "publisher", "published", "url", "section", "cited_text"), text)
    source |= {"document_id": f"none-{place}", "page": None, "start_char_index": 0, "end_char_index": len(text)}
    answer = {
        "answer_id": text, "conversation_id": "hostile", "question": text, "standalone_question": f"{text}?",
        "status": "partial", "answer": text, "as_of": text,
        "claims": [{"text": text, "start": 0, "end": len(text), "citations": [1], "standing": "denied", "checks": {}}],
        "citations": [source | {"n": 1, "content_sha256": text, "based_on": [report]}],
        "conflicts": [{"what": text, "sides": [{"text": text, "citations": [1]}]}],
        "abstention": {"reason": "not_in_documents", "missing": [text], "nearest": [source]},
        "answered_by": text, "index_generation": 1, "timings_ms": {},
    }  # fmt: skip
    return {"answered_at": text, "verdict": None, "answer": answer}
