"""Addresses at the command line: what is allowed is answered from, what is refused says why."""

import json

import pytest

from tests.assistant.conftest import run_cli
from tests.index.web import Listener, Page, serving_pages

PAGE = """<html><head><title>{0} in Lindau</title></head><body><article><h1>{0} in Lindau</h1>
<p>Orion Motors and Vega Auto build {0} in Lindau since {1}, in a venture that they own in equal parts.</p>
</article></body></html>"""


@pytest.fixture
def data(tmp_path):
    return ("--data-dir", str(tmp_path / "data"))


def lines(result):
    return [line for line in result.stderr.splitlines() if line]


def counts(result):
    """Return the numbers of the table that an ingest ends with."""
    *_, heads, numbers = [line.split() for line in result.stdout.splitlines() if line]
    return {
        head: int(number) for head, number in zip(heads, numbers, strict=True) if head not in ("chunks", "generation")
    }


def taken(**given):
    return {"added": 0, "replaced": 0, "unchanged": 0, "skipped": 0, "failed": 0} | given


def test_a_page_and_a_feed_are_ingested_and_cited_by_their_addresses(data):
    with serving_pages() as server:
        feed = "<rss><channel><item><link>/vans</link></item><item><link>/gone</link></item></channel></rss>"
        server.pages["/feed"] = Page(feed.encode(), type="application/rss+xml")
        server.pages["/vans"] = Page(PAGE.format("vans", 2019).encode())
        server.pages["/buses"] = Page(PAGE.format("buses", 2022).encode())
        allowed = {"JV_ALLOW_PRIVATE_ADDRESSES": f"127.0.0.1:{server.port}"}
        first = run_cli("ingest", f"{server.url}/feed", f"{server.url}/buses", *data, **allowed)
        assert first.returncode == 1, "an entry is gone"
        assert lines(first) == [f"failed: {server.url}/gone: The server answered 404 Not Found."]
        assert counts(first).items() >= taken(added=2, failed=1).items()
        again = run_cli("ingest", f"{server.url}/vans", f"{server.url}/buses", *data, **allowed)
        assert again.returncode == 0
        assert counts(again).items() >= taken(unchanged=2).items()
    answer = json.loads(run_cli("ask", "Since when does Orion Motors build buses in Lindau?", "--json", *data).stdout)
    assert answer["citations"][0]["source"] == answer["citations"][0]["url"] == f"{server.url}/buses"


def test_refused_addresses_say_why_and_the_files_beside_them_are_taken(data, tmp_path):
    document = tmp_path / "venture.md"
    document.write_text("Orion Motors owns 51 percent of the venture with Vega Auto.\n", encoding="utf-8")
    listener = Listener()
    try:
        result = run_cli(
            "ingest",
            str(document),
            f"http://127.0.0.1:{listener.port}/",
            "http://10.0.0.5/plan",
            "ftp://10.0.0.5/plan",
            "https://orion:vega@10.0.0.5/plan",
            *data,
            HTTP_PROXY=f"http://127.0.0.1:{listener.port}",
        )
        assert listener.settled() == 0
    finally:
        listener.close()
    assert result.returncode == 1
    assert counts(result).items() >= taken(added=1, failed=4).items()
    hint = "; if it is your own, set JV_ALLOW_PRIVATE_ADDRESSES."
    assert lines(result) == [
        f"failed: http://127.0.0.1:{listener.port}/: Refused: it leads to this machine (127.0.0.1){hint}",
        f"failed: http://10.0.0.5/plan: Refused: it leads to a private address (10.0.0.5){hint}",
        "failed: ftp://10.0.0.5/plan: Refused: 'ftp:' is not fetched, only https: and http: are.",
        "failed: https://…@10.0.0.5/plan: Refused: it carries a user name or password; leave that out.",
    ]


def test_a_setting_that_allows_nothing_is_refused_at_the_start(data):
    result = run_cli("ingest", "--seeds", *data, JV_ALLOW_PRIVATE_ADDRESSES="10.1.0.5/16")
    assert result.returncode == 2
    assert result.stderr.startswith("JV_ALLOW_PRIVATE_ADDRESSES is '10.1.0.5/16': ")
    assert "network such as 10.1.0.0/16" in result.stderr
