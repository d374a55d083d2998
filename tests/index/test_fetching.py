"""What may be fetched is fetched: pages, files, feeds, over real HTTP and TLS on this machine."""

import gzip
import random
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from index.addresses import parse_allowed
from index.build import Outcome, ingest
from index.catalogue import Catalogue
from index.embedding import SentenceEmbedder
from index.errors import AddressError, LeftOut, LoadError, UnknownFormat
from index.fetching import Limits, fetch
from index.sources import fetch_files, is_address
from tests.index.web import PUBLIC, Internet, Page, Server, serving_pages

ROOT = Path(__file__).parents[2]
ARTICLE = """<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>
<p>Orion Motors and Vega Auto founded their venture in Lindau in {year}, and it builds vans for both.</p>
<p>The partners hold equal shares and share the cost of the press shop.</p></article></body></html>"""


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serving_pages() as server:
        yield server


@pytest.fixture
def server(running: Server) -> Server:
    running.forget()
    return running


def article(year: int = 2019, title: str = "Vans from Lindau", head: str = "") -> Page:
    return Page(ARTICLE.format(title=title, head=head, year=year).encode())


def take(catalogue: Catalogue, embedder: SentenceEmbedder, server: Server, *paths: str) -> list[Outcome]:
    """Ingest what lies at these paths of the server, which alone is allowed."""
    files = fetch_files([server.url + path for path in paths], parse_allowed(f"127.0.0.1:{server.port}"))
    return ingest(files, catalogue, embedder)


def got(server: Server, path: str = "/", limits: Limits | None = None):
    return fetch(server.url + path, parse_allowed(f"127.0.0.1:{server.port}"), limits)


# One address -----------------------------------------------------------------------------------


def test_a_page_is_ingested_under_its_address(server: Server, catalogue: Catalogue, embedder: SentenceEmbedder):
    server.pages["/vans"] = article(head='<link rel="canonical" href="https://elsewhere.example/"/>')
    assert take(catalogue, embedder, server, "/vans#top") == [Outcome(f"{server.url}/vans", "added", 1)]
    (info,) = catalogue.documents()
    assert info.source == info.metadata.url == f"{server.url}/vans"
    assert info.metadata.title == "Vans from Lindau"
    assert "equal shares" in catalogue.text(info.document_id)
    assert server.requests == [(f"127.0.0.1:{server.port}", "/vans")]


def test_the_same_page_again_is_unchanged_and_a_changed_one_replaces_it(
    server: Server, catalogue: Catalogue, embedder: SentenceEmbedder
):
    server.pages["/vans"] = article(2019)
    assert [take(catalogue, embedder, server, "/vans")[0].status for _ in range(2)] == ["added", "unchanged"]
    server.pages["/vans"] = article(2021)
    assert [take(catalogue, embedder, server, "/vans")[0].status for _ in range(2)] == ["replaced", "unchanged"]
    (info,) = catalogue.documents()
    assert "in 2021" in catalogue.text(info.document_id)


def test_a_redirect_leads_to_the_document_of_its_last_address(
    server: Server, catalogue: Catalogue, embedder: SentenceEmbedder
):
    server.pages["/new"] = article()
    for status in (301, 302, 303, 307, 308):
        server.pages[f"/{status}"] = Page(status=status, headers={"Location": "new"})
    take(catalogue, embedder, server, "/301")
    outcomes = [take(catalogue, embedder, server, f"/{status}")[0] for status in (302, 303, 307, 308)]
    assert outcomes == [Outcome(f"{server.url}/new", "unchanged")] * 4
    assert [info.source for info in catalogue.documents()] == [f"{server.url}/new"]


def test_five_redirects_are_followed(server: Server):
    for number in range(5):
        server.pages[f"/{number}"] = Page(status=302, headers={"Location": f"/{number + 1}"})
    server.pages["/5"] = Page(b"<p>There.</p>")
    assert got(server, "/0").address == f"{server.url}/5"


def test_a_cookie_set_on_the_way_is_shown_again(server: Server):
    """Some papers send readers in a circle until they bring the cookie back."""
    server.pages["/"] = lambda: (
        Page(b"<p>In.</p>")
        if len(server.requests) > 1
        else Page(status=302, headers={"Location": "/", "Set-Cookie": "seen=1"})
    )
    assert got(server).data == b"<p>In.</p>"


@pytest.mark.parametrize(
    ("content_type", "path", "name"),
    [
        ("text/html; charset=utf-8", "/a/report?id=3", "report.html"),
        ("TEXT/HTML", "/", "page.html"),
        ("application/xhtml+xml", "/page.xhtml", "page.html"),
        ("text/plain", "/note.txt", "note.txt"),
        ("text/plain", "/README.md", "README.md"),
        ("text/plain", "/table.csv", "table.csv"),
        ("text/plain", "/setup.exe", "setup.txt"),
        ("text/markdown", "/note", "note.md"),
        ("text/csv", "/export", "export.csv"),
        ("application/pdf", "/view.php", "view.pdf"),
        ("application/octet-stream", "/annual.PDF", "annual.pdf"),
        ("application/octet-stream", "/minutes.docx", "minutes.docx"),
        (None, "/letter.eml", "letter.eml"),
        ("message/rfc822", "/mail", "mail.eml"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "/x", "x.docx"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "/x.xls", "x.xlsx"),
        ("text/html", "/..%2f..%2fetc%2fpasswd", "passwd.html"),
        ("text/html", "/%00%1b%5b2J", "2J.html"),
    ],
)
def test_a_name_ends_as_the_format_demands(content_type, path, name, server: Server):
    server.pages[path] = Page(b"some text", type=content_type)
    fetched = got(server, path)
    assert (fetched.name, fetched.data) == (name, b"some text")


def test_the_bytes_of_a_file_are_passed_on_untouched(server: Server):
    data = b"%PDF-1.7\n" + random.Random(5).randbytes(300_000)
    server.pages["/report.pdf"] = Page(data, type="application/pdf")
    server.pages["/packed.pdf"] = Page(
        gzip.compress(data), type="application/pdf", headers={"Content-Encoding": "gzip"}
    )
    pieces = [data[at : at + 7_001] for at in range(0, len(data), 7_001)]
    server.pages["/pieces.pdf"] = Page(pieces=pieces, type="application/pdf")
    for path in ("/report.pdf", "/packed.pdf", "/pieces.pdf"):
        assert got(server, path).data == data


def test_a_large_page_that_packs_well_is_no_bomb(server: Server):
    data = b"<p>" + b"Orion " * 3_000_000 + b"</p>"
    packed = gzip.compress(data[:100]) + gzip.compress(data[100:])
    server.pages["/"] = Page(packed, headers={"Content-Encoding": "gzip"})
    assert got(server).data == data


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("windows-1251", "windows-1251"), ("gb18030", "GBK"), ("shift_jis", "Shift_JIS"), ("cp1252", "ISO-8859-1"),
     ("utf-8", "iso-8859-1"), ("utf-8", "punycode"), ("utf-8", "none"), ("utf-8-sig", "utf-8"), ("utf-16", "utf-16")],
)  # fmt: skip
def test_the_encoding_that_the_server_names_is_used(
    encoding, charset, server: Server, catalogue: Catalogue, embedder: SentenceEmbedder
):
    """Without the header, three of these would be taken for another encoding; a header that lies loses."""
    texts = {"windows-1251": "Орион", "gb18030": "猎户座汽车", "shift_jis": "オリオン自動車"}
    word = texts.get(encoding, "Orión “Móviles”")
    text = f"<p>{word} builds vans in Lindau.</p>"
    server.pages["/"] = Page(text.encode(encoding), type=f"text/html; charset={charset}")
    (outcome,) = take(catalogue, embedder, server, "/")
    assert outcome.status == "added"
    (info,) = catalogue.documents()
    assert word in catalogue.text(info.document_id)


ANSWERS = {
    "404": (Page(b"gone", status=404), "The server answered 404 Not Found."),
    "410": (Page(b"gone", status=410), "The server answered 410 Gone."),
    "401": (Page(status=401), "The server answered 401 Unauthorized; it asks for a login."),
    "403": (Page(status=403), "The server answered 403 Forbidden; it asks for a login or turns programs away."),
    "429": (Page(status=429), "The server answered 429 Too Many Requests; try again later."),
    "500": (Page(b"Traceback", status=500), "The server answered 500 Internal Server Error."),
    "799": (Page(status=799), "The server answered 799."),
    "302 to nowhere": (Page(status=302), "The server answered 302 Found."),
    "204": (Page(status=204), "The server answered 204 No Content."),
    "slow": (
        Page(pieces=[b"HTTP/1.1 200 OK\r\n"], pause=9, is_raw=True),
        "It took longer than 0.3 s; try again later.",
    ),
    "empty": (Page(b""), "The server sent nothing."),
    "image": (Page(b"\x89PNG", type="image/png"), "Refused: 'image/png' is not a type of content that is read."),
    "pdf that is none": (
        Page(b"%!PS", type="application/postscript"),
        "Refused: 'application/postscript' is not a type",
    ),
    "other XML": (Page(b"<?xml version='1.0'?><svg/>", type="text/xml"), "'.xml' is not a format that is read"),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_an_address_that_gives_no_document_is_one_clear_line(
    case, server: Server, catalogue: Catalogue, embedder: SentenceEmbedder
):
    page, words = ANSWERS[case]
    server.pages |= {"/": page, "/good": article()}
    allowed = parse_allowed(f"127.0.0.1:{server.port}")
    files = fetch_files([f"{server.url}/", f"{server.url}/good"], allowed, Limits(seconds=0.3 if case == "slow" else 9))
    failed, added = ingest(files, catalogue, embedder)
    assert (failed.source, failed.status, added.status) == (f"{server.url}/", "failed", "added")
    assert failed.message.startswith(words) or words in failed.message
    assert "\n" not in failed.message


def test_nobody_at_home_is_one_clear_line():
    with serving_pages() as server:
        address = server.url
    with pytest.raises(AddressError, match=r"^It could not be fetched \(.+\)\.$"):
        fetch(address, parse_allowed(address.removeprefix("http://")))


def test_the_next_number_is_tried_when_the_first_is_dead(server: Server, monkeypatch: pytest.MonkeyPatch):
    internet = Internet(server, monkeypatch)
    internet.names["two.example"] = ["1.1.1.1", PUBLIC]  # the test's internet has nothing at the first
    server.pages["/"] = Page(b"<p>Text.</p>")
    assert fetch("http://two.example/").data == b"<p>Text.</p>"
    assert internet.connects == [("1.1.1.1", 80), (PUBLIC, 80)]


def test_whatever_a_server_sends_is_a_document_or_a_load_error(server: Server):
    """Answers with bytes changed, cut out and doubled at random; 60 of them, the same every time."""
    body = gzip.compress(b"<p>Orion builds vans.</p>" * 20)
    whole = (
        b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Encoding: gzip\r\n"
        b"Set-Cookie: a=b; path=/\r\nContent-Length: %d\r\n\r\n" % len(body)
    ) + body
    drawn = random.Random(11)
    outcomes = set()
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(drawn.choice((1, 1, 2, 5))):
            at = drawn.randrange(len(data))
            data[at : at + drawn.choice((0, 1, 1, 9))] = drawn.randbytes(drawn.choice((0, 1, 1, 4)))
        server.pages["/"] = Page(pieces=[bytes(data)], is_raw=True)
        try:
            got(server, limits=Limits(seconds=5))
            outcomes.add("document")
        except LoadError as error:
            outcomes.add("error" if str(error).isprintable() else str(error))
    assert outcomes == {"document", "error"}


# TLS -------------------------------------------------------------------------------------------


@pytest.fixture
def secure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Internet]:
    """A server whose certificate is for public.example, from an authority that is trusted here."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("public.example").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with serving_pages() as server:
        server.use_tls(context)
        internet = Internet(server, monkeypatch)
        internet.names["other.example"] = [PUBLIC]
        yield internet


def test_the_certificate_is_that_of_the_name_not_of_the_number(secure: Internet):
    secure.server.pages["/"] = Page(b"<p>Text.</p>")
    assert fetch("https://public.example/").data == b"<p>Text.</p>"
    assert secure.server.requests == [("public.example", "/")]
    assert secure.connects == [(PUBLIC, 443)]


@pytest.mark.parametrize("host", ["other.example", PUBLIC])
def test_a_certificate_of_another_name_is_refused(host: str, secure: Internet):
    secure.server.pages["/"] = Page(status=302, headers={"Location": f"https://{host}/"})
    for address in (f"https://{host}/", "https://public.example/"):
        with pytest.raises(AddressError, match="CERTIFICATE_VERIFY_FAILED"):
            fetch(address)
    assert [host for host, _ in secure.server.requests] == ["public.example"]


def test_a_connection_is_not_used_for_another_name_at_the_same_number(secure: Internet):
    """The server keeps it open; whoever went on with it would never see the other name's certificate."""
    answer = b"HTTP/1.1 302 Found\r\nLocation: https://other.example/\r\nContent-Length: 0\r\n\r\n"
    secure.server.pages["/"] = Page(pieces=[answer], pause=9, is_raw=True)
    with pytest.raises(AddressError, match="CERTIFICATE_VERIFY_FAILED"):
        fetch("https://public.example/", limits=Limits(seconds=5))


def test_an_authority_that_is_not_trusted_is_refused(secure: Internet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(AddressError, match="CERTIFICATE_VERIFY_FAILED"):
        fetch("https://public.example/")


def test_an_authority_file_that_is_missing_is_one_clear_line(secure: Internet, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SSL_CERT_FILE", "/nonexistent/ca.pem")
    with pytest.raises(AddressError, match="could not be fetched"):
        fetch("https://public.example/")


def test_a_redirect_back_to_plain_http_is_refused(secure: Internet):
    secure.server.pages["/"] = Page(status=301, headers={"Location": "http://public.example/"})
    with pytest.raises(AddressError, match="redirects from https: to http:"):
        fetch("https://public.example/")
    assert len(secure.server.requests) == 1


# Feeds -----------------------------------------------------------------------------------------

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>Vans daily</title><link>{url}/</link>
<item><title>First &amp;amp; best</title><link>{url}/1</link><pubDate>Mon, 05 Feb 2024 08:00:00 +0100</pubDate></item>
<item><title>Second</title><link> /2 </link><pubDate>Tue, 06 Feb 2024 08:00:00 GMT</pubDate></item>
<item><title>Third</title><link>{url}/3</link></item></channel></rss>"""


def test_the_entries_of_a_feed_are_ingested_each_by_its_own_address(
    server: Server, catalogue: Catalogue, embedder: SentenceEmbedder
):
    bare = "<p>Orion builds vans number {} in Lindau.</p>"
    dated = article(2021, "Its own title", '<meta property="article:published_time" content="2023-12-31"/>')
    server.pages |= {
        "/feed": Page(RSS.format(url=server.url).encode(), type="application/rss+xml"),
        "/1": Page(bare.format(1).encode()),
        "/2": dated,
        "/3": Page(bare.format(3).encode()),
    }
    outcomes = take(catalogue, embedder, server, "/feed")
    assert [(outcome.source, outcome.status) for outcome in outcomes] == [
        (f"{server.url}/{number}", "added") for number in (1, 2, 3)
    ]
    said = [(info.metadata.title, info.metadata.published, info.metadata.url) for info in catalogue.documents()]
    assert said == [
        ("First & best", "2024-02-05", f"{server.url}/1"),
        ("Its own title", "2023-12-31", f"{server.url}/2"),
        ("Third", None, f"{server.url}/3"),
    ]
    assert {outcome.status for outcome in take(catalogue, embedder, server, "/feed", "/1")} == {"unchanged"}


def feed_of(server: Server, *links: str) -> Page:
    items = "".join(f"<item><link>{link}</link></item>" for link in links)
    return Page(f"<rss><channel>{items}</channel></rss>".encode(), type="text/xml")


def fetched_from(server: Server, limits: Limits | None = None) -> dict[str, LoadError | bytes | None]:
    files = fetch_files([f"{server.url}/feed"], parse_allowed(f"127.0.0.1:{server.port}"), limits)
    return {file.source.removeprefix(server.url): file.content for file in files}


def test_one_entry_that_fails_stops_no_other(server: Server, catalogue: Catalogue, embedder: SentenceEmbedder):
    server.pages |= {
        "/feed": feed_of(
            server, "/good", "/gone", "http://10.0.0.5/", "file:///etc/passwd", "/film", "", "/feed", "/too"
        ),
        "/good": article(),
        "/too": article(2021),
        "/film": Page(b"\0", type="video/mp4"),
    }
    outcomes = take(catalogue, embedder, server, "/feed")
    assert [(outcome.source.removeprefix(server.url), outcome.status) for outcome in outcomes] == [
        ("/good", "added"),
        ("/gone", "failed"),
        ("http://10.0.0.5/", "failed"),
        ("file:///etc/passwd", "failed"),
        ("/film", "skipped"),  # as an unknown file in a folder is
        ("/feed (entry 6)", "skipped"),
        ("/feed", "skipped"),
        ("/too", "added"),
    ]
    assert "a private address (10.0.0.5)" in outcomes[2].message


def test_no_more_entries_are_taken_than_the_limit(server: Server):
    server.pages |= {f"/{number}": Page(b"<p>Text.</p>") for number in range(60)}
    server.pages["/feed"] = feed_of(server, *(f"/{number}" for number in range(60)))
    files = fetched_from(server)
    assert len(server.requests) == 51
    assert isinstance(files["/feed"], LeftOut)
    assert str(files["/feed"]) == "It has 60 entries; the first 50 were taken."


def test_a_feed_has_limits_as_a_whole(server: Server):
    server.pages |= {f"/{number}": Page(b"<p>" + b"a" * 500) for number in range(4)}
    server.pages["/feed"] = feed_of(server, *(f"/{number}" for number in range(4)))
    for limits in (Limits(feed_bytes=900), Limits(feed_seconds=0)):
        kinds = [type(content) for content in fetched_from(server, limits).values()]
        assert kinds == sorted(kinds, key=lambda kind: kind is AddressError), "first documents, then what was too much"
        assert kinds.count(AddressError) == (2 if limits.feed_bytes == 900 else 4)


def test_a_feed_is_known_by_what_it_holds(server: Server):
    page = feed_of(server, "/1")
    server.pages["/1"] = Page(b"<p>Text.</p>")
    for kind in ("application/atom+xml", "application/xml", "text/html", "text/plain"):
        server.pages["/feed"] = Page(page.body, type=kind)
        assert list(fetched_from(server)) == ["/1"]


def test_an_empty_feed_is_said(server: Server):
    server.pages["/feed"] = feed_of(server)
    assert str(fetched_from(server)["/feed"]) == "The feed has no entries."


# Arguments and processes -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("https://public.example/", True),
        ("HTTP://public.example", True),
        ("file:///etc/passwd", True),
        ("javascript:alert(1)", True),
        ("docs", False),
        ("docs/a.md", False),
        ("C:\\docs\\a.md", False),
        ("./odd:name.md", False),
        ("odd:name.md", False),
        ("public.example/page", False),
    ],
)
def test_an_argument_is_an_address_or_a_path(argument, expected, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd:name.md").write_text("A file may be called so.")
    assert is_address(argument) is expected


def test_a_stand_in_shows_no_password_and_nothing_a_terminal_obeys():
    (file,) = fetch_files(["http://orion:vega@public.example/\x1b[2J\r\n"])
    assert file.source == "http://…@public.example/\ufffd[2J\ufffd\ufffd"
    with pytest.raises(AddressError):
        file.read()


def test_a_document_is_listed_once_and_a_failure_as_often_as_it_happened(server: Server):
    server.pages |= {"/a": Page(b"<p>Text.</p>"), "/b": Page(status=302, headers={"Location": "/a"})}
    secrets = ["http://orion@10.0.0.5/", "http://vega@10.0.0.5/"]
    allowed = parse_allowed(f"127.0.0.1:{server.port}")
    files = fetch_files([f"{server.url}/a", f"{server.url}/b", f"{server.url}/a", *secrets], allowed)
    assert [file.source for file in files] == [f"{server.url}/a", "http://…@10.0.0.5/", "http://…@10.0.0.5/"]
    assert len(server.requests) == 3


def test_an_unknown_type_given_by_name_is_a_failure_of_its_format(server: Server):
    server.pages["/"] = Page(b"\0", type="audio/mpeg")
    (file,) = fetch_files([server.url], parse_allowed(f"127.0.0.1:{server.port}"))
    assert (file.named, type(file.content)) == (True, UnknownFormat)


def test_a_resolver_that_hangs_does_not_keep_the_program_from_ending():
    program = """
import socket, time
socket.getaddrinfo = lambda *a, **k: time.sleep(30)
from index.fetching import Limits, fetch
from index.errors import AddressError
try:
    fetch("http://slow.example/", limits=Limits(seconds=0.2))
except AddressError as error:
    print(error)
"""
    started = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=25, check=True
    )
    assert done.stdout == "It took longer than 0.2 s; try again later.\n"
    assert time.monotonic() - started < 15
