"""The doors that answer questions: at once, as a stream of events, and as OpenAI's clients ask."""

import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from assistant.api import openai_wire as openai
from assistant.api import problems
from assistant.api.service import Service
from assistant.api.streams import HEARTBEAT, Items, answer_or_leave, begin_stream, event_stream, sse
from assistant.api.wire import PROBLEMS, AskRequest, SearchResults
from assistant.events import SearchResults as Found
from assistant.events import TokensUsed
from assistant.models import Answer, Citation, Claim

_STREAM: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/event-stream": {}}, "description": "Server-Sent Events; docs/api.md lists them."}
}


def add_routes(app: FastAPI, service: Service) -> None:
    """Let `app` answer questions."""
    _add_ask(app, service)
    _add_completions(app, service)


def _add_ask(app: FastAPI, service: Service) -> None:
    @app.post("/v1/ask", responses=PROBLEMS)
    async def ask(body: AskRequest, request: Request) -> Answer:
        return await answer_or_leave(request, await service.desk.begin(service.asking(**dict(body))))

    @app.post("/v1/ask/stream", responses=PROBLEMS | _STREAM, response_class=Response)
    async def ask_stream(body: AskRequest) -> Response:
        """Answer as a stream of events: search_results, citation, claim, final_answer, error, done."""
        return event_stream(_events(await begin_stream(service.desk, service.asking(**dict(body)))))


def _add_completions(app: FastAPI, service: Service) -> None:
    @app.get("/v1/models")
    async def models() -> dict[str, Any]:
        model = {"id": openai.MODEL, "object": "model", "created": 0, "owned_by": "jv-assistant"}
        return {"object": "list", "data": [model]}

    @app.post("/v1/chat/completions", responses=PROBLEMS | _STREAM, response_model=None)
    async def completions(body: openai.CompletionRequest, request: Request) -> Response:
        """Answer as OpenAI's chat completions do; any `model` is taken."""
        limits = {name: getattr(body, name) for name in ("conversation_id", "as_of", "filters", "max_words")}
        work = service.asking(body.question, turns=body.turns(), **limits)
        base_url = str(request.base_url)
        if body.stream:
            with_usage = bool(body.stream_options and body.stream_options.include_usage)
            items = await begin_stream(service.desk, work)
            return event_stream(_chunks(items, base_url, with_usage=with_usage))
        tokens: list[TokensUsed] = []
        answer = await answer_or_leave(request, await service.desk.begin(partial(_counting, work, tokens)))
        return JSONResponse(openai.completion(answer, base_url, _usage(tokens)))


def _counting(work: Any, tokens: list[TokensUsed], on_event: Any) -> Answer:
    """Answer, and keep what the chat model used in `tokens`."""

    def keep(event: Any) -> None:
        if isinstance(event, TokensUsed):
            tokens.append(event)
        on_event(event)

    answer: Answer = work(keep)
    return answer


async def _events(items: Items) -> AsyncIterator[bytes]:
    """Yield the events of `POST /v1/ask/stream`; the last is always `done`."""
    try:
        async for item in items:
            match item:
                case None:
                    yield HEARTBEAT
                case Found(hits):
                    yield sse(SearchResults(hits=hits).model_dump_json(), "search_results")
                case Citation():
                    yield sse(item.model_dump_json(), "citation")
                case Claim():
                    yield sse(item.model_dump_json(), "claim")
                case Answer():
                    yield sse(item.model_dump_json(), "final_answer")
    except Exception as error:
        yield sse(problems.problem_of(error).model_dump_json(), "error")
    yield sse("{}", "done")


async def _chunks(items: Items, base_url: str, *, with_usage: bool) -> AsyncIterator[bytes]:
    """Yield the chunks of a streamed completion; the last line is always [DONE]."""
    identity, said, tokens = openai.new_id(), "", list[TokensUsed]()
    try:
        yield _chunk(openai.chunk(identity, {"role": "assistant", "content": ""}))
        async for item in items:
            match item:
                case None:
                    yield HEARTBEAT
                case TokensUsed():
                    tokens.append(item)
                case Claim():
                    marks = "".join(f"[{number}]" for number in item.citations)
                    text = f"{' ' if said else ''}{item.text} {marks}"
                    said += text
                    yield _chunk(openai.chunk(identity, {"content": text}))
                case Answer():
                    if rest := item.answer.removeprefix(said):
                        yield _chunk(openai.chunk(identity, {"content": rest}))
                    last = {"content": "", "annotations": openai.annotations(item, base_url)}
                    views = openai.citation_views(item, base_url)
                    yield _chunk(openai.chunk(identity, last, finished=True) | views)
                    if with_usage:
                        yield _chunk(openai.usage_chunk(identity, _usage(tokens)))
    except Exception as error:
        yield _chunk(problems.openai_error(problems.problem_of(error)))
    yield b"data: [DONE]\n\n"


def _chunk(chunk: dict[str, Any]) -> bytes:
    return sse(json.dumps(chunk, ensure_ascii=False))


def _usage(tokens: list[TokensUsed]) -> dict[str, int]:
    return openai.usage_of(sum(used.prompt for used in tokens), sum(used.completion for used in tokens))
