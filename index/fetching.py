"""Fetch one web address: every hop judged, connected to the very address that was judged, within limits.

The name is resolved once a hop and the connection goes to what was found, so that a name which
answers differently the second time leads nowhere else. Host header and certificate keep the name.
"""

import re
import socket
import zlib
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address
from pathlib import PurePosixPath

import anyio
import httpx
from anyio.from_thread import start_blocking_portal

from index.addresses import PORTS, Allowed, IPAddress, kind_of, literal, parse_address, port_of, require_allowed
from index.errors import AddressError, UnknownFormat
from index.loading import MAX_FILE_BYTES

_HEADERS = {
    "User-Agent": "jv-assistant",
    "Accept": "text/html, application/xhtml+xml, application/pdf, text/*;q=0.9, */*;q=0.5",
    "Accept-Encoding": "gzip",
}
_ENDINGS = {
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "text/plain": ".txt",
    "text/markdown": ".md",
    "text/x-markdown": ".md",
    "text/csv": ".csv",
    "application/csv": ".csv",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "message/rfc822": ".eml",
    "application/rss+xml": ".xml",
    "application/atom+xml": ".xml",
    "application/rdf+xml": ".xml",
    "application/xml": ".xml",
    "text/xml": ".xml",
}
_BY_NAME = {  # types that servers give to files they do not know; there the address decides
    "text/plain": frozenset({".md", ".markdown", ".csv"}),
    "application/octet-stream": frozenset({".pdf", ".docx", ".xlsx", ".eml"}),
    "binary/octet-stream": frozenset({".pdf", ".docx", ".xlsx", ".eml"}),
    "": frozenset({".html", ".htm", ".txt", ".md", ".csv", ".pdf", ".docx", ".xlsx", ".eml"}),
}
_CHARSET = re.compile(
    r"(?:utf-?(?:8|16|32)|iso-?(?:8859|2022)|windows|cp|koi8|gb|hz|big5|euc|shift|ks_c|mac|tis|latin|ascii)", re.I
)
_WESTERN = dict.fromkeys(("iso-8859-1", "latin1", "latin-1", "ascii", "us-ascii"), "cp1252")
_CONNECT_SECONDS = 5.0
_PIECE = 1_000_000
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one address may take: time in all, bytes after unpacking, redirects; and the ports to use.

    A feed may bring `entries` documents, of `feed_bytes` together, within `feed_seconds`.
    """

    seconds: float = 20.0
    bytes: int = MAX_FILE_BYTES
    redirects: int = 5
    ports: frozenset[int] = PORTS
    entries: int = 50
    feed_seconds: float = 300.0
    feed_bytes: int = 200_000_000


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave. `address` is the last one after redirects; `name` ends as its format demands.

    `is_public` tells whether any hop was outside the own network.
    """

    data: bytes
    address: str
    content_type: str
    name: str
    is_public: bool


def fetch(address: str, allowed: Sequence[Allowed] = (), limits: Limits | None = None) -> Fetched:
    """Return what lies at `address`, private hosts only if `allowed`.

    Raises UnknownFormat for a type of content that is not read, AddressError for an address that is
    refused or does not give a document.
    """
    url = parse_address(address)
    with start_blocking_portal() as portal:  # a loop of its own, wherever this is called from
        return portal.call(_fetch, url, allowed, limits or Limits())


async def _fetch(url: httpx.URL, allowed: Sequence[Allowed], limits: Limits) -> Fetched:
    try:
        with anyio.fail_after(limits.seconds):
            transport = _JudgingTransport(allowed, limits.ports)
            async with httpx.AsyncClient(
                transport=transport,
                headers=_HEADERS,
                trust_env=False,
                timeout=httpx.Timeout(None, connect=_CONNECT_SECONDS),
            ) as client:
                return await _follow(client, transport, url, limits)
    except TimeoutError as error:
        raise AddressError(f"It took longer than {limits.seconds:g} s; try again later.") from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
        reason = _plain(str(error)).rstrip(".") or type(error).__name__
        raise AddressError(f"It could not be fetched ({reason}).") from error


async def _follow(client: httpx.AsyncClient, transport: "_JudgingTransport", url: httpx.URL, limits: Limits) -> Fetched:
    for _ in range(limits.redirects + 1):
        async with client.stream("GET", url) as response:
            if response.status_code in _REDIRECTS and "location" in response.headers:
                url = _redirected(url, response.headers["location"])
                continue
            if response.status_code != 200:
                raise AddressError(_status(response.status_code))
            content_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            ending = _ending(content_type, url)
            data = await _read(response, limits.bytes)
        if ending in (".html", ".txt", ".md", ".csv"):
            data = _as_utf8(data, response.charset_encoding or "")
        return Fetched(data, str(url), content_type, _name(url, ending), transport.was_public)
    raise AddressError(f"Refused: it redirects more than {limits.redirects} times.")


def _status(code: int) -> str:
    hints = {
        401: "; it asks for a login",
        403: "; it asks for a login or turns programs away",
        429: "; try again later",
    }
    phrase = httpx.codes.get_reason_phrase(code)
    return f"The server answered {code}{' ' + phrase if phrase else ''}{hints.get(code, '')}."


def _ending(content_type: str, url: httpx.URL) -> str:
    """Return the ending that a file of this type has; raise UnknownFormat for a type that is not read."""
    by_name = PurePosixPath(url.path).suffix.lower()
    if by_name in _BY_NAME.get(content_type, ()):
        return by_name
    if content_type not in _ENDINGS:
        shown = f"'{_plain(content_type)}' is not a type of content that is read"
        raise UnknownFormat(f"Refused: {shown if content_type else 'it does not say what type of content it is'}.")
    return _ENDINGS[content_type]


def _plain(text: str) -> str:
    """Return what a stranger wrote without anything that a terminal would obey."""
    return re.sub("[^ -~]", "?", text)[:200]


def _name(url: httpx.URL, ending: str) -> str:
    stem = re.sub(r"[^\w.-]+", "-", PurePosixPath(url.path).stem).strip(".-")[:80]
    return f"{stem or 'page'}{ending}"


def _as_utf8(data: bytes, charset: str) -> bytes:
    """Return `data` in UTF-8 if the server names another encoding, which a file by itself could not tell."""
    if not _CHARSET.match(charset):
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        with suppress(UnicodeDecodeError, LookupError):
            return data.decode(_WESTERN.get(charset.lower(), charset)).encode()
    return data


def _redirected(url: httpx.URL, location: str) -> httpx.URL:
    target = parse_address(str(url.join(location)))
    if (url.scheme, target.scheme) == ("https", "http"):
        raise AddressError("Refused: it redirects from https: to http:.")
    return target


class _JudgingTransport(httpx.AsyncBaseTransport):
    """Every connection of a fetch goes through here: the host is resolved, judged and then connected to by number.

    Once a public address has been visited, private ones are refused even if allowed: strangers do
    not get to choose what is fetched from the own network.
    """

    def __init__(self, allowed: Sequence[Allowed], ports: frozenset[int]) -> None:
        self._allowed = allowed
        self._ports = ports
        self._inner = httpx.AsyncHTTPTransport(
            verify=httpx.create_ssl_context(),  # SSL_CERT_FILE may name an own certificate authority
            limits=httpx.Limits(max_keepalive_connections=0),  # another name may live at the same number
            trust_env=False,
        )
        self.was_public = False

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = parse_address(str(request.url))
        addresses = await _resolve(url)
        require_allowed(url, addresses, () if self.was_public else self._allowed, self._ports)
        self.was_public = self.was_public or any(kind_of(address) is None for address in addresses)
        *others, last = addresses
        for address in others:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return await self._inner.handle_async_request(_by_number(request, url, address))
        return await self._inner.handle_async_request(_by_number(request, url, last))

    async def aclose(self) -> None:
        await self._inner.aclose()


def _by_number(request: httpx.Request, url: httpx.URL, address: IPAddress) -> httpx.Request:
    return httpx.Request(
        request.method,
        url.copy_with(host=str(address)),
        headers=request.headers,  # with the Host of the name
        extensions={**request.extensions, "sni_hostname": url.raw_host.decode("ascii")},
    )


async def _resolve(url: httpx.URL) -> list[IPAddress]:
    """Return all numbers of a host, at least one."""
    host = url.raw_host.decode("ascii")
    if address := literal(host):
        return [address]
    try:
        found = await anyio.to_thread.run_sync(
            partial(socket.getaddrinfo, host, port_of(url), type=socket.SOCK_STREAM), abandon_on_cancel=True
        )
    except (OSError, UnicodeError) as error:
        raise AddressError(f"The name '{host}' is not known ({getattr(error, 'strerror', None) or error}).") from error
    if not found:
        raise AddressError(f"The name '{host}' has no address.")
    return [ip_address(address) for address in dict.fromkeys(str(entry[4][0]) for entry in found)]


async def _read(response: httpx.Response, limit: int) -> bytes:
    """Return the unpacked body; raise AddressError as soon as it is over `limit` bytes."""
    too_large = AddressError(f"It is over the limit of {limit:,} bytes.")
    if int(response.headers.get("content-length", "0")) > limit:
        raise too_large
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise AddressError(f"Its content is packed in a way that was not asked for ('{_plain(encoding)}').")
    raw = response.aiter_raw()
    body = bytearray()
    async for piece in _unpacked(raw) if "gzip" in encoding else raw:
        body += piece
        if len(body) > limit:
            raise too_large
    if not body:
        raise AddressError("The server sent nothing.")
    return bytes(body)


async def _unpacked(packed: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Unpack gzip in small pieces, so that a bomb is noticed before it goes off."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        async for piece in packed:
            rest = piece
            while rest:
                if unpacker.eof:  # one more packed piece after the end of another
                    unpacker = zlib.decompressobj(wbits=31)
                yield unpacker.decompress(rest, _PIECE)
                rest = unpacker.unconsumed_tail or unpacker.unused_data
    except zlib.error as error:
        raise AddressError(f"Its content is not the gzip it is said to be ({error}).") from error
    if not unpacker.eof:
        raise AddressError("Its content is cut off.")
