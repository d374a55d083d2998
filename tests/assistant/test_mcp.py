"""MCP as clients speak it: the official session, over standard input and output and over HTTP."""

import asyncio
import json
import subprocess
import sys
from contextlib import asynccontextmanager

import httpx
import httpx2
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.client.streamable_http import streamable_http_client

from assistant.keys import make_key
from tests.assistant.conftest import environment_with, run_cli, serving

QUESTION = "Where is the Nissan N7 built?"
TOOLS = {"ask", "search", "get_document", "list_documents"}


async def use(session: ClientSession) -> None:
    """What a client does: look around, ask, follow the citations, err."""
    begun = await session.initialize()
    assert begun.server_info.name == "jv-assistant"
    assert "citations" in begun.instructions
    tools = {tool.name: tool for tool in (await session.list_tools()).tools}
    assert set(tools) == TOOLS
    assert all(tool.annotations.read_only_hint and not tool.annotations.destructive_hint for tool in tools.values())
    assert all(tool.output_schema for tool in tools.values())

    result = await session.call_tool("ask", {"question": QUESTION, "conversation_id": "mcp-1"})
    answer = result.structured_content
    assert not result.is_error
    assert answer["status"] == "answered"
    assert "Guangzhou" in answer["answer"]
    citation = answer["citations"][0]
    assert json.loads(result.content[0].text) == answer

    place = {"start": citation["start_char_index"], "end": citation["end_char_index"]}
    piece = (
        await session.call_tool("get_document", {"document_id": citation["document_id"], **place})
    ).structured_content
    assert piece["text"] == citation["cited_text"]
    whole = (await session.call_tool("get_document", {"document_id": citation["document_id"]})).structured_content
    assert whole["characters"] == len(whole["text"])
    resources = (await session.list_resources()).resources
    [resource] = [item for item in resources if str(item.uri).endswith(citation["document_id"])]
    assert resource.title == citation["title"]
    read = await session.read_resource(resource.uri)
    assert read.contents[0].text == whole["text"]
    listed = (await session.call_tool("list_documents", {"limit": 2})).structured_content
    rest = (await session.call_tool("list_documents", {"cursor": listed["next"]})).structured_content
    documents = [*listed["documents"], *rest["documents"]]
    assert {item["document_id"] for item in documents} == {str(item.uri).rpartition("/")[2] for item in resources}

    hits = (await session.call_tool("search", {"query": "registered capital", "limit": 1})).structured_content["hits"]
    assert len(hits) == 1
    assert hits[0]["rank_words"] == 1
    none = (await session.call_tool("ask", {"question": "Write a poem about JAC."})).structured_content
    assert (none["status"], none["citations"]) == ("abstained", [])
    for tool, arguments, words in (
        ("ask", {"question": " "}, "The question is empty"),
        ("ask", {"question": "x y", "as_of": "2025-13"}, "has no month 13"),
        ("get_document", {"document_id": "none"}, "no document"),
        ("get_document", {"document_id": citation["document_id"], "start": 10**9}, "no stretch"),
        ("list_documents", {"cursor": "%"}, "not one that a list gave"),
    ):
        refused = await session.call_tool(tool, arguments)
        assert refused.is_error
        assert words in refused.content[0].text, refused.content[0].text
    with pytest.raises(Exception, match="no document"):
        await session.read_resource("jv://documents/none")


def test_over_standard_input_and_output(seed_dir, tmp_path):
    parameters = StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--data-dir", str(seed_dir)],
        env=environment_with(),
        cwd=tmp_path,
    )

    async def story():
        async with stdio_client(parameters) as (read, write), ClientSession(read, write) as session:
            await use(session)

    asyncio.run(asyncio.wait_for(story(), 120))


def test_nothing_but_the_protocol_is_on_standard_output(seed_dir):
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        },
    }  # fmt: skip
    ask = {
        "jsonrpc": "2.0",
        "id": 2,
        "method": "tools/call",
        "params": {"name": "ask", "arguments": {"question": QUESTION}},
    }
    lines = [json.dumps(item) for item in (hello, {"jsonrpc": "2.0", "method": "notifications/initialized"}, ask)]
    command = [sys.executable, "-m", "assistant", "mcp", "--data-dir", str(seed_dir)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, env=environment_with(), **pipes) as process:
        process.stdin.write("not json\n" + "\n".join(lines) + "\n")
        process.stdin.flush()
        said = []
        while not any(item.get("id") == 2 for item in said):
            said.append(json.loads(process.stdout.readline()))  # an empty line, the end, is an error too
        process.stdin.close()
        assert all(json.loads(line)["jsonrpc"] == "2.0" for line in process.stdout)
        assert process.wait(20) == 0
    assert all(item["jsonrpc"] == "2.0" for item in said)


def test_without_an_index_it_says_how_to_make_one(tmp_path):
    refused = run_cli("mcp", "--data-dir", str(tmp_path / "none"))
    assert (refused.returncode, refused.stdout) == (5, "")
    assert "jv-assistant ingest" in refused.stderr


@pytest.fixture(scope="module")
def keyed(seed_dir):
    key, entry = make_key("ann")
    with serving(seed_dir, JV_API_KEYS=entry) as client:
        yield client, key


@asynccontextmanager
async def session_over_http(client: httpx.Client, key: str):
    headers = {"Authorization": f"Bearer {key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=120) as http,
        streamable_http_client(f"{client.base_url}/mcp", http_client=http) as (read, write, *_),
        ClientSession(read, write) as session,
    ):
        yield session


def test_over_http_with_a_key(keyed):
    async def story():
        async with session_over_http(*keyed) as session:
            await use(session)

    asyncio.run(asyncio.wait_for(story(), 120))


def test_over_http_a_key_is_asked_for(keyed):
    client, _ = keyed
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        for method in ("GET", "POST", "DELETE"):
            assert client.request(method, "/mcp", headers=headers, json={}).status_code == 401


def test_over_http_too_large_a_request_is_refused(keyed):
    client, key = keyed
    headers = {"Authorization": f"Bearer {key}", "Accept": "application/json, text/event-stream"}
    assert client.post("/mcp", headers=headers, json={"x": "y" * 1_100_000}).status_code == 413


def test_over_http_without_keys_a_page_of_another_site_is_kept_out(seed_dir):
    with serving(seed_dir, wait=False) as client:
        hello = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        headers = {"Accept": "application/json, text/event-stream", "Host": "evil.example"}
        assert client.post("/mcp", headers=headers, json=hello).status_code == 421
        headers = {"Accept": "application/json, text/event-stream", "Origin": "https://evil.example"}
        assert client.post("/mcp", headers=headers, json=hello).status_code == 403
