"""The manifest: what a Slack app for this program is made of, to be pasted once."""

from pathlib import Path
from urllib.parse import urlsplit

import yaml

from assistant.errors import SettingsError

_FILE = Path(__file__).with_name("manifest.yaml")


def manifest_text(url: str | None = None) -> str:
    """Return the manifest for Socket Mode, or for a server at the public address `url`.

    Raises SettingsError if Slack could not send to that address.
    """
    text = _FILE.read_text(encoding="utf-8")
    if url is None:
        return text
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        raise SettingsError(f"'{url}' is no address that Slack sends to; give one that begins with https://.")
    address = f"https://{parts.netloc}{parts.path.rstrip('/')}/slack/events"
    manifest = yaml.safe_load(text)
    manifest["settings"]["event_subscriptions"]["request_url"] = address
    manifest["settings"]["interactivity"]["request_url"] = address
    manifest["settings"]["socket_mode_enabled"] = False
    for command in manifest["features"]["slash_commands"]:
        command["url"] = address
    return yaml.safe_dump(manifest, sort_keys=False, allow_unicode=True)
