"""The bot over HTTP: a real server, a stand-in for Slack behind the SDK's base_url, requests signed as Slack signs."""

import json
import os
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from assistant.api.app import create_app
from assistant.settings import Settings
from assistant.slack.inbox import Asked, Inbox
from assistant.wiring import Assistant
from tests.assistant.conftest import free_port, own_copy, run_cli, server
from tests.assistant.slack_stand_in import BOT, Sender, envelope, mention, message, pressed, slack_stand_in, until

SECRET = "signing-secret-canary"
TOKEN = "xoxb-token-canary"
QUESTION = "Where is the Nissan N7 built?"
PAIR = "By how much did Nissan's sales in China fall in 2025?"
NUMBERS = count(1)


def slack_settings(slack) -> dict[str, str]:
    return {"JV_SLACK_SIGNING_SECRET": SECRET, "JV_SLACK_BOT_TOKEN": TOKEN, "JV_SLACK_API_URL": slack.url}


@pytest.fixture(scope="module")
def slack():
    with slack_stand_in() as slack:
        yield slack


@pytest.fixture(scope="module")
def data_dir(seed_dir, tmp_path_factory):
    return own_copy(seed_dir, tmp_path_factory.mktemp("slack"))


@pytest.fixture(scope="module")
def running(data_dir, slack):
    with server(data_dir, **slack_settings(slack)) as (client, _, log):
        assert slack.calls == []  # nothing is asked of Slack before somebody asks us
        yield client, log


@pytest.fixture
def sender(running, slack):
    slack.forget_plans()
    return Sender(running[0], SECRET)


@pytest.fixture
def ts():
    """A new time stamp, as each message in Slack has its own."""
    return f"1760000000.{next(NUMBERS):06}"


def text_of(body: dict) -> str:
    return json.dumps(body.get("blocks") or body.get("view", {}).get("blocks"), ensure_ascii=False)


def answers_in(slack, thread: str) -> list:
    return slack.made("chat.postMessage", thread_ts=thread)


def answer_id_in(body: dict) -> str:
    return next(block for block in body["blocks"] if block["type"] == "actions")["elements"][0]["value"]


def settle(client, seconds: float = 1.0) -> None:
    """Wait until nothing is being answered, and a little longer: for what must not happen."""
    until(lambda: "jv_queue_running 0.0" in client.get("/metrics").text)
    time.sleep(seconds)


# Who may send ---------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["unsigned", "wrong", "stale", "future", "no number", "huge", "no ascii", "no text"])
def test_what_slack_did_not_sign_is_refused(running, slack, kind):
    client, log = running
    sender, content = Sender(client, SECRET), json.dumps(mention("canary-question", "1.1")).encode()
    if kind == "no text":
        content = b"\xff\xfe"
    headers = {
        "unsigned": {},
        "wrong": sender.headers(content, secret="another"),
        "stale": sender.headers(content, when=time.time() - 400),
        "future": sender.headers(content, when=int(time.time()) + 400),
        "no number": sender.headers(content, when="soon"),
        "huge": sender.headers(content, when="9" * 5_000),
        "no ascii": sender.headers(content) | {"X-Slack-Signature": b"v0=\xe9\xe9"},
        "no text": sender.headers(content),
    }[kind]
    refused = client.post("/slack/events", content=content, headers={"Content-Type": "application/json", **headers})
    assert refused.status_code == 401
    assert "signed by Slack" in refused.json()["detail"]
    assert slack.calls == []
    assert "canary-question" not in log()
    assert "Traceback" not in log()


def test_slack_can_verify_the_address(sender):
    answer = sender.event({"type": "url_verification", "challenge": "abc", "token": "x"})
    assert (answer.status_code, answer.json()) == (200, {"challenge": "abc"})


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"3", b'"x"'])
def test_what_is_signed_and_unreadable_is_refused(running, content):
    client, _ = running
    headers = Sender(client, SECRET).headers(content)
    assert client.post("/slack/events", content=content, headers=headers).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback"},
        envelope({}, "Ev-odd-1"),
        envelope({"type": "message", "channel": "C1", "text": None, "user": "U1"}, "Ev-odd-2"),
        envelope({"type": "app_mention", "user": "U1"}, "Ev-odd-3"),
        envelope({"type": "reaction_added", "user": "U1"}, "Ev-odd-4"),
        envelope({"type": "assistant_thread_context_changed", "assistant_thread": {}}, "Ev-odd-5"),
    ],
)
def test_what_needs_no_answer_is_acknowledged(sender, slack, body):
    before = len(slack.calls)
    assert sender.event(body).status_code in (200, 404)
    assert len(slack.calls) == before


# Questions ------------------------------------------------------------------------------------


def test_a_mention_is_answered_in_its_thread_with_sources_and_their_age(sender, slack, ts):
    started = time.monotonic()
    assert sender.event(mention(QUESTION, ts)).status_code == 200
    assert time.monotonic() - started < 1
    [call] = until(lambda: answers_in(slack, ts))
    assert call.token == TOKEN
    assert call.body["channel"] == "C1"
    said = text_of(call.body)
    assert "Guangzhou" in said
    assert "[1] project brief, 2025 (" in said
    assert " old" in said or "of this year" in said
    assert "Guangzhou" in call.body["text"]
    assert "project brief" in call.body["text"]
    assert "share" not in said


def test_an_abstention_is_a_plain_sentence_with_what_is_missing(sender, slack, ts):
    sender.event(mention("Who won the football match?", ts))
    [call] = until(lambda: answers_in(slack, ts))
    assert call.body["text"].startswith("The documents do not say.")
    assert "Not stated: " in text_of(call.body) or "not a question to the documents" in text_of(call.body)


@pytest.mark.parametrize(("text", "words"), [("", "ask something, such as"), ("x" * 3_000, "3,000 characters")])
def test_a_question_that_cannot_be_taken_is_told_why(sender, slack, ts, text, words):
    sender.event(mention(text, ts))
    [call] = until(lambda: answers_in(slack, ts))
    assert words in call.body["text"]


def test_one_event_delivered_five_times_at_once_gives_one_answer(running, sender, slack, ts):
    body = mention(QUESTION, ts)
    with ThreadPoolExecutor(5) as pool:
        retry = {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "http_timeout"}
        assert [answer.status_code for answer in pool.map(lambda _: sender.event(body, **retry), range(5))] == [200] * 5
    until(lambda: answers_in(slack, ts))
    sender.event(body)
    settle(running[0])
    assert len(answers_in(slack, ts)) == 1


def test_a_mention_that_slack_also_tells_as_a_message_gives_one_answer(running, sender, slack, ts):
    sender.event(message(f"<@{BOT}> {QUESTION}", ts, thread_ts=ts))
    sender.event(mention(QUESTION, ts))
    until(lambda: answers_in(slack, ts))
    settle(running[0])
    assert len(answers_in(slack, ts)) == 1


def test_follow_ups_in_a_joined_thread_need_no_mention(running, sender, slack, ts):
    sender.event(mention(PAIR, ts))
    sender.event(message("What about Honda?", f"{ts}1", thread_ts=ts))  # at once: the turns keep their order
    first, second = until(lambda: len(answers_in(slack, ts)) == 2 and answers_in(slack, ts))
    assert "Nissan" in first.body["text"]
    assert "24.3%" in second.body["text"]
    conversations = running[0].get("/v1/conversations").json()["conversations"]
    [kept] = [item for item in conversations if item["conversation_id"] == f"slack:T1:C1:{ts}"]
    assert (kept["turns"], kept["question"]) == (2, PAIR)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"thread_ts": "1.5"},
        {"thread_ts": "JOINED", "text": "<@U2> what do you think?"},
        {"thread_ts": "JOINED", "text": "thanks a lot!"},
        {"thread_ts": "JOINED", "bot_id": "B2"},
        {"thread_ts": "JOINED", "user": BOT},
        {"thread_ts": "JOINED", "subtype": "bot_message", "bot_id": "B2"},
        {"thread_ts": "JOINED", "subtype": "message_changed", "message": {"text": QUESTION, "user": "U1"}},
        {"thread_ts": "JOINED", "subtype": "message_deleted"},
        {"thread_ts": "JOINED", "subtype": "channel_join"},
        {"thread_ts": "JOINED", "user": "USLACKBOT"},
    ],
    ids=lambda more: "-".join(map(str, more.values()))[:40] or "no thread",
)
def test_what_is_not_for_the_bot_is_left_alone(running, sender, slack, ts, more):
    joined = f"joined{ts}"
    sender.event(mention(QUESTION, joined))
    until(lambda: answers_in(slack, joined))
    before = len(slack.calls)
    more = {name: joined if value == "JOINED" else value for name, value in more.items()}
    assert sender.event(message(more.pop("text", QUESTION), ts, **more)).status_code == 200
    settle(running[0], 0.3)
    assert len(slack.calls) == before


def test_another_bots_mention_is_left_alone(running, sender, slack, ts):
    sender.event(mention(QUESTION, ts, bot_id="B2", bot_profile={"id": "B2"}))
    settle(running[0], 0.3)
    assert answers_in(slack, ts) == []


def test_a_direct_message_is_answered_where_it_was_asked(sender, slack, ts):
    sender.event(message(QUESTION, ts, channel="D7", channel_type="im"))
    [call] = until(lambda: slack.made("chat.postMessage", channel="D7"))
    assert "thread_ts" not in call.body
    assert "Guangzhou" in call.body["text"]


# The assistant's pane -------------------------------------------------------------------------


def test_the_pane_greets_with_suggested_prompts(sender, slack, ts):
    thread = {"user_id": "U1", "channel_id": "D1", "thread_ts": ts, "context": {"channel_id": "C1"}}
    body = envelope({"type": "assistant_thread_started", "assistant_thread": thread}, f"Ev-open-{ts}")
    sender.event(body)
    sender.event(body)
    until(lambda: answers_in(slack, ts))
    [prompts] = slack.made("assistant.threads.setSuggestedPrompts", thread_ts=ts)
    assert 1 <= len(prompts.body["prompts"]) <= 4
    assert len(answers_in(slack, ts)) == 1


def ask_in_pane(sender, ts, question=QUESTION):
    sender.event(message(question, f"{ts}9", channel="D1", channel_type="im", thread_ts=ts))


def test_the_pane_shows_a_status_and_streams(sender, slack, ts):
    ask_in_pane(sender, ts)
    [status] = until(lambda: slack.made("assistant.threads.setStatus", thread_ts=ts))
    assert status.body["channel_id"] == "D1"
    [start] = until(lambda: slack.made("chat.startStream", thread_ts=ts))
    assert (start.body["recipient_user_id"], start.body["recipient_team_id"]) == ("U1", "T1")
    [stop] = until(lambda: slack.made("chat.stopStream", ts=start.ts))
    streamed = [start, *slack.made("chat.appendStream", ts=start.ts)]
    assert "Guangzhou" in "".join(call.body["markdown_text"] for call in streamed)
    assert "[1] project brief, 2025" in text_of(stop.body)
    assert answers_in(slack, ts) == []


@pytest.mark.parametrize(
    "error", ["unknown_method", "missing_scope", "not_allowed_token_type", "channel_type_not_supported"]
)
def test_where_slack_does_not_stream_the_answer_is_posted(sender, slack, ts, error):
    slack.plan("chat.startStream", error, needed="assistant:write")
    slack.plan("assistant.threads.setStatus", error)
    ask_in_pane(sender, ts)
    [call] = until(lambda: answers_in(slack, ts))
    assert "Guangzhou" in text_of(call.body)


@pytest.mark.parametrize("method", ["chat.appendStream", "chat.stopStream"])
def test_a_stream_that_breaks_off_becomes_the_whole_answer(sender, slack, ts, method):
    slack.plan(method, "message_not_in_streaming_state", times=3)
    ask_in_pane(sender, ts)
    [start] = until(lambda: slack.made("chat.startStream", thread_ts=ts))
    [update] = until(lambda: slack.made("chat.update", ts=start.ts))
    assert "Guangzhou" in text_of(update.body)
    assert "[1] project brief" in text_of(update.body)
    assert answers_in(slack, ts) == []


def test_an_abstention_in_the_pane_is_posted(sender, slack, ts):
    ask_in_pane(sender, ts, "Write a poem about JAC.")
    [call] = until(lambda: answers_in(slack, ts))
    assert call.body["text"].startswith("The documents do not say.")


# Commands, shortcuts, buttons -----------------------------------------------------------------


def command(slack, ts, text=QUESTION, **more) -> dict[str, str]:
    return {
        "command": "/jv", "text": text, "team_id": "T1", "channel_id": "C1", "user_id": "U1",
        "trigger_id": f"trigger-{ts}", "response_url": slack.response_url(ts), **more,
    }  # fmt: skip


def responses(slack, word: str) -> list:
    return [call for call in slack.made("respond") if word in json.dumps(call.body, ensure_ascii=False)]


def test_a_command_is_answered_privately_and_can_be_shared_once(running, sender, slack, ts):
    answer = sender.form(command(slack, ts))
    assert answer.json() == {"response_type": "ephemeral", "text": "Looking in the documents…"}
    sender.form(command(slack, ts))  # the same once more
    [private] = until(
        lambda: [call for call in responses(slack, "Guangzhou") if "Share to channel" in text_of(call.body)]
    )
    assert private.body["response_type"] == "ephemeral"
    before = len(slack.made("chat.postMessage", channel="C1"))
    for _ in range(2):
        share = pressed("share", answer_id_in(private.body), f"share-{ts}", slack.response_url(ts))
        assert sender.interaction(share).status_code == 200
    until(lambda: slack.made("respond", delete_original=True))
    settle(running[0])
    shown = slack.made("chat.postMessage", channel="C1")[before:]
    assert len(shown) == 1
    assert "Guangzhou" in text_of(shown[0].body)
    assert f"Asked: {QUESTION}" in text_of(shown[0].body)
    assert "Share to channel" not in text_of(shown[0].body)
    sender.event(message(QUESTION, f"{ts}2", thread_ts=shown[0].ts))  # a shared answer is a thread of ours
    until(lambda: answers_in(slack, shown[0].ts))


def test_where_the_bot_is_not_let_in_an_answer_is_shared_by_its_response_address(sender, slack, ts):
    before = len(responses(slack, "Share to channel"))
    sender.form(command(slack, ts))
    [private] = until(lambda: responses(slack, "Share to channel")[before:])
    slack.plan("chat.postMessage", "not_in_channel")
    share = pressed("share", answer_id_in(private.body), f"share-{ts}", slack.response_url(ts), channel={"id": "C3"})
    sender.interaction(share)
    [shown] = until(lambda: slack.made("respond", response_type="in_channel"))
    assert "Guangzhou" in text_of(shown.body)
    assert "Share to channel" not in text_of(shown.body)


def test_a_command_without_a_question_says_how_to_ask(sender, slack, ts):
    assert "/jv Where is" in sender.form(command(slack, ts, text=" ")).json()["text"]


def test_a_claim_is_checked_against_the_documents(sender, slack, ts):
    shortcut = {
        "type": "message_action", "callback_id": "check_claim", "team": {"id": "T1"}, "user": {"id": "U1"},
        "channel": {"id": "C1"}, "trigger_id": f"check-{ts}", "response_url": slack.response_url(f"check{ts}"),
        "message": {"type": "message", "user": "U2", "ts": ts, "text": "The Nissan N7 is built in *Wuhan* &amp; sold."},
    }  # fmt: skip
    answer = sender.interaction(shortcut)
    assert (answer.status_code, answer.text) == (200, "")
    [private] = until(lambda: responses(slack, "What the documents say on this"))
    assert ">The Nissan N7 is built in Wuhan &amp; sold." in text_of(private.body)
    assert "Guangzhou" in text_of(private.body)
    sender.interaction({**shortcut, "trigger_id": f"again-{ts}", "message": {"text": ""}})
    until(lambda: responses(slack, "no words in this message"))


def test_quotes_are_shown_on_demand(sender, slack, ts):
    sender.event(mention(QUESTION, ts))
    [call] = until(lambda: answers_in(slack, ts))
    button = pressed("quotes", answer_id_in(call.body), f"quotes-{ts}", slack.response_url(ts))
    sender.interaction(button)
    [opened] = until(lambda: slack.made("views.open", trigger_id=f"quotes-{ts}"))
    assert "“The N7 is built at Nissan's plant in Guangzhou" in text_of(opened.body)
    slack.plan("views.open", "expired_trigger_id")
    sender.interaction(button)
    until(lambda: [call for call in responses(slack, "The quotes of this answer") if "“The N7" in text_of(call.body)])


def test_feedback_goes_to_the_evaluation_once_a_person(running, data_dir, sender, slack, ts):
    sender.event(mention(QUESTION, ts))
    [call] = until(lambda: answers_in(slack, ts))
    answer_id = answer_id_in(call.body)
    for number in range(2):
        sender.interaction(pressed("feedback_down", answer_id, f"{ts}{number}", slack.response_url(ts)))
    until(lambda: len(responses(slack, "Thank you")) >= 2)
    sender.interaction(pressed("feedback_up", "no-such-answer", f"{ts}3", slack.response_url(ts)))
    until(lambda: responses(slack, "no longer kept"))
    assistant = Assistant.open(data_dir)
    given = [item.verdict for item in assistant.feedback() if item.answer.answer_id == answer_id]
    assistant.close()
    assert given == ["down"]


# Slack refuses --------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "times"), [(429, 2), (500, 2)])
def test_where_slack_is_busy_or_broken_the_answer_comes_later(sender, slack, ts, status, times):
    slack.plan("chat.postMessage", status=status, times=times)
    sender.event(mention(QUESTION, ts))
    [call] = until(lambda: answers_in(slack, ts))
    assert "Guangzhou" in call.body["text"]


def test_where_a_response_address_is_broken_the_answer_comes_later(sender, slack, ts):
    slack.plan("respond", "server_error", status=503, times=1)
    sender.form(command(slack, ts, text="Where is the Nissan N7 built, please?"))
    until(lambda: responses(slack, "Guangzhou"))


@pytest.mark.parametrize(
    ("error", "words"),
    [("missing_scope", "missing_scope, needed is chat:write.public"), ("not_in_channel", "not_in_channel")],
)
def test_what_slack_does_not_let_be_posted_is_told_to_the_person(sender, slack, ts, error, words):
    before = len(slack.made("chat.postMessage", channel="U1"))
    slack.plan("chat.postMessage", error, needed="chat:write.public" if error == "missing_scope" else "")
    sender.event(mention(QUESTION, ts))
    [call] = until(lambda: slack.made("chat.postMessage", channel="U1")[before:])
    assert words.replace("_", "_") in call.body["text"].replace("\u02cd", "_")
    assert "Guangzhou" in text_of(call.body)


def test_where_nothing_can_be_posted_the_log_says_why(running, sender, slack, ts):
    slack.plan("chat.postMessage", "invalid_auth", times=2)
    sender.event(mention(QUESTION, ts))
    until(lambda: "Slack refused an answer: invalid_auth" in running[1]())


def test_an_expired_response_address_is_no_end(sender, slack, ts):
    before = len(slack.made("chat.postMessage", channel="U1"))
    slack.plan("respond", "expired_url")
    sender.form(command(slack, ts))
    [call] = until(lambda: slack.made("chat.postMessage", channel="U1")[before:])
    assert "Guangzhou" in text_of(call.body)


def test_refused_blocks_leave_the_text(sender, slack, ts):
    slack.plan("chat.postMessage", "invalid_blocks")
    sender.event(mention(QUESTION, ts))
    [call] = until(lambda: answers_in(slack, ts))
    assert "blocks" not in call.body
    assert "Guangzhou" in call.body["text"]
    assert "project brief, 2025" in call.body["text"]


# Many, and again ------------------------------------------------------------------------------


def test_fifty_mentions_in_a_second_are_each_acknowledged_at_once_and_answered_once(running, sender, slack):
    stamps = [f"1770000000.{number:06}" for number in range(50)]
    took: list[float] = []

    def send(stamp: str) -> int:
        started = time.monotonic()
        status = sender.event(mention(QUESTION, stamp, channel="C50")).status_code
        took.append(time.monotonic() - started)
        return status

    started = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(send, stamps)) == {200}
    sent_in = time.monotonic() - started
    until(lambda: len(slack.made("chat.postMessage", channel="C50")) >= 50, 60)
    settle(running[0])
    answers = slack.made("chat.postMessage", channel="C50")
    assert sorted(call.body["thread_ts"] for call in answers) == stamps
    assert all("Guangzhou" in call.body["text"] for call in answers)
    assert max(took) < 1, took
    assert sent_in < 5


def test_the_same_blocks_are_there_for_bots_of_others(running):
    client, _ = running
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    rendered = client.get(f"/v1/answers/{answer['answer_id']}", params={"render": "slack"}).json()
    assert "Guangzhou" in rendered["text"]
    assert rendered["blocks"][0]["type"] == "section"
    assert rendered["blocks"][-1]["elements"][-1]["value"] == answer["answer_id"]


def test_neither_questions_nor_tokens_are_in_the_log(running, sender, slack, ts):
    """What was logged in all the tests above is looked at too."""
    sender.event(mention(f"{QUESTION} canary-words", ts))
    until(lambda: answers_in(slack, ts))
    log = running[1]()
    for secret in ("canary", "Nissan", "Guangzhou", "Honda", "secret-", "football"):
        assert secret not in log, secret
    assert "Traceback" not in log
    assert all(json.loads(line) for line in log.splitlines() if not line.startswith("Serving on"))


def left_by_a_dead_server(data_dir, ts: str, posted: str | None, starts: int) -> None:
    """Put into the inbox what a server that is no more began with."""
    assistant = Assistant.open(data_dir)
    inbox = Inbox(assistant.catalogue.database)
    asked = Asked(f"Ev-{ts}", f"T1:C1:{ts}", "thread", QUESTION, "T1", "C1", "U1", ts, f"slack:T1:C1:{ts}")
    assert inbox.add(asked)
    assert not inbox.add(asked)
    if posted:
        inbox.posted(asked.event_id, posted)
    with assistant.catalogue.database.transaction() as connection:
        gone = subprocess.Popen(["true"])
        gone.wait()
        owner = f"{socket.gethostname()}:{gone.pid}"
        connection.execute(
            "UPDATE slack_events SET owner = ?, starts = ? WHERE event_id = ?", (owner, starts, asked.event_id)
        )
    assistant.close()


def test_what_was_received_is_answered_once_after_a_crash_also_without_a_model(data_dir, slack, ts):
    """The first server is killed while Slack takes its time; the second has a chat model that cannot be reached."""
    body = mention(QUESTION, ts)
    with server(data_dir, **slack_settings(slack)) as (client, process, _):
        slack.forget_plans()
        slack.plan("chat.postMessage", "never", seconds=3)
        assert Sender(client, SECRET).event(body).status_code == 200
        settle(client, 0.3)
        process.kill()
        process.wait(10)
    assert answers_in(slack, ts) == []
    slack.forget_plans()
    left_by_a_dead_server(data_dir, f"{ts}1", posted="1700000000.777", starts=1)
    left_by_a_dead_server(data_dir, f"{ts}2", posted=None, starts=3)
    dead = {"JV_CHAT_MODEL": "openai:none", "JV_CHAT_BASE_URL": f"http://127.0.0.1:{free_port()}/v1"}
    dead |= {"JV_CHAT_API_KEY": "x", "JV_CHAT_RETRIES": "0"}
    with server(data_dir, **slack_settings(slack), **dead) as (client, _, log):
        until(lambda: slack.said_in(ts), 60)
        for _ in range(3):
            assert Sender(client, SECRET).event(body).status_code == 200
        [update] = until(lambda: slack.made("chat.update", ts="1700000000.777"))
        assert "Guangzhou" in update.body["text"]
        assert answers_in(slack, f"{ts}1") == []
        [given_up] = until(lambda: answers_in(slack, f"{ts}2"))
        assert "Something went wrong here" in given_up.body["text"]
        settle(client)
        assert len(answers_in(slack, ts)) == 1
        assert "Guangzhou" in slack.said_in(ts)[0]["text"]
        assert "Nissan" not in log()


# At the start ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("package", "command", "extra"),
    [("slack_bolt", "slack", "slack"), ("slack_sdk", "serve", "slack"), ("mcp", "mcp", "mcp")],
)
def test_a_package_that_is_missing_is_named_with_the_way_to_get_it(data_dir, tmp_path, package, command, extra):
    (tmp_path / f"{package}.py").write_text(f"raise ModuleNotFoundError('no', name='{package}')", encoding="utf-8")
    path = f"{tmp_path}{os.pathsep}{Path(__file__).parents[2]}"
    given = {"JV_SLACK_SIGNING_SECRET": SECRET, "JV_SLACK_APP_TOKEN": "xapp-1", "PYTHONPATH": path}
    refused = run_cli(command, "--data-dir", str(data_dir), **given)
    assert refused.returncode == 2
    assert f"'{package}' is missing; run: pip install 'jv-assistant[{extra}]'" in refused.stderr


def test_without_a_signing_secret_there_is_no_such_address(tmp_path):
    client = TestClient(create_app(Settings(data_dir=tmp_path)))
    assert client.post("/slack/events", json={"type": "url_verification"}).status_code == 404


def test_without_a_token_to_post_with_the_server_says_so(data_dir):
    refused = run_cli("serve", "--port", "0", "--data-dir", str(data_dir), JV_SLACK_SIGNING_SECRET=SECRET)
    assert refused.returncode == 2
    assert "JV_SLACK_BOT_TOKEN is not set" in refused.stderr
    assert SECRET not in refused.stderr
