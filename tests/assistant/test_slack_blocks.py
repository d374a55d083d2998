"""Block Kit: nothing that documents or models say can command, everything within Slack's limits."""

import json
import random
import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.models import (
    Abstention,
    Answer,
    BasedOn,
    Checks,
    Citation,
    Claim,
    Conflict,
    Nearest,
    Side,
)
from assistant.slack import requests
from assistant.slack.blocks import how_old, render_quotes, render_slack, sentence
from assistant.slack.text import cut, escape, plain_text
from tests.assistant.slack_stand_in import envelope, why_not

TODAY = date(2026, 11, 22)
SOURCE = "https://example.org/report"
PASSED = Checks(quote=True, numbers=True, names=True, fits=True)
BARBS = (
    "<!channel>", "<!here>", "<!everyone>", "<@U123>", "<@U123|ann>", "<#C123|general>", "<!subteam^S1|@all>",
    "<!date^1^{date}^https://evil.example|now>", "<https://evil.example|Report>", "<https://evil.example>",
    "<mailto:a@evil.example|mail>", "&lt;!channel&gt;", "&#60;!channel&#62;", "*bold*", "_italic_", "~gone~", "`code`",
    "```\nblock\n```", "> quoted", ">>> quoted", "\n# Heading\n", "\n- item", "1. item", "[x](https://evil.example)",
    "![x](https://evil.example/a.png)", "[x][1]\n\n[1]: https://evil.example", "https://evil.example",
    ":rotating_light:", "<", ">", "&", "<<!channel>>", "<\u200b!channel>", "\u202e<!channel>", "\\<!channel\\>", "|",
    "\x00", "\x1b[31m", "\ud800", "<!channel", "!channel>", "@channel", "＜!channel＞",
)  # fmt: skip
# What Slack would act on: references, links and emphasis; the entities are how it wants the three characters.
COMMANDS = re.compile(
    r"<[@#!]|<(?:https?|mailto):(?!//example\.org/report\|)|&(?!amp;|lt;|gt;)|[*`~]|:\w+:|://(?!example)"
)


def claim(text: str) -> Claim:
    return Claim(text=text, start=0, end=len(text), citations=(1,), standing="reported", checks=PASSED)


def answer_of(text: str, other: str | None = None, *, citations: int = 1, **more) -> Answer:
    """An answer in which `text` stands wherever something of a document or a model may stand, `other` in the answer."""
    quoted = {
        "document_id": "d", "source": text, "title": text, "publisher": text, "published": "2025-03", "url": SOURCE,
        "cited_text": text, "start_char_index": 0, "end_char_index": 1,
    }  # fmt: skip
    numbered = [
        Citation(n=n, section=text, content_sha256="0", based_on=(BasedOn(publisher=text, title=text),), **quoted)
        for n in range(1, citations + 1)
    ]
    said = text if other is None else other
    fields = {
        "answer_id": "a", "conversation_id": "c", "question": "q", "standalone_question": "q", "status": "partial",
        "answer": said, "as_of": "2025-03", "claims": (claim(said or "x"),), "citations": tuple(numbered),
        "conflicts": (Conflict(what=text, sides=(Side(text=text, citations=(1,)), Side(text="b", citations=(1,)))),),
        "abstention": Abstention(reason="not_in_documents", missing=(text,), nearest=(Nearest(**quoted),)),
        "answered_by": "extractive", "index_generation": 1,
    }  # fmt: skip
    return Answer(**fields | more)


def texts_in(value: object) -> list[str]:
    """Every text of blocks that Slack reads as mrkdwn."""
    if isinstance(value, list | tuple):
        return [text for item in value for text in texts_in(item)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        assert value["verbatim"] is True  # no address or name in it becomes a link
        return [value["text"]]
    return texts_in(list(value.values()))


def own(text: str) -> str:
    """A text without what this program itself writes as mrkdwn."""
    return re.sub(r"\*(?:Sources differ:|Nearest)\*", "", text).replace(f"<{SOURCE}|", "")


def hostile(number: int) -> str:
    chosen = random.Random(number)
    parts = [
        chosen.choice(BARBS) if chosen.random() < 0.7 else chosen.choice("aB 3.\n\t!") for _ in range(1 + number % 7)
    ]
    return "".join(parts)


def test_hostile_texts_leave_nothing_that_commands():
    for number in range(2_500):
        text = hostile(number) if number >= len(BARBS) else BARBS[number]
        answer = answer_of(text)
        message = render_slack(answer, "Nearest", TODAY, private=True, about=text)
        quotes = render_quotes(answer, TODAY)
        for shown in (*texts_in(message.blocks), *texts_in(quotes), message.text, sentence(text).text):
            assert not COMMANDS.search(own(shown)), (text, shown)
        assert not COMMANDS.search(escape(text))
        assert not re.search(r"\]\(|\]:|^#|^>|^- ", escape(text)), text
        json.dumps(message.blocks, ensure_ascii=False).encode("utf-8")
        assert not why_not("chat.postMessage", {"blocks": message.blocks, "text": message.text, "channel": "C"}), text


@pytest.mark.parametrize(
    "text", ["The venture is 50/50.", "R&D <5%", "Nissan's N7: 24.3% (2025)", "合资企业", "a_b.md"]
)
def test_plain_words_are_shown_as_they_are(text):
    shown = escape(text)
    assert shown.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">") == text


@pytest.mark.parametrize("filling", ["word ", "&", "<!channel>", "sentence one. ", "x" * 1_000 + " ", "合"])
def test_a_very_long_answer_stays_within_every_limit(filling):
    long = (filling * 30_000)[:30_000]
    answer = answer_of(long[:5_000], long, citations=60)
    for private in (False, True):
        message = render_slack(answer, "Nearest", TODAY, private=private, about=long)
        posted = {"blocks": message.blocks, "text": message.text, "channel": "C1"}
        assert why_not("chat.postMessage", posted) == ""
        assert "longer than Slack shows" in json.dumps(message.blocks)
        assert "and 50 more sources" in json.dumps(message.blocks)
        assert all(len(text) <= 3_000 for text in texts_in(message.blocks))
        assert not any(re.search(r"&(?!amp;|lt;|gt;)", text) for text in [*texts_in(message.blocks), message.text])
    assert why_not("views.open", {"view": {"blocks": render_quotes(answer, TODAY)}}) == ""


@given(st.text(alphabet="a &<>", max_size=200), st.integers(6, 40))
@settings(deadline=None)
def test_a_cut_loses_nothing_and_splits_no_entity(text, most):
    rest, parts = escape(text), []
    while rest:
        part, rest = cut(rest, most)
        assert 0 < len(part) <= most or not part
        assert not re.search(r"&(?!amp;|lt;|gt;)", part)
        parts.append(part)
    assert "".join(parts).replace(" ", "") == escape(text).replace(" ", "")


@pytest.mark.parametrize(
    ("published", "old"),
    [
        ("2026-11-22", "of today"),
        ("2026-11-21", "of yesterday"),
        ("2026-11-01", "21 days old"),
        ("2026-05", "5 months old"),
        ("2026", "of this year"),
        ("2025-11-22", "over 1 year old"),
        ("2016-09", "over 10 years old"),
        ("2030", "of a time to come"),
    ],
)
def test_every_date_has_an_age(published, old):
    assert how_old(published, TODAY) == old


def test_sources_have_publisher_date_and_age_and_lead_to_their_address():
    answer = answer_of("Report", "It is so. [1]", abstention=None, conflicts=())
    [source] = [text for text in texts_in(render_slack(answer, "Nearest", TODAY).blocks) if text.startswith("[1]")]
    assert source == f"[1] Report, 2025-03 (over 1 year old), <{SOURCE}|Report> (Report)"
    undated = answer.citations[0].model_copy(update={"published": None, "url": "javascript:alert(1)"})
    blocks = render_slack(answer.model_copy(update={"citations": (undated,), "as_of": None}), "Nearest", TODAY).blocks
    assert "[1] Report, undated, Report (Report)" in texts_in(blocks)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x|y>z<!channel>",
        "https://a.example/ <!here>",
        'https://a.example/"\n<@U1>',
        "https://a.example/" + "x" * 400,
    ],
)
def test_an_address_cannot_break_out_of_its_link(url):
    answer = answer_of("Report", "It is so. [1]", abstention=None, conflicts=())
    odd = answer.citations[0].model_copy(update={"url": url})
    blocks = render_slack(answer.model_copy(update={"citations": (odd,)}), "Nearest", TODAY).blocks
    [source] = [text for text in texts_in(blocks) if text.startswith("[1]")]
    links = re.findall(r"<([^<>|]*)\|([^<>|]*)>", source)
    assert source.count("<") == source.count(">") == len(links) == (len(url) < 400)
    assert all(label == "Report" and " " not in address for address, label in links)


def test_what_is_not_plainly_stated_is_said():
    texts = "\n".join(texts_in(render_slack(answer_of("Report", "It is so. [1]"), "Nearest", TODAY).blocks))
    assert "Not stated as facts: reported [1]." in texts
    assert "*Sources differ:* Report" in texts
    assert "Not stated: Report" in texts
    assert "*Nearest*" in texts


@pytest.mark.parametrize(
    ("reason", "words"), [("out_of_scope", "not a question to the documents"), ("no_documents", "no documents yet")]
)
def test_an_abstention_says_why(reason, words):
    answer = answer_of("x", "No.", citations=0, claims=(), status="abstained", as_of=None, conflicts=(),
                       abstention=Abstention(reason=reason))  # fmt: skip
    blocks = render_slack(answer, "Nearest", TODAY).blocks
    assert words in json.dumps(blocks)
    assert [item["action_id"] for item in blocks[-1]["elements"]] == ["feedback_up", "feedback_down"]


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("<@UBOT> what is *new*?", "what is new?"),
        ("<@UBOT|bot>: R&amp;D &lt; 5?", ": R&D < 5?"),
        ("see <https://example.org/a|the report> and <https://example.org>", "see the report and https://example.org"),
        ("<#C1|general> <!here> <@U2|ann> <@U3> <mailto:a@b.cn|a@b.cn>", "#general ann a@b.cn"),
        ("&gt; quoted\n`code` ~old~", "quoted code old"),
        ("&amp;lt;!channel&amp;gt;", "&lt;!channel&gt;"),
    ],
)
def test_what_a_person_typed_is_read_as_plain_words(said, plain):
    assert plain_text(said, "UBOT") == plain


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                ["event", "user", "channel", "ts", "text", "actions", "authorizations", "message", "trigger_id"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["event", "actions", "authorizations", "user", "channel", "message"]), ODD))
@settings(deadline=None)
def test_odd_requests_are_read_without_an_error(body):
    for read in (
        requests.of_mention, requests.of_message, requests.of_opened_pane, requests.of_command, requests.of_shortcut,
        requests.of_share, requests.needs_joining, requests.action_value, requests.bot_user,
    ):  # fmt: skip
        read(body)


def test_a_conversation_is_a_thread_of_a_channel_of_a_team():
    event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": "2.0", "thread_ts": "1.0", "text": "x"}
    asked = requests.of_mention(envelope(event, "Ev1"))
    assert (asked.conversation, asked.thread_ts) == ("slack:T1:C1:1.0", "1.0")
