"""An answer as Markdown reads like the answer, and nothing in a document can become markup."""

import html
import re
from datetime import date

import pytest
from markdown_it import MarkdownIt

from assistant.markdown import render_markdown
from assistant.models import Abstention, Answer, BasedOn, Citation, Nearest

HEADING = "Nearest passages:"
TODAY = date(2026, 1, 1)


def answer_with(text: str, url: str | None = "https://example.com/a(b) c") -> Answer:
    """Return an answer whose every foreign string is `text`."""
    report = BasedOn(publisher=text, title=text, url=url, published="2024")
    citation = Citation(
        n=1, document_id="d", source=text, title=text, publisher=text, published="2024-05", url=url, section=None,
        page=None, cited_text=text, start_char_index=0, end_char_index=len(text), content_sha256="0",
        based_on=(report,),
    )  # fmt: skip
    nearest = Nearest(
        document_id="d", source=text, title=text, publisher=text, published=None, url=url, cited_text=text,
        start_char_index=0, end_char_index=len(text),
    )  # fmt: skip
    return Answer(
        answer_id="a", conversation_id="c", question="q", standalone_question="q", status="partial",
        answer=f"{text} [1]", as_of="2024-05", claims=(), citations=(citation,), conflicts=(),
        abstention=Abstention(reason="not_in_documents", missing=(text,), nearest=(nearest,)),
        answered_by="extractive", index_generation=1, timings_ms={},
    )  # fmt: skip


def shown(markdown: str) -> str:
    """Return what a reader sees."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", rendered(markdown))).split())


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(markdown)


HOSTILE = [
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[x](javascript:alert(1))", "![x](http://e.example/a)",
    "# Heading", "> quote", "- item", "1. item", "***bold***", "`code`", "```\nfence\n```", "| a | b |\n|---|---|",
    "&lt;b&gt;", "<http://e.example>", "http://e.example", "[1]: http://e.example", "\\*", "~~x~~", "a  \nb",
    "@channel", "---", "===",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_what_documents_say_is_text(text):
    markdown = render_markdown(answer_with(text), HEADING, TODAY)
    page = rendered(markdown)
    assert set(re.findall(r"<(\w+)", page)) <= {"p", "strong", "blockquote", "ul", "li", "a"}
    assert set(re.findall(r'href="([^"]*)"', page)) == {"https://example.com/a(b)%20c"}
    assert shown(markdown).count(" ".join(text.split())) >= 8


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "/etc/passwd", "", None, "http:/x", "ftp://x"]
)
def test_only_web_addresses_are_links(url):
    assert "](<" not in render_markdown(answer_with("Plain", url), HEADING, TODAY)


@pytest.mark.parametrize(
    "url", ["https://e.example/>x", "https://e.example/a\nb", "https://e.example/<b>", 'https://e.example/"x']
)
def test_an_address_cannot_leave_its_link(url):
    page = rendered(render_markdown(answer_with("Plain", url), HEADING, TODAY))
    assert set(re.findall(r"<(\w+)", page)) <= {"p", "strong", "blockquote", "ul", "li", "a"}
    assert all(link.startswith("https://e.example/") for link in re.findall(r'href="([^"]*)"', page))


def test_it_holds_answer_marks_sources_quotes_and_what_is_missing():
    text = shown(render_markdown(answer_with("The plant builds vans."), HEADING, TODAY))
    for part in (
        "The plant builds vans. [1]",
        "Sources",
        "[1] The plant",
        "2024-05",
        "As of 2024-05, over 1 year old.",
        "Not stated:",
        HEADING,
    ):
        assert part in text


def test_an_answer_is_rendered_over_http(seed_dir):
    from tests.assistant.conftest import serving

    with serving(seed_dir) as client:
        answer = client.post("/v1/ask", json={"question": "Where is the Nissan N7 built?"}).json()
        response = client.get(f"/v1/answers/{answer['answer_id']}?render=markdown")
        assert response.headers["content-type"].startswith("text/markdown")
        assert answer["citations"][0]["cited_text"] in shown(response.text)
        assert client.get(f"/v1/answers/{answer['answer_id']}?render=json").json() == answer
        assert client.get(f"/v1/answers/{answer['answer_id']}?render=xml").status_code == 422
        assert client.get("/v1/answers/none?render=markdown").status_code == 404
