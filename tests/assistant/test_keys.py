"""API keys: made, kept as digests, asked for, revoked; and no public address without one."""

import json

import pytest

from assistant.errors import SettingsError
from assistant.keys import make_key, name_of, parse_keys, require_keys_in_public
from tests.assistant.conftest import run_cli, server, serving


def test_a_key_is_known_by_its_name_and_only_its_digest_is_kept():
    (ann, ann_entry), (bob, bob_entry) = make_key("ann"), make_key("bob")
    digests = parse_keys(f"{ann_entry}, {bob_entry}")
    assert (name_of(ann, digests), name_of(bob, digests)) == ("ann", "bob")
    assert ann not in ann_entry
    assert len(ann) > 40
    assert name_of(ann, parse_keys(bob_entry)) is None
    for stranger in ("", ann[:-1], ann_entry, ann_entry.partition(":")[2], "\udcff"):
        assert name_of(stranger, digests) is None


@pytest.mark.parametrize("text", ["ann", "ann:123", "ann:" + "g" * 64, "a b:" + "0" * 64, f"a:{'0' * 64},a:{'1' * 64}"])
def test_what_is_no_key_is_refused(text):
    with pytest.raises(ValueError, match=r"jv-assistant key NAME|rename one"):
        parse_keys(text)


def test_a_bad_name_is_refused():
    with pytest.raises(SettingsError, match="cannot name a key"):
        make_key("a:b")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "example.org", ""])
def test_a_public_address_needs_a_key(host):
    with pytest.raises(SettingsError, match="JV_API_KEYS"):
        require_keys_in_public(host, " ")
    require_keys_in_public(host, make_key("ann")[1])


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "[::1]", "localhost"])
def test_this_machine_needs_none(host):
    require_keys_in_public(host, "")


def test_the_server_refuses_a_public_address_without_a_key(tmp_path):
    refused = run_cli("serve", "--host", "0.0.0.0", "--port", "0", "--data-dir", str(tmp_path))
    assert refused.returncode == 2
    assert "JV_API_KEYS" in refused.stderr


def test_a_server_with_keys_lets_in_whom_it_knows(seed_dir):
    made = run_cli("key", "ann")
    key, entry = made.stdout.split()
    with serving(seed_dir, JV_API_KEYS=entry) as client:
        for path in ("/livez", "/readyz"):
            assert client.get(path).status_code == 200
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": f"Basic {key}"}):
            refused = client.get("/v1/documents", headers=headers)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"
            assert "key is needed" in refused.json()["detail"]
            assert client.get("/metrics", headers=headers).status_code == 401
            strange = client.post("/v1/chat/completions", headers=headers, json={})
            assert strange.json()["error"]["type"] == "authentication_error"
        admitted = {"Authorization": f"bearer {key}"}
        assert client.get("/v1/documents", headers=admitted).status_code == 200
        answer = client.post("/v1/ask", headers=admitted, json={"question": "Where is the Nissan N7 built?"})
        assert answer.status_code == 200


def test_the_log_is_json_and_names_the_key_but_not_the_question(seed_dir):
    key, entry = make_key("ann")
    with server(seed_dir, JV_API_KEYS=entry) as (client, _, log):
        headers = {"Authorization": f"Bearer {key}", "X-Request-ID": "find-me"}
        client.post("/v1/ask", headers=headers, json={"question": "Where is the Nissan N7 built?"})
        text = log()
    lines = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    asked = next(line for line in lines if line["request_id"] == "find-me")
    assert (asked["status"], asked["path"], asked["key"]) == (200, "/v1/ask", "ann")
    assert asked["ms"] > 0
    assert "N7" not in text
    assert key not in text
