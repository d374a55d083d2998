"""The HTTP doors: thin functions from requests to the assistant and back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import FastAPI, Query
from fastapi.responses import JSONResponse, PlainTextResponse, Response

from assistant.api import documents, problems
from assistant.api.service import Service
from assistant.api.wire import PROBLEMS, AskRequest, FeedbackRequest, Id, SearchResponse
from assistant.markdown import render_markdown
from assistant.models import Answer, PartialDate
from assistant.prompts import load_prompts
from assistant.settings import Settings

_MAX_BODY_BYTES = 1_000_000


def create_app(settings: Settings) -> FastAPI:
    """Return the application; nothing is loaded before it starts up."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.stop()

    app = FastAPI(title="jv-assistant", lifespan=lifespan, max_body_size=_MAX_BODY_BYTES)
    app.state.service = service
    problems.install(app)
    _add_health(app, service)
    _add_questions(app, service)
    documents.add_routes(app, service)
    return app


def _add_health(app: FastAPI, service: Service) -> None:
    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "alive"}

    @app.get("/readyz")
    def readyz() -> JSONResponse:
        if reason := service.why_not_ready():
            return problems.problem(HTTPStatus.SERVICE_UNAVAILABLE, reason, {"Retry-After": "2"})
        catalogue = service.assistant.catalogue
        return JSONResponse(
            {"status": "ready", "documents": catalogue.count_documents(), "index_generation": catalogue.generation}
        )


def _add_questions(app: FastAPI, service: Service) -> None:
    @app.post("/v1/ask", responses=PROBLEMS)
    def ask(request: AskRequest) -> Answer:
        return service.loaded().ask(
            request.question,
            conversation_id=request.conversation_id,
            as_of=request.as_of,
            filters=request.filters,
            max_words=request.max_words,
        )

    @app.get("/v1/search", responses=PROBLEMS)
    def search(
        q: Annotated[str, Query(min_length=1, max_length=2_000)],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        as_of: PartialDate | None = None,
    ) -> SearchResponse:
        return SearchResponse(query=q, hits=tuple(service.loaded().search(q, limit=limit, as_of=as_of)))

    @app.get("/v1/answers/{answer_id}", response_model=Answer, responses=PROBLEMS)
    def stored_answer(answer_id: Id, render: Literal["json", "markdown"] = "json") -> Answer | Response:
        answer = service.assistant.history.answer(answer_id)
        if render == "markdown":
            return PlainTextResponse(
                render_markdown(answer, load_prompts().nearest, date.today()), media_type="text/markdown"
            )
        return answer

    @app.post("/v1/answers/{answer_id}/feedback", status_code=HTTPStatus.NO_CONTENT, responses=PROBLEMS)
    def feedback(answer_id: Id, request: FeedbackRequest) -> None:
        service.assistant.add_feedback(answer_id, request.verdict, request.comment)
