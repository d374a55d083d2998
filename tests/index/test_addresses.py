"""Hostile addresses: each is refused with its reason, and none reaches a listener on this machine."""

import gzip
import threading
import tracemalloc
import zlib
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest

from index.addresses import PORTS, kind_of, parse_address, parse_allowed
from index.errors import AddressError, UnknownFormat
from index.fetching import Limits, fetch
from index.sources import fetch_files
from tests.index.web import PUBLIC, PUBLIC6, Internet, Listener, Page, Server, serving_pages


@pytest.fixture(scope="module")
def listener() -> Iterator[Listener]:
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def victim(listener: Listener) -> Listener:
    listener.connections = 0
    return listener


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    with serving_pages() as server:
        yield server


@pytest.fixture
def internet(running: Server, monkeypatch: pytest.MonkeyPatch) -> Internet:
    running.forget()
    return Internet(running, monkeypatch)


def limits_for(victim: Listener, **given: float) -> Limits:
    """Return limits under which the port of the victim is a usual one, so that only its address can save it."""
    return replace(Limits(seconds=3.0, ports=PORTS | {victim.port}), **given)


# Addresses given as they are; V stands for the port of the listener on this machine.
WRITTEN = [
    ("file:///etc/passwd", "'file:' is not fetched"),
    ("file://127.0.0.1:V/etc/passwd", "'file:' is not fetched"),
    ("ftp://127.0.0.1:V/report.pdf", "'ftp:' is not fetched"),
    ("gopher://127.0.0.1:V/_GET%20/", "'gopher:' is not fetched"),
    ("dict://127.0.0.1:V/info", "'dict:' is not fetched"),
    ("data:text/html,<p>Orion Motors owns it.</p>", "refused"),
    ("javascript:fetch('http://127.0.0.1:V')", "refused"),
    ("jar:http://127.0.0.1:V!/a", "refused"),
    ("view-source:http://127.0.0.1:V/", "refused"),
    ("127.0.0.1:V/page", "refused"),
    ("//127.0.0.1:V/page", "does not begin with https://"),
    ("localhost", "does not begin with https://"),
    ("http:/127.0.0.1:V/", "names no host"),
    ("http:127.0.0.1:V/", "names no host"),
    ("http://", "names no host"),
    ("http://:V/", "names no host"),
    ("http://user@127.0.0.1:V/", "user name or password"),
    ("http://public.example:80@127.0.0.1:V/", "user name or password"),
    ("http://public.example%40127.0.0.1:V/", "not the name of a host"),
    ("http://public.example\\@127.0.0.1:V/", "backslash"),
    ("http:\\\\127.0.0.1:V\\", "backslash"),
    ("http://127.0.0.1:V/\r\nX-Injected: 1", "cannot be seen"),
    ("http://127.0.0.1:V/ HTTP/1.1\r\nHost: public.example", "a space"),
    ("http://public.example\t.127.0.0.1:V/", "cannot be seen"),
    ("http://127.0.0.1\u200b:V/", "cannot be seen"),
    ("http://127.0.0.1:V/", "this machine (127.0.0.1)"),
    ("HTTP://127.0.0.1:V/", "this machine (127.0.0.1)"),
    ("http://127.255.255.254:V/", "this machine (127.255.255.254)"),
    ("http://127.0.0.1.:V/", "this machine (127.0.0.1)"),
    ("http://localhost:V/", "this machine"),
    ("http://LOCALHOST.:V/", "this machine"),
    ("http://2130706433:V/", "unusual way"),
    ("http://0x7f000001:V/", "unusual way"),
    ("http://0x7f.0.0.0x1:V/", "unusual way"),
    ("http://017700000001:V/", "unusual way"),
    ("http://0177.0.0.1:V/", "refused"),
    ("http://127.1:V/", "unusual way"),
    ("http://127.0.1:V/", "unusual way"),
    ("http://0:V/", "unusual way"),
    ("http://127.0.0.1.1:V/", "unusual way"),
    ("http://127。0。0。1:V/", "this machine (127.0.0.1)"),
    ("http://１２７.0.0.1:V/", "not a well-formed address"),
    ("http://①②⑦.⓪.⓪.①:V/", "not a well-formed address"),
    ("http://ⓛⓞⓒⓐⓛⓗⓞⓢⓣ:V/", "not a well-formed address"),
    ("http://%31%32%37.0.0.1:V/", "not the name of a host"),
    ("http://127.0.0.1%00.public.example:V/", "not the name of a host"),
    ("http://127.0.0.1%2f@public.example:V/", "user name or password"),
    ("http://0.0.0.0:V/", "an unspecified address"),
    ("http://10.0.0.5:V/", "a private address (10.0.0.5)"),
    ("http://172.16.0.1/", "a private address"),
    ("http://172.31.255.255/", "a private address"),
    ("http://192.168.1.1/", "a private address"),
    ("http://100.64.0.1/", "a provider's inner address"),
    ("http://169.254.0.9/", "a link-local address"),
    ("http://169.254.169.254/latest/meta-data/", "a cloud's metadata service"),
    ("http://100.100.100.200/", "a cloud's metadata service"),
    ("http://168.63.129.16/", "a cloud's metadata service"),
    ("http://metadata.google.internal/computeMetadata/v1/", "a cloud's metadata service"),
    ("http://[fd00:ec2::254]/", "a cloud's metadata service"),
    ("http://224.0.0.1/", "a multicast or broadcast address"),
    ("http://255.255.255.255/", "a multicast or broadcast address"),
    ("http://240.0.0.1/", "a reserved address"),
    ("http://198.18.0.1/", "a reserved address"),
    ("http://192.0.2.1/", "an address for documentation"),
    ("http://[::1]:V/", "this machine (::1)"),
    ("http://[0:0:0:0:0:0:0:1]:V/", "this machine (::1)"),
    ("http://[0000::0001]:V/", "this machine (::1)"),
    ("http://[::]:V/", "an unspecified address"),
    ("http://[::ffff:127.0.0.1]:V/", "an IPv4 address written as IPv6"),
    ("http://[::ffff:7f00:1]:V/", "an IPv4 address written as IPv6"),
    ("http://[::127.0.0.1]:V/", "an IPv4 address written as IPv6"),
    ("http://[64:ff9b::127.0.0.1]:V/", "this machine"),
    ("http://[64:ff9b::10.0.0.5]/", "a private address"),
    ("http://[64:ff9b:1::10.0.0.5]/", "a reserved address"),
    ("http://[2002:7f00:1::]:V/", "a tunnel's address"),
    ("http://[2001:0:7f00:1::]:V/", "a tunnel's address"),
    ("http://[fe80::1]/", "a link-local address"),
    ("http://[fe80::1%25lo]:V/", "not the name of a host"),
    ("http://[::1%25lo]:V/", "not the name of a host"),
    ("http://[fc00::1]/", "a private address"),
    ("http://[fec0::1]/", "a private address"),
    ("http://[ff02::1]/", "a multicast or broadcast address"),
    ("http://[2001:db8::1]/", "an address for documentation"),
    ("http://[4000::1]/", "a reserved address"),
    ("http://[::1/", "not a well-formed address"),
    ("http://public.example:22/", "port 22 is not one"),
    ("http://public.example:6379/", "port 6379 is not one"),
    ("http://public.example:0/", "port 0 is not one"),
    ("http://public.example:99999/", "port 99999 is not one"),
    (f"http://{PUBLIC}:25/", "port 25 is not one"),
    ("http://pub lic.example/", "a space"),
    ("http://-public.example/", "not the name of a host"),
    ("http://a..example/", "not the name of a host"),
    (f"http://{'a' * 64}.example/", "not the name of a host"),
    (f"http://public.example/{'a' * 3000}", "over the limit of 2,000"),
]  # fmt: skip


@pytest.mark.parametrize(("written", "words"), WRITTEN, ids=[written[:50] for written, _ in WRITTEN])
def test_a_hostile_address_is_refused_and_reaches_nobody(written, words, internet: Internet, victim: Listener):
    internet.names |= {"localhost": ["127.0.0.1", "::1"]}
    address = written.replace("V", str(victim.port)) if "V" in written else written
    with pytest.raises(AddressError) as caught:
        fetch(address, limits=limits_for(victim))
    assert str(caught.value).startswith("Refused: ")
    assert words in "refused " + str(caught.value)
    assert internet.connects == []
    assert victim.settled() == internet.server.connections == 0


def test_the_table_is_as_long_as_promised():
    assert len({written for written, _ in WRITTEN}) >= 80


def test_the_listener_counts_who_does_reach_it(internet: Internet, victim: Listener):
    """Without this, the tests above would pass if the listener were deaf."""
    for number, host in enumerate(("127.0.0.1", "localhost", "127.0.0.1."), start=1):
        internet.names |= {"localhost": ["127.0.0.1"]}
        with pytest.raises(AddressError, match="could not be fetched"):
            fetch(f"http://{host}:{victim.port}/", parse_allowed("localhost, 127.0.0.0/8"), limits_for(victim))
        assert victim.settled() == number


# Names, which say nothing of where they lead ---------------------------------------------------

NAMES = {
    "loopback": (["127.0.0.1"], "this machine"),
    "loopback by IPv6": (["::1"], "this machine"),
    "mapped": (["::ffff:127.0.0.1"], "an IPv4 address written as IPv6"),
    "private": (["10.1.2.3"], "a private address (10.1.2.3)"),
    "metadata": (["169.254.169.254"], "metadata"),
    "zone": (["fe80::1%1"], "a link-local address"),
    "public and then loopback": ([PUBLIC, "127.0.0.1"], "this machine"),
    "public and then loopback by IPv6": ([PUBLIC6, PUBLIC, "::1"], "this machine"),
    "NAT64": (["64:ff9b::7f00:1"], "this machine"),
}


@pytest.mark.parametrize("case", NAMES)
def test_a_name_that_leads_inside_is_refused(case, internet: Internet, victim: Listener):
    addresses, words = NAMES[case]
    internet.names["evil.example"] = addresses
    with pytest.raises(AddressError) as caught:
        fetch(f"http://evil.example:{victim.port}/", limits=limits_for(victim))
    assert words in str(caught.value)
    assert (internet.connects, victim.settled()) == ([], 0)


def test_a_name_that_nobody_knows_is_said(internet: Internet):
    with pytest.raises(AddressError, match=r"The name 'nosuch\.example' is not known"):
        fetch("http://nosuch.example/")


def test_a_name_that_changes_its_mind_leads_where_it_was_judged(internet: Internet, victim: Listener):
    """Rebinding: the first answer is public, every later one loopback. There is no second question."""
    answers = iter([[PUBLIC]])
    internet.names["rebind.example"] = lambda: next(answers, ["127.0.0.1"])
    internet.server.pages["/"] = Page(b"<p>Public.</p>")
    assert fetch("http://rebind.example/", limits=limits_for(victim)).data == b"<p>Public.</p>"
    assert internet.lookups.count("rebind.example") == 1
    assert [host for host, _ in internet.connects] == [PUBLIC]
    assert internet.server.requests == [("rebind.example", "/")]


def test_a_name_that_changes_its_mind_at_a_redirect_is_judged_anew(internet: Internet, victim: Listener):
    answers = iter([[PUBLIC]])
    internet.names["rebind.example"] = lambda: next(answers, ["127.0.0.1"])
    internet.server.pages["/"] = Page(status=302, headers={"Location": f"http://rebind.example:{victim.port}/"})
    with pytest.raises(AddressError, match=r"this machine \(127\.0\.0\.1\)"):
        fetch("http://rebind.example/", limits=limits_for(victim))
    assert victim.settled() == 0


# Redirects -------------------------------------------------------------------------------------

TARGETS = {
    "http://127.0.0.1:V/": "this machine",
    "//127.0.0.1:V/": "this machine",
    "http://localhost:V/": "this machine",
    "http://[::1]:V/": "this machine",
    "http://2130706433:V/": "unusual way",
    "http://inside.example:V/": "a private address",
    "http://169.254.169.254/latest/meta-data/": "metadata",
    "http://u:p@public.example/": "user name or password",
    "file:///etc/passwd": "'file:' is not fetched",
    "gopher://127.0.0.1:V/": "'gopher:' is not fetched",
    "http://public.example:22/": "port 22",
}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("target", TARGETS)
def test_a_redirect_to_where_one_may_not_go_is_refused(target, status, internet: Internet, victim: Listener):
    internet.names |= {"localhost": ["127.0.0.1"], "inside.example": ["10.0.0.5"]}
    location = target.replace("V", str(victim.port))
    internet.server.pages["/"] = Page(status=status, headers={"Location": location})
    with pytest.raises(AddressError, match=r"^Refused: ") as caught:
        fetch("http://public.example/", limits=limits_for(victim))
    assert TARGETS[target] in str(caught.value)
    assert [host for host, _ in internet.connects] == [PUBLIC]
    assert victim.settled() == 0


@pytest.mark.parametrize(
    "page",
    [
        Page(b'<meta http-equiv="refresh" content="0;url=http://127.0.0.1:V/"><p>Text.</p>'),
        Page(b'<script>location = "http://127.0.0.1:V/"</script><p>Text.</p>'),
        Page(b'<base href="http://127.0.0.1:V/"><link rel="canonical" href="/"><img src="a.png"><p>Text.</p>'),
        Page(b'<iframe src="http://127.0.0.1:V/"></iframe><p>Text.</p>'),
        Page(b"<p>Text.</p>", headers={"Refresh": "0; url=http://127.0.0.1:V/"}),
        Page(b"<p>Text.</p>", headers={"Location": "http://127.0.0.1:V/"}),
        Page(b"<p>Text.</p>", headers={"Link": "<http://127.0.0.1:V/>; rel=preload"}),
    ],
    ids=["meta", "script", "base", "iframe", "refresh", "location without redirect", "link"],
)
def test_what_a_page_says_is_not_followed(page: Page, internet: Internet, victim: Listener):
    headers = {name: value.replace("V", str(victim.port)) for name, value in page.headers.items()}
    body = page.body.replace(b"V", str(victim.port).encode())
    internet.server.pages["/"] = replace(page, body=body, headers=headers)
    (file,) = fetch_files(["http://public.example/"], limits=limits_for(victim))
    assert file.read() == body
    assert file.about.url == "http://public.example/", "the address is the one that was fetched"
    assert victim.settled() == 0


def test_a_redirect_in_a_circle_ends(internet: Internet):
    internet.server.pages["/a"] = Page(status=302, headers={"Location": "/b"})
    internet.server.pages["/b"] = Page(status=302, headers={"Location": "/a"})
    with pytest.raises(AddressError, match="redirects more than 5 times"):
        fetch("http://public.example/a")
    assert len(internet.server.requests) == 6


@pytest.mark.parametrize(
    "location", ["http://[::1", "\x1b[2J/x", "/a\tb", "http://pub\u202elic.example/", "http://:x/"]
)
def test_a_redirect_to_what_is_no_address_is_refused(location, internet: Internet):
    answer = b"HTTP/1.1 302 Found\r\nLocation: " + location.encode() + b"\r\nContent-Length: 0\r\n\r\n"
    internet.server.pages["/"] = Page(pieces=[answer], is_raw=True)
    with pytest.raises(AddressError) as caught:
        fetch("http://public.example/")
    assert "Invalid URL in location header" in str(caught.value)
    assert str(caught.value).isprintable()


# An own network that is allowed ----------------------------------------------------------------


def test_strangers_do_not_choose_what_is_fetched_from_an_allowed_network(internet: Internet, victim: Listener):
    """Whoever allows the intranet does not allow a public page or feed to send this program there."""
    allowed = parse_allowed(f"127.0.0.0/8, 127.0.0.1:{victim.port}")
    inside = f"http://127.0.0.1:{victim.port}/"
    internet.server.pages["/page"] = Page(status=302, headers={"Location": inside})
    internet.server.pages["/feed"] = Page(f"<rss><channel><item><link>{inside}</link></item></channel></rss>".encode())
    for path in ("page", "feed"):
        (file,) = fetch_files([f"http://public.example/{path}"], allowed)
        with pytest.raises(AddressError, match="this machine"):
            file.read()
    assert victim.settled() == 0


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("127.0.0.1", "http://127.0.0.1:V/"),  # the address, but not this port
        ("127.0.0.1:1", "http://127.0.0.1:V/"),
        ("10.0.0.0/8", "http://127.0.0.1:80/"),
        ("wiki.example", "http://127.0.0.1:80/"),  # the name, but not its number by itself
        ("other.example", "http://wiki.example:80/"),
        ("169.254.0.0/16", "http://169.254.169.254/"),
        ("0.0.0.0/0", "http://169.254.169.254/"),
        ("0.0.0.0/0", "http://0.0.0.0/"),
        ("100.64.0.0/10", "http://100.100.100.200/"),
        ("::/0", "http://[fd00:ec2::254]/"),
        ("::/0", "http://[::ffff:127.0.0.1]/"),
        ("fe80::/10", "http://[fe80::1]/"),
        ("cloud.example", "http://cloud.example/"),
    ],
)
def test_an_allowed_network_allows_nothing_else(setting, address, internet: Internet, victim: Listener):
    internet.names |= {"wiki.example": ["127.0.0.1"], "cloud.example": ["169.254.169.254"]}
    with pytest.raises(AddressError, match=r"^Refused: "):
        fetch(address.replace("V", str(victim.port)), parse_allowed(setting))
    assert (internet.connects, victim.settled()) == ([], 0)


# Too much --------------------------------------------------------------------------------------

HUGE = 3_000_000
SMALL = Limits(seconds=5.0, bytes=100_000)


def _bomb(size: int, layers: int = 1) -> bytes:
    packed = bytes(size)
    for _ in range(layers):
        packed = gzip.compress(packed)
    return packed


BODIES = {
    "a body over the limit": (Page(b"a" * HUGE), "over the limit of 100,000 bytes"),
    "a body without a length": (Page(pieces=[b"a" * 50_000] * 60), "over the limit"),
    "a length that is a lie": (
        Page(pieces=[b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 9999999999\r\n\r\n"], is_raw=True),
        "over the limit",
    ),
    "a gzip bomb": (Page(_bomb(50_000_000), headers={"Content-Encoding": "gzip"}), "over the limit"),
    "a bomb of many": (Page(_bomb(90_000) * 40, headers={"Content-Encoding": "gzip"}), "over the limit"),
    "a bomb in a bomb": (Page(_bomb(HUGE, 2), headers={"Content-Encoding": "gzip, gzip"}), "packed in a way"),
    "brotli": (Page(b"\x1b", headers={"Content-Encoding": "br"}), "packed in a way that was not asked for ('br')"),
    "deflate": (Page(zlib.compress(bytes(HUGE)), headers={"Content-Encoding": "deflate"}), "packed in a way"),
    "no gzip": (Page(b"<p>plain</p>", headers={"Content-Encoding": "gzip"}), "not the gzip it is said to be"),
    "half a gzip": (Page(gzip.compress(b"<p>text</p>" * 99)[:-30], headers={"Content-Encoding": "gzip"}), "cut off"),
    "half a body": (
        Page(pieces=[b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 900\r\n\r\n<p>"], is_raw=True),
        "could not be fetched",
    ),
    "endless headers": (Page(pieces=[b"HTTP/1.1 200 OK\r\n", b"X: y\r\n" * 30_000], is_raw=True), "could not be"),
    "no HTTP": (Page(pieces=[b"SSH-2.0-OpenSSH_9.2\r\n"], is_raw=True), "could not be fetched"),
    "nothing": (Page(pieces=[], is_raw=True), "could not be fetched"),
}  # fmt: skip


@pytest.mark.parametrize("case", BODIES)
def test_a_body_that_is_too_much_or_broken_is_one_clear_line(case, internet: Internet):
    page, words = BODIES[case]
    internet.server.pages["/"] = page
    with pytest.raises(AddressError) as caught:
        fetch("http://public.example/", limits=SMALL)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_bomb_does_not_go_off(internet: Internet):
    internet.server.pages["/"] = Page(_bomb(50_000_000), headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(AddressError, match="over the limit"):
            fetch("http://public.example/", limits=SMALL)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


DRIPS = {
    "headers": Page(pieces=[b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 200], pause=0.05, is_raw=True),
    "body": Page(pieces=[b"<p>drip</p>"] * 200, pause=0.05),
    "packed": Page(pieces=[bytes([each]) for each in _bomb(9_000)], pause=0.05, headers={"Content-Encoding": "gzip"}),
    "silence": Page(pieces=[b""], pause=20, is_raw=True),
    "early answers": Page(pieces=[b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 200, pause=0.05, is_raw=True),
}  # fmt: skip


@pytest.mark.parametrize("case", DRIPS)
def test_a_slow_drip_ends_when_its_time_is_up(case, internet: Internet):
    """Each piece comes soon enough to keep a limit on single reads content."""
    internet.server.pages["/"] = DRIPS[case]
    with pytest.raises(AddressError, match=r"longer than 0\.4 s"):
        fetch("http://public.example/", limits=Limits(seconds=0.4))


def test_slow_redirects_share_one_time_limit(internet: Internet):
    internet.server.pages["/"] = Page(
        pieces=[b"HTTP/1.1 302 Found\r\n", b"Location: /\r\n\r\n"], pause=0.2, is_raw=True
    )
    with pytest.raises(AddressError, match=r"longer than 0\.5 s"):
        fetch("http://public.example/", limits=Limits(seconds=0.5))


def test_a_resolver_that_does_not_answer_holds_nobody_up(internet: Internet):
    released = threading.Event()

    def hang() -> list[str]:
        released.wait(20)
        return [PUBLIC]

    internet.names["slow.example"] = hang
    with pytest.raises(AddressError, match=r"longer than 0\.3 s"):
        fetch("http://slow.example/", limits=Limits(seconds=0.3))
    assert not released.is_set()
    released.set()


@pytest.mark.parametrize(
    ("content_type", "words"),
    [
        ("image/png", "'image/png' is not a type of content that is read"),
        ("video/mp4", "'video/mp4'"),
        ("application/octet-stream", "'application/octet-stream'"),
        ("application/json; charset=utf-8", "'application/json'"),
        ("application/zip", "'application/zip'"),
        ("text/javascript", "'text/javascript'"),
        ("multipart/x-mixed-replace", "'multipart/x-mixed-replace'"),
        ("\x1b[31mtext/html", "'?[31mtext/html'"),
        (None, "does not say what type"),
    ],
)
def test_a_type_that_is_not_read_is_refused_by_its_name(content_type, words, internet: Internet):
    internet.server.pages["/"] = Page(pieces=[b"a" * 50_000] * 400, type=content_type)
    with pytest.raises(UnknownFormat) as caught:
        fetch("http://public.example/", limits=SMALL)
    assert words in str(caught.value), "and not that it is too large: its body is left alone"


# The pure rules --------------------------------------------------------------------------------


def test_ports_and_kinds_of_public_addresses_pass():
    for address in (PUBLIC, PUBLIC6, "8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "64:ff9b::808:808"):
        assert kind_of(ip_address(address)) is None


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("HTTPS://Public.Example:443/A?b=C#part", "https://public.example/A?b=C"),
        ("https://public.example.", "https://public.example/"),
        ("http://public.example:443", "http://public.example:443/"),
        ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
        ("http://[2606:2800:021f:cb07:6820:80da:af6b:8b2c]:8080/", f"http://[{PUBLIC6}]:8080/"),
        ("https://public.example/a%2Fb/../c?q=%20x", "https://public.example/c?q=%20x"),
    ],
)
def test_an_address_has_one_spelling(written, address):
    assert str(parse_address(written)) == address
    assert parse_address(address) == parse_address(written)


@pytest.mark.parametrize(
    "entry", ["10.1.0.5/16", "http://wiki/", "a b", "wiki:port", "u@wiki", "metadata", "wiki?x", "1"]
)
def test_an_entry_that_allows_nothing_is_explained(entry):
    with pytest.raises(ValueError, match="is not a host, host:port, IP address or network"):
        parse_allowed(f"wiki.example, {entry}")


def test_no_proxy_and_no_password_file_is_asked(internet: Internet, victim: Listener, monkeypatch, tmp_path):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{victim.port}")
    (tmp_path / ".netrc").write_text("machine public.example login orion password vega\n")
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    internet.server.pages["/"] = Page(b"<p>Text.</p>")
    assert fetch("http://public.example/").data == b"<p>Text.</p>"
    assert victim.settled() == 0


def test_an_address_broken_in_any_way_is_refused_or_plain(internet: Internet):
    """Addresses of the table cut short, and with a mark set in anywhere: 4,000 of them."""
    marks = "@#%[]:/?。"
    texts = [written for written, _ in WRITTEN if len(written) < 100]
    broken = {text[:cut] for text in texts for cut in range(len(text))}
    broken |= {text[:at] + mark + text[at:] for text in texts for at in range(0, len(text), 5) for mark in marks}
    assert len(broken) > 4_000
    reasons = []
    for text in sorted(broken):
        try:
            url = parse_address(text)
        except AddressError as error:
            reasons.append(str(error))
            continue
        assert (url.scheme in ("http", "https"), url.userinfo, url.fragment) == (True, b"", "")
        assert parse_address(str(url)) == url
    assert all(reason.startswith("Refused: ") for reason in reasons)
    assert 0 < len(reasons) < len(broken)
