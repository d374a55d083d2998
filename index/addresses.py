"""Judge web addresses: which may be fetched, and why another one is refused. Nothing here opens a connection."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

import httpx

from index.errors import AddressError

IPAddress = IPv4Address | IPv6Address
PORTS = frozenset({80, 443, 8080, 8443})
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 2_000

_METADATA_NAMES = frozenset("metadata metadata.google.internal metadata.goog instance-data.ec2.internal".split())
_ALLOWABLE = {
    "this machine": "127.0.0.0/8 ::1",
    "a private address": "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7 fec0::/10",
    "a provider's inner address": "100.64.0.0/10",
}
_KINDS = {  # the first that fits names an address
    "a cloud's metadata service": """169.254.169.254 169.254.170.2 100.100.100.200 168.63.129.16 192.0.0.192
        fd00:ec2::254 fd20:ce::254""",
    **_ALLOWABLE,
    "an unspecified address": "0.0.0.0/8 ::",
    "a link-local address": "169.254.0.0/16 fe80::/10",
    "a multicast or broadcast address": "224.0.0.0/4 255.255.255.255 ff00::/8",
    "an IPv4 address written as IPv6": "::ffff:0:0/96 ::/96",
    "a tunnel's address": "192.88.99.0/24 2001::/32 2002::/16",
    "an address for documentation": "192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20",
}
_NETWORKS = [(ip_network(text), kind) for kind, texts in _KINDS.items() for text in texts.split()]
_PUBLIC_IPV6 = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")  # how a machine without IPv4 reaches one that has nothing else
_NUMERIC = re.compile(r"(?:\d+|0x[0-9a-f]*)", re.I)
_HOST = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
)


@dataclass(frozen=True, slots=True)
class Allowed:
    """An own host or network that may be fetched from although it is private; a port adds that one to the usual."""

    target: str | IPv4Network | IPv6Network
    port: int | None = None

    def covers(self, host: str, address: IPAddress) -> bool:
        """Return whether `address`, which `host` has, is meant."""
        if isinstance(self.target, str):
            return self.target == host
        return address in self.target


def parse_allowed(text: str) -> tuple[Allowed, ...]:
    """Return what 'wiki.corp, 10.1.0.0/16, [fd00::1]:9000' allows; raise ValueError for an entry that is none."""
    return tuple(_parse_entry(entry.strip()) for entry in text.split(",") if entry.strip())


def _parse_entry(entry: str) -> Allowed:
    try:
        return Allowed(ip_network(entry))
    except ValueError:
        pass
    try:
        url = parse_address(f"http://{entry}/")
    except AddressError:
        url = None
    if url is None or set(entry) & set("/?#"):
        raise ValueError(f"'{entry}' is not a host, host:port, IP address or network such as 10.1.0.0/16")
    address = literal(url.host)
    port = int(entry.rpartition(":")[2]) if url.port or entry.endswith(":80") else None
    return Allowed(ip_network(address) if address else url.host, port)


def parse_address(text: str) -> httpx.URL:
    """Return the address in its one spelling: host in ASCII, no default port, no fragment.

    Raises AddressError for one that is not well-formed, not http or https, carries a password, or
    writes its host in a way that is only used to hide it.
    """
    if len(text) > _MAX_LENGTH:
        raise AddressError(f"Refused: its {len(text):,} characters are over the limit of {_MAX_LENGTH:,}.")
    if not text.isprintable() or set(text) & set(" \\"):
        raise AddressError("Refused: it holds a space, a backslash or a character that cannot be seen.")
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise AddressError(f"Refused: it is not a well-formed address ({error}).") from error
    if not url.scheme:
        raise AddressError("Refused: it does not begin with https:// or http://.")
    if url.scheme not in _DEFAULT_PORTS:
        raise AddressError(f"Refused: '{url.scheme}:' is not fetched, only https: and http: are.")
    if url.userinfo:
        raise AddressError("Refused: it carries a user name or password; leave that out.")
    host = _checked_host(url.raw_host.decode("ascii"))
    port = None if url.port == _DEFAULT_PORTS[url.scheme] else url.port
    url = url.copy_with(host=host, port=port, fragment=None)
    return url.copy_with(path="/") if url.path == "/" else url


def _checked_host(host: str) -> str:
    host = host.lower().removesuffix(".")
    if host in _METADATA_NAMES:
        raise AddressError(f"Refused: '{host}' is a cloud's metadata service.")
    if address := literal(host):
        return str(address)
    if not _HOST.fullmatch(host):
        raise AddressError(f"Refused: '{host}' is not the name of a host." if host else "Refused: it names no host.")
    if _NUMERIC.fullmatch(host.rpartition(".")[2]):
        raise AddressError(f"Refused: '{host}' is an unusual way to write an IP address; write four numbers.")
    return host


def literal(host: str) -> IPAddress | None:
    """Return the IP address that `host` is, None if it is a name; one with a zone ('fe80::1%eth0') is neither."""
    try:
        return None if "%" in host else ip_address(host)
    except ValueError:
        return None


def port_of(url: httpx.URL) -> int:
    """Return the port that `url` names or stands for."""
    return url.port if url.port is not None else _DEFAULT_PORTS[url.scheme]


def require_allowed(
    url: httpx.URL, addresses: Sequence[IPAddress], allowed: Sequence[Allowed], ports: frozenset[int]
) -> None:
    """Raise AddressError unless `url` may be fetched from every one of `addresses`, which its host has."""
    for address in addresses:
        kind = kind_of(address)
        fitting = [entry for entry in allowed if entry.covers(url.host, address)]
        if kind and not (kind in _ALLOWABLE and fitting):
            hint = "; if it is your own, set JV_ALLOW_PRIVATE_ADDRESSES" if kind in _ALLOWABLE else ""
            raise AddressError(f"Refused: it leads to {kind} ({address}){hint}.")
        if port_of(url) not in ports | {entry.port for entry in fitting}:
            listed = ", ".join(map(str, sorted(ports)))
            raise AddressError(f"Refused: port {port_of(url)} is not one that is fetched from ({listed}).")


def kind_of(address: IPAddress) -> str | None:
    """Return what is wrong with an address that is not a public one ('a private address'), else None."""
    if address in _NAT64:
        return kind_of(IPv4Address(int(address) & 0xFFFF_FFFF))
    for network, kind in _NETWORKS:
        if address in network:
            return kind
    is_public = address.is_global and (address.version == 4 or address in _PUBLIC_IPV6)
    return None if is_public else "a reserved address"
