"""The bot over Socket Mode: the command as a user runs it, a stand-in for Slack with a real WebSocket."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml

from tests.assistant.conftest import environment_with, own_copy, run_cli
from tests.assistant.slack_stand_in import mention, message, slack_stand_in, until

APP_TOKEN = "xapp-token-canary"
TOKEN = "xoxb-token-canary"
QUESTION = "Where is the Nissan N7 built?"


@pytest.fixture(scope="module")
def slack():
    with slack_stand_in() as slack:
        yield slack


@pytest.fixture(scope="module")
def data_dir(seed_dir, tmp_path_factory):
    return own_copy(seed_dir, tmp_path_factory.mktemp("socket"))


def tokens(slack) -> dict[str, str]:
    return {"JV_SLACK_APP_TOKEN": APP_TOKEN, "JV_SLACK_BOT_TOKEN": TOKEN, "JV_SLACK_API_URL": slack.url}


def envelope_of(body: dict, number: int) -> dict:
    return {"envelope_id": f"env-{number}", "type": "events_api", "accepts_response_payload": False, "payload": body}


def test_the_bot_connects_acknowledges_answers_once_reconnects_and_stops(data_dir, slack):
    command = [sys.executable, "-m", "assistant", "slack", "--data-dir", str(data_dir)]
    with tempfile.NamedTemporaryFile() as log:
        process = subprocess.Popen(command, env=environment_with(**tokens(slack)), stderr=log, stdout=log)
        try:
            until(lambda: slack.connections == 1, 60)
            assert {call.token for call in slack.made("apps.connections.open")} == {APP_TOKEN}
            for number in range(3):
                slack.send(envelope_of(mention(QUESTION, "1.1"), number))
            until(lambda: len(slack.acknowledged) == 3)
            slack.send(
                {
                    "envelope_id": "env-command", "type": "slash_commands", "accepts_response_payload": True,
                    "payload": {
                        "command": "/jv", "text": QUESTION, "team_id": "T1", "channel_id": "C1", "user_id": "U1",
                        "trigger_id": "t1", "response_url": slack.response_url("socket"),
                    },
                }
            )  # fmt: skip
            acknowledged = until(lambda: slack.acknowledged.get("env-command"))
            assert "Looking in the documents" in acknowledged["payload"]["text"]
            until(lambda: any("Guangzhou" in call.body["text"] for call in slack.made("respond")), 60)
            slack.send({"type": "disconnect", "reason": "refresh_requested"})
            until(lambda: slack.connections == 2)
            slack.send(envelope_of(message("And in which province?", "1.2", thread_ts="1.1"), 9))
            until(lambda: "env-9" in slack.acknowledged)
            until(lambda: len(slack.said_in("1.1")) == 2, 60)
            assert {call.token for call in posted(slack)} == {TOKEN}
            process.terminate()
            assert process.wait(20) == 0
        finally:
            process.kill()
            process.wait(10)
        said = Path(log.name).read_text(encoding="utf-8")
    assert "Connected to Slack" in said
    assert "canary" not in said
    assert "Nissan" not in said
    assert "Traceback" not in said
    assert len(posted(slack)) == 2  # one for each message
    assert "Guangzhou" in slack.said_in("1.1")[0]["text"]


def posted(slack) -> list:
    return slack.made("chat.postMessage")


@pytest.mark.parametrize(
    ("missing", "words"), [("JV_SLACK_APP_TOKEN", "connections:write"), ("JV_SLACK_BOT_TOKEN", "OAuth & Permissions")]
)
def test_a_missing_token_is_named(data_dir, slack, missing, words):
    given = {name: value for name, value in tokens(slack).items() if name != missing}
    refused = run_cli("slack", "--data-dir", str(data_dir), **given)
    assert refused.returncode == 2
    assert f"{missing} is not set" in refused.stderr
    assert words in refused.stderr


def test_a_token_that_slack_does_not_know_is_said(data_dir, slack):
    slack.plan("apps.connections.open", "invalid_auth")
    refused = run_cli("slack", "--data-dir", str(data_dir), **tokens(slack))
    assert refused.returncode == 2
    assert "Slack does not take JV_SLACK_APP_TOKEN (invalid_auth)" in refused.stderr
    assert APP_TOKEN not in refused.stderr


def test_the_manifest_is_printed_for_either_transport():
    for_socket = yaml.safe_load(run_cli("slack", "--manifest").stdout)
    assert for_socket["settings"]["socket_mode_enabled"] is True
    assert {"app_mention", "message.im", "assistant_thread_started"} <= set(
        for_socket["settings"]["event_subscriptions"]["bot_events"]
    )
    assert "chat:write" in for_socket["oauth_config"]["scopes"]["bot"]
    for_http = yaml.safe_load(run_cli("slack", "--manifest", "--url", "https://jv.example.org/").stdout)
    address = "https://jv.example.org/slack/events"
    assert for_http["settings"]["socket_mode_enabled"] is False
    assert for_http["settings"]["event_subscriptions"]["request_url"] == address
    assert for_http["settings"]["interactivity"]["request_url"] == address
    assert for_http["features"]["slash_commands"][0]["url"] == address
    refused = run_cli("slack", "--manifest", "--url", "http://jv.example.org")
    assert (refused.returncode, "https://" in refused.stderr) == (2, True)
