"""The HTTP doors: thin functions from requests to the assistant and back."""

import base64
import binascii
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import FastAPI, Query
from fastapi.responses import JSONResponse

from assistant.api import problems
from assistant.api.service import Service
from assistant.api.wire import (
    AskRequest,
    DocumentsResponse,
    FeedbackRequest,
    Id,
    Problem,
    SearchResponse,
    TextResponse,
    entry_of,
)
from assistant.errors import QuestionError
from assistant.models import Answer, PartialDate
from assistant.settings import Settings

_MAX_BODY_BYTES = 1_000_000
_PROBLEMS: dict[int | str, dict[str, object]] = {status: {"model": Problem} for status in (404, 422, 503)}


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
    _add_documents(app, service)
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
    @app.post("/v1/ask", responses=_PROBLEMS)
    def ask(request: AskRequest) -> Answer:
        return service.loaded().ask(
            request.question,
            conversation_id=request.conversation_id,
            as_of=request.as_of,
            filters=request.filters,
            max_words=request.max_words,
        )

    @app.get("/v1/search", responses=_PROBLEMS)
    def search(
        q: Annotated[str, Query(min_length=1, max_length=2_000)],
        limit: Annotated[int, Query(ge=1, le=100)] = 10,
        as_of: PartialDate | None = None,
    ) -> SearchResponse:
        return SearchResponse(query=q, hits=tuple(service.loaded().search(q, limit=limit, as_of=as_of)))

    @app.get("/v1/answers/{answer_id}", responses=_PROBLEMS)
    def stored_answer(answer_id: Id, render: Literal["json"] = "json") -> Answer:
        return service.assistant.history.answer(answer_id)

    @app.post("/v1/answers/{answer_id}/feedback", status_code=HTTPStatus.NO_CONTENT, responses=_PROBLEMS)
    def feedback(answer_id: Id, request: FeedbackRequest) -> None:
        service.assistant.add_feedback(answer_id, request.verdict, request.comment)


def _add_documents(app: FastAPI, service: Service) -> None:
    @app.get("/v1/documents", responses=_PROBLEMS)
    def documents(limit: Annotated[int, Query(ge=1, le=1_000)] = 100, cursor: str | None = None) -> DocumentsResponse:
        found = service.assistant.catalogue.documents(limit + 1, _decode_cursor(cursor) if cursor else "")
        page = found[:limit]
        kin = service.assistant.kin(page)
        last = page[-1] if len(found) > limit else None
        return DocumentsResponse(
            documents=tuple(entry_of(info, kin[info.document_id]) for info in page),
            next=_encode_cursor(f"{last.source}\0{last.document_id}") if last else None,
        )

    @app.get("/v1/documents/{document_id}/text", responses=_PROBLEMS)
    def text(
        document_id: Id,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int | None, Query(ge=0)] = None,
    ) -> TextResponse:
        catalogue = service.assistant.catalogue
        with catalogue.database.snapshot():
            info, whole = catalogue.document(document_id), catalogue.text(document_id)
        end = len(whole) if end is None else end
        if not start <= end <= len(whole):
            raise QuestionError(f"start={start}, end={end} is no stretch of a text of {len(whole):,} characters.")
        return TextResponse(
            document_id=document_id, start=start, end=end, text=whole[start:end], content_sha256=info.content_sha256
        )


def _encode_cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


def _decode_cursor(cursor: str) -> str:
    try:
        return base64.b64decode(cursor.encode(), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise QuestionError(f"cursor: '{cursor}' is not one that a list gave as 'next'; leave it out.") from error
