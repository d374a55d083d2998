"""A real browser for the tests of the page, with a log of all that it asked for and all that it complained of."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.index.producers.generator import CHROMIUM

WATCH = """
window.hits = [];
window.refused = [];
window.hit = (n) => window.hits.push(n);
for (const name of ["alert", "confirm", "prompt", "print"]) window[name] = () => window.hit(name);
document.addEventListener("securitypolicyviolation", (event) => window.refused.push(event.violatedDirective));
"""


@dataclass
class Log:
    """What a context of the browser did: addresses asked for, dialogs, errors, reports of the security policy."""

    requests: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def foreign(self, own: str) -> list[str]:
        """The addresses asked for that are not of the server `own`, nor made by the page itself."""
        return [url for url in self.requests if not url.startswith((own + "/", f"blob:{own}/", "data:image/"))]


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium without a window; without one the test fails in CI and is skipped elsewhere."""
    path = next(filter(None, map(shutil.which, CHROMIUM)), None)
    if path is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=path, args=[*sandbox, "--disable-dev-shm-usage"])
        yield browser
        browser.close()


@contextmanager
def browsing(browser: Browser, address: str, **options: object) -> Iterator[tuple[Page, Log]]:
    """Open `address` in a context of its own, phone-wide if `phone`; give the page and its log."""
    if options.pop("phone", False):
        options |= {"viewport": {"width": 390, "height": 844}, "has_touch": True}
    context = browser.new_context(**options)
    context.set_default_timeout(60_000)
    try:
        page, log = context.new_page(), Log()
        watch(context, page, log)
        page.goto(address)
        yield page, log
    finally:
        context.close()


def watch(context: BrowserContext, page: Page, log: Log) -> None:
    """Log what `context` asks for, by the browser's own protocol too, and what `page` complains of."""
    context.add_init_script(WATCH)
    context.on("request", lambda request: log.requests.append(request.url))
    context.on("dialog", lambda dialog: (log.dialogs.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: log.errors.append(str(error)))
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", lambda event: log.requests.append(event["request"]["url"]))
    session.send("Log.enable")
    session.on("Log.entryAdded", lambda event: note(event["entry"], log))


def note(entry: dict, log: Log) -> None:
    if entry["level"] in ("warning", "error"):
        log.errors.append(entry["text"])


def ask(page: Page, question: str) -> str:
    """Ask in the page's first text box; return the text of the turn once it is answered."""
    turns = page.locator("article.turn")
    before = turns.count()
    page.get_by_role("textbox").first.fill(question)
    page.keyboard.press("Enter")
    turn = turns.nth(before)
    turn.locator(".actions").wait_for()
    return turn.inner_text()
