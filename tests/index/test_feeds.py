"""Feeds of every kind are read; what is no feed, or means harm, is not."""

import random
import time

import pytest

from index.errors import LoadError
from index.feeds import Entry, is_feed, read_feed, root_of

HERE = "https://public.example/news/feed.xml"

FEEDS = {
    "RSS 2.0": """<?xml version="1.0"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>
        <title>Vans</title><link>https://public.example</link><atom:link href="{here}" rel="self"/>
        <item><title>One</title><link>https://public.example/1</link><guid>17</guid>
        <atom:link rel="self" href="https://public.example/api/1"/>
        <pubDate>Sat, 07 Sep 2024 00:00:01 GMT</pubDate></item></channel></rss>""",
    "RSS 0.91 in capitals": """<RSS version="0.91"><channel><ITEM><TITLE>One</TITLE><LINK>/1</LINK>
        <PUBDATE>7 Sep 2024</PUBDATE></ITEM></channel></RSS>""",
    "RSS by guid": """<rss><channel><item><title>One</title><guid isPermaLink="true">https://public.example/1</guid>
        <pubDate>2024-09-07</pubDate></item></channel></rss>""",
    "RDF": """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
        xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Vans</title></channel>
        <item rdf:about="y"><title>One</title><link>https://public.example/1</link><dc:date>2024-09-07T01:00Z</dc:date>
        </item></rdf:RDF>""",
    "Atom": """<feed xmlns="http://www.w3.org/2005/Atom"><title>Vans</title><link href="/"/>
        <updated>2025-01-01</updated>
        <entry><title type="html">&lt;b&gt;One&lt;/b&gt;</title><link rel="enclosure" href="/1.mp3"/>
        <link rel="alternate" href="../1"/><updated>2024-12-24T00:00:00Z</updated>
        <published>2024-09-07T23:00:00+02:00</published></entry></feed>""",
    "Atom with markup": """<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title type="xhtml">
        <div xmlns="http://www.w3.org/1999/xhtml">O<i>ne</i></div></a:title><a:link href="https://public.example/1"/>
        <a:updated>2024-09-07T23:00:00Z</a:updated></a:entry></a:feed>""",
    "not well-formed": """<rss><channel><title>A & B</title><item><title>One</title><link>https://public.example/1
        </link><pubDate>Sat, 7 September 2024</pubDate><description><p>cut off""",
}


@pytest.mark.parametrize("kind", FEEDS)
def test_a_feed_of_any_kind_is_read(kind):
    data = FEEDS[kind].format(here=HERE).encode()
    assert is_feed(data)
    assert read_feed(data, HERE) == [Entry("https://public.example/1", "One", "2024-09-07")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_feed_in_any_encoding_is_read(encoding):
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{declared}"?><!-- by hand --><rss><item><title>Müller</title></item></rss>'
    assert is_feed(text.encode(encoding))
    assert read_feed(text.encode(encoding), HERE) == [Entry("", "Müller", None)]


@pytest.mark.parametrize(
    "data",
    [b"", b"plain text", b"%PDF-1.7 <x", b"<!doctype html><title>rss</title><p>feed", b"<html><rss/></html>", b"<svg/>",
     b"<p>A <rss> is a feed.</p>", b"\x00<\x00", b"PK\x03\x04<rss>", b"Lead paragraph, then <rss><item/></rss>"],
)  # fmt: skip
def test_what_is_no_feed_is_not_taken_for_one(data):
    assert not is_feed(data)


def test_xhtml_is_told_from_a_feed():
    assert root_of(b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>') == "html"


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Orion &amp;amp; Vega", "Orion & Vega"),
        ("<![CDATA[<b>Orion</b> &amp; Vega]]>", "Orion & Vega"),
        ("&#8203;Or&#173;ion\n  Vega&#x202e;", "Orion Vega"),
        ("&lt;img src=x onerror=alert(1)&gt;Orion", "Orion"),
        ("  ", None),
        ("a" * 999, "a" * 300),
    ],
)
def test_a_title_is_what_a_reader_sees(title, shown):
    (entry,) = read_feed(f"<rss><item><title>{title}</title></item></rss>".encode(), HERE)
    assert entry.title == shown


@pytest.mark.parametrize(
    ("link", "address"),
    [
        ("/1?a=b&amp;c=d", "https://public.example/1?a=b&c=d"),
        ("1", "https://public.example/news/1"),
        ("//other.example/1", "https://other.example/1"),
        ("javascript:alert(1)", "javascript:alert(1)"),  # fetching it says that it is refused
        ("http://[::1", "http://[::1"),
        ("http://user:word@public.example/", "http://user:word@public.example/"),
        ("", ""),
    ],
)
def test_a_link_is_an_address_of_the_feed(link, address):
    (entry,) = read_feed(f"<rss><item><link>{link}</link></item></rss>".encode(), HERE)
    assert entry.address == address


def test_a_feed_reads_no_file(tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("the combination of the safe")
    for entity in (f'<!ENTITY s SYSTEM "file://{secret}">', f'<!ENTITY % s SYSTEM "file://{secret}"> %s;'):
        data = f"<!DOCTYPE rss [{entity}]><rss><item><title>A &s; B</title><link>/&s;</link></item></rss>".encode()
        assert is_feed(data)
        assert "combination" not in repr(read_feed(data, HERE))


@pytest.mark.parametrize("depth", [2, 4, 9])
def test_a_feed_unfolds_nothing(depth):
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, depth + 1))
    data = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{laughs}]><rss><item><title>C &l{depth}; D</title></item></rss>'
    started = time.monotonic()
    (entry,) = read_feed(data.encode(), HERE)
    assert time.monotonic() - started < 2
    assert len(entry.title or "") < 50


def test_a_feed_that_is_nothing_but_depth_ends():
    data = b"<rss>" + b"<item>" * 100_000
    started = time.monotonic()
    assert len(read_feed(data, HERE)) < 1_000
    assert time.monotonic() - started < 2


def test_a_feed_without_entries_is_said():
    with pytest.raises(LoadError, match="no entries"):
        read_feed(b"<rss><channel/></rss>", HERE)


def test_a_broken_feed_gives_entries_or_a_load_error():
    """300 feeds with bytes changed, cut out or doubled, the same every time."""
    drawn = random.Random(3)
    wholes = [text.format(here=HERE).encode() for text in FEEDS.values()]
    read = 0
    for number in range(300):
        data = bytearray(wholes[number % len(wholes)])
        for _ in range(drawn.choice((1, 3, 9))):
            at = drawn.randrange(len(data))
            data[at : at + drawn.choice((0, 1, 20))] = drawn.randbytes(drawn.choice((0, 1, 3)))
        if is_feed(bytes(data)):
            try:
                read += len(read_feed(bytes(data), HERE)) > 0
            except LoadError:
                continue
    assert read > 150
