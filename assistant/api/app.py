"""The HTTP doors: thin functions from requests to the assistant and back."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import FastAPI, Query
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from assistant.api import documents, page, problems, questions
from assistant.api.doors import Door, further_doors
from assistant.api.front import Front
from assistant.api.metrics import CONTENT_TYPE
from assistant.api.service import Service
from assistant.api.wire import (
    PROBLEMS,
    ConversationEntry,
    ConversationResponse,
    ConversationsResponse,
    ExamplesResponse,
    FeedbackRequest,
    Id,
    SearchResponse,
    TurnEntry,
)
from assistant.keys import parse_keys
from assistant.markdown import render_conversation, render_markdown
from assistant.models import Answer, PartialDate
from assistant.prompts import load_prompts
from assistant.settings import Settings
from assistant.slack.blocks import render_slack


def create_app(settings: Settings) -> FastAPI:
    """Return the application; nothing is loaded before it starts up."""
    service = Service(settings)
    doors: list[Door] = []

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        async with AsyncExitStack() as stack:
            for door in doors:
                await stack.enter_async_context(door())
            yield
        service.stop()

    app = FastAPI(title="jv-assistant", lifespan=lifespan, max_body_size=settings.max_body_kb * 1_000)
    app.state.service = service
    app.add_middleware(Front, metrics=service.metrics, keys=parse_keys(settings.api_keys))
    problems.install(app)
    _add_health(app, service)
    questions.add_routes(app, service)
    _add_answers(app, service)
    _add_conversations(app, service)
    documents.add_routes(app, service)
    page.add_routes(app)
    doors += further_doors(app, service)
    return app


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/metrics")
    def metrics() -> Response:
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        if reason := service.why_not_ready():
            return problems.problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, {"Retry-After": "2"})
        catalogue = service.assistant.catalogue
        return JSONResponse(
            {"status": "ready", "documents": catalogue.count_documents(), "index_generation": catalogue.generation}
        )


def _add_answers(app: FastAPI, service: Service) -> None:
    @app.get("/v1/search", responses=PROBLEMS)
    async def search(
        q: Annotated[str, Query(min_length=1, max_length=2_000)],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        as_of: PartialDate | None = None,
    ) -> SearchResponse:
        assistant = service.loaded()
        async with service.desk.turn():
            hits = await run_in_threadpool(assistant.search, q, limit=limit, as_of=as_of)
        return SearchResponse(query=q, hits=tuple(hits))

    @app.get("/v1/examples", responses=PROBLEMS)
    async def examples() -> ExamplesResponse:
        """Return questions to begin with, which the documents answer."""
        return ExamplesResponse(questions=await service.examples())

    @app.get("/v1/answers/{answer_id}", response_model=Answer, responses=PROBLEMS)
    def stored_answer(answer_id: Id, render: Literal["json", "markdown", "slack"] = "json") -> Answer | Response:
        answer = service.assistant.history.answer(answer_id)
        nearest, today = load_prompts().nearest, date.today()
        if render == "markdown":
            return PlainTextResponse(render_markdown(answer, nearest, today), media_type="text/markdown")
        if render == "slack":
            message = render_slack(answer, nearest, today)
            return JSONResponse({"text": message.text, "blocks": message.blocks})
        return answer

    @app.post("/v1/answers/{answer_id}/feedback", status_code=HTTPStatus.NO_CONTENT, responses=PROBLEMS)
    def feedback(answer_id: Id, request: FeedbackRequest) -> None:
        service.assistant.add_feedback(answer_id, request.verdict, request.comment)


def _add_conversations(app: FastAPI, service: Service) -> None:
    conversations = service.assistant.conversations

    @app.get("/v1/conversations", responses=PROBLEMS)
    def list_conversations(
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100, cursor: Id | None = None
    ) -> ConversationsResponse:
        found = conversations.list(limit + 1, cursor or "")
        return ConversationsResponse(
            conversations=tuple(ConversationEntry(**asdict(item)) for item in found[:limit]),
            next=found[limit - 1].conversation_id if len(found) > limit else None,
        )

    @app.get("/v1/conversations/{conversation_id}", response_model=ConversationResponse, responses=PROBLEMS)
    def conversation(
        conversation_id: Id, render: Literal["json", "markdown"] = "json"
    ) -> ConversationResponse | Response:
        kept = conversations.kept(conversation_id)
        if render == "markdown":
            answers = [turn.answer for turn in kept]
            text = render_conversation(answers, load_prompts().nearest, date.today())
            return PlainTextResponse(text, media_type="text/markdown")
        turns = tuple(
            TurnEntry(answered_at=turn.answered_at, verdict=turn.verdict, answer=turn.answer) for turn in kept
        )
        return ConversationResponse(conversation_id=conversation_id, turns=turns)

    @app.delete("/v1/conversations/{conversation_id}", status_code=HTTPStatus.NO_CONTENT, responses=PROBLEMS)
    def delete_conversation(conversation_id: Id) -> None:
        conversations.delete(conversation_id)
