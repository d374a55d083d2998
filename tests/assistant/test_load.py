"""Many askers at once, many in a row, and an end in the middle of it.

30 askers and 80 requests in the ordinary tests, 100 and 2,000 with RELIABILITY_COUNTS=full.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.assistant.conftest import server

FULL = os.environ.get("RELIABILITY_COUNTS") == "full"
ASKERS, REQUESTS = (100, 2_000) if FULL else (30, 80)
RIGHT = {
    "Where is the Nissan N7 built?": "Guangzhou",
    "By how much did Honda's sales in China fall in 2025?": r"24\.3%",
    "How much registered capital does the export venture of Dongfeng Motor and NCIC have?": "1 billion yuan",
    "What does the BoZhi 3X cost?": "109,800",
    "Write a poem about joint ventures.": r"The documents do not say\.",
}

# Looks at /livez from a process of its own until it is told something, then prints how long each look took.
LOOK = """
import http.client, select, sys, time
server, took = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]), timeout=30), []
print("alive", flush=True)
while not select.select([sys.stdin], [], [], 0.01)[0]:
    started = time.perf_counter()
    server.request("GET", "/livez")
    reply = server.getresponse()
    reply.read()
    assert reply.status == 200
    took.append(time.perf_counter() - started)
print(*took)
"""


@pytest.fixture(scope="module")
def running(seed_dir):
    with server(seed_dir, JV_MAX_WAITING_QUESTIONS="20") as (client, process, _):
        for question in RIGHT:
            client.post("/v1/ask", json={"question": question})
        yield client, process


def test_every_asker_gets_a_right_answer_or_is_told_when_to_come_back(running):
    client, _ = running
    looking = subprocess.Popen(
        [sys.executable, "-c", LOOK, str(client.base_url.port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert looking.stdout.readline() == "alive\n"
    askers = httpx.Client(base_url=client.base_url, timeout=60, limits=httpx.Limits(max_connections=ASKERS))

    def ask(number: int) -> str:
        question = list(RIGHT)[number % len(RIGHT)]
        reply = askers.post("/v1/ask", json={"question": question})
        if reply.status_code == 503:
            assert int(reply.headers["retry-after"]) >= 1
            assert "try again" in reply.json()["detail"]
            return "sent away"
        assert reply.status_code == 200
        assert re.search(RIGHT[question], reply.json()["answer"])
        return "right"

    with askers, ThreadPoolExecutor(ASKERS) as pool:
        became = list(pool.map(ask, range(ASKERS)))
    alive = sorted(map(float, looking.communicate("done\n", timeout=60)[0].split()))
    assert looking.returncode == 0
    assert became.count("right") >= 20, became
    p99 = alive[int(len(alive) * 0.99)]
    print(f"{became.count('right')} right; /livez: {len(alive)} looks, p99 {p99:.3f} s, longest {alive[-1]:.3f} s")
    assert p99 < 0.25, f"{len(alive)} looks, longest {alive[-1]:.3f} s"


def test_memory_stays_flat(running):
    client, _ = running

    def memory() -> float:
        found = re.search(r"^process_resident_memory_bytes (\S+)", client.get("/metrics").text, re.M)
        return float(found[1]) / 1e6

    def ask(count: int) -> None:
        for number in range(count):
            question = f"{list(RIGHT)[number % len(RIGHT)]} ({number})"  # none is known from before
            assert client.post("/v1/ask", json={"question": question}).status_code == 200

    ask(REQUESTS // 4)
    before = memory()
    ask(REQUESTS)
    assert memory() - before < 50, f"from {before:.0f} MB"


def test_streams_end_with_a_last_event_when_the_server_is_stopped(seed_dir):
    with server(seed_dir, JV_MAX_ANSWERS_AT_ONCE="1") as (client, process, _):
        replies: list[tuple[int, str]] = []

        def ask(number: int) -> None:
            question = f"What does Toyota build with Huawei, Momenta and {number} others, and why, and since when?"
            try:
                with client.stream("POST", "/v1/ask/stream", json={"question": question}) as reply:
                    replies.append((reply.status_code, reply.read().decode()))
            except httpx.ConnectError:
                replies.append((503, "no longer listening"))

        askers = [threading.Thread(target=ask, args=(number,)) for number in range(12)]
        for asker in askers:
            asker.start()
        time.sleep(0.3)
        process.send_signal(signal.SIGTERM)
        for asker in askers:
            asker.join()
        assert process.wait(timeout=10) in (0, -signal.SIGTERM)
    assert len(replies) == len(askers), "somebody was cut off"
    assert any(status == 200 for status, _ in replies)
    for status, text in replies:
        assert status == 503 or text.rstrip().endswith("event: done\ndata: {}")
