"""A chat server on loopback that speaks OpenAI's protocol and does what a test tells it, mostly harm."""

import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class ChatServer:
    """Answers every request by `script`, a function of the handler and the prompt; keeps the prompts it was sent."""

    def __init__(self) -> None:
        self.prompts: list[str] = []
        self.script: Callable[[BaseHTTPRequestHandler, str], None] = lambda handler, prompt: say(handler, "")
        self.broken = threading.Event()  # set when a client hung up while it was being sent to

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    port = 0


@contextmanager
def chat_server() -> Iterator[ChatServer]:
    """Run a server on a free port."""
    state = ChatServer()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            prompt = body["messages"][-1]["content"]
            state.prompts.append(prompt)
            self.close_connection = True
            try:
                state.script(self, prompt)
            except (BrokenPipeError, ConnectionResetError):
                state.broken.set()

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False

        def handle_error(self, *args):
            pass

    server = Server(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()


def number_of(prompt: str, words: str) -> int:
    """Return the number of the first passage of a prompt that holds `words`."""
    for match in re.finditer(r"<<<\w+ passage \[(\d+)\]\n(.*?)\n\w+ end of \[\1\]>>>", prompt, re.S):
        if words in " ".join(match[2].split()):
            return int(match[1])
    raise AssertionError(f"no passage holds {words!r}")


def start_stream(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Connection", "close")
    handler.end_headers()


def send_piece(handler: BaseHTTPRequestHandler, text: str) -> None:
    event = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    choice = {"index": 0, "delta": {"role": "assistant", "content": text}, "finish_reason": None}
    handler.wfile.write(f"data: {json.dumps({**event, 'choices': [choice]})}\n\n".encode())
    handler.wfile.flush()


def end_stream(handler: BaseHTTPRequestHandler, tokens: int = 7) -> None:
    event = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    stop = {"index": 0, "delta": {}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 100, "completion_tokens": tokens, "total_tokens": 100 + tokens}
    for each in ({**event, "choices": [stop]}, {**event, "choices": [], "usage": usage}):
        handler.wfile.write(f"data: {json.dumps(each)}\n\n".encode())
    handler.wfile.write(b"data: [DONE]\n\n")


def say(handler: BaseHTTPRequestHandler, text: str, pause: float = 0.0) -> None:
    """Stream a text in pieces that end anywhere."""
    start_stream(handler)
    for at in range(0, len(text), 11):
        send_piece(handler, text[at : at + 11])
        time.sleep(pause)
    end_stream(handler)


def refuse(handler: BaseHTTPRequestHandler, status: int, body: str, content_type="application/json", **headers) -> None:
    handler.send_response(status)
    for name, value in {"Content-Type": content_type, "Connection": "close", **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body.encode())))
    handler.end_headers()
    handler.wfile.write(body.encode())
