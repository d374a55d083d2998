"""API keys: long random strings with a name; only their SHA-256 is kept, in the setting JV_API_KEYS."""

import hashlib
import hmac
import ipaddress
import re
import secrets
from collections.abc import Mapping

from assistant.errors import SettingsError

_ENTRY = re.compile(r"([\w.-]{1,64}):([0-9a-fA-F]{64})")
_PREFIX = "jv-"


def make_key(name: str) -> tuple[str, str]:
    """Return a new key and the entry for JV_API_KEYS that admits it; raise SettingsError for a name that is none."""
    key = _PREFIX + secrets.token_urlsafe(32)
    entry = f"{name}:{_digest(key)}"
    if not _ENTRY.fullmatch(entry):
        raise SettingsError(f"'{name:.80}' cannot name a key; use up to 64 letters, digits, '.', '_' or '-'.")
    return key, entry


def parse_keys(text: str) -> dict[str, str]:
    """Return the digests of `text` (name:sha256,name:sha256 …) by name; raise ValueError for anything else."""
    digests: dict[str, str] = {}
    for entry in filter(None, (part.strip() for part in text.split(","))):
        match = _ENTRY.fullmatch(entry)
        if not match:
            raise ValueError(f"'{entry:.20}' is no name:sha256; make one with: jv-assistant key NAME")
        if match[1] in digests:
            raise ValueError(f"two keys are called '{match[1]}'; rename one")
        digests[match[1]] = match[2].lower()
    return digests


def name_of(key: str, digests: Mapping[str, str]) -> str | None:
    """Return the name that `key` goes by, or None; it takes the same time whichever key it is."""
    given = _digest(key)
    found = [name for name, digest in digests.items() if hmac.compare_digest(given, digest)]
    return found[0] if found else None


def require_keys_in_public(host: str, keys: str) -> None:
    """Raise SettingsError if others than this machine could reach the server and no key is asked of them."""
    if not keys.strip(" ,") and not _is_loopback(host):
        raise SettingsError(
            f"'{host}' can be reached by others, and JV_API_KEYS is not set. "
            "Make a key (jv-assistant key NAME) and set it, or listen on 127.0.0.1."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()
