"""Errors over HTTP: problem details (RFC 9457) with a sentence that a person understands."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from assistant.api.desk import ServerStopping
from assistant.api.wire import Problem
from assistant.errors import QuestionError, QueueFullError, TooBusyError, TooMuchError, UploadError
from assistant.events import Stopped
from index.errors import BusyError, JvError, NotFoundError

_log = logging.getLogger(__name__)
_STATUS: dict[type[JvError], HTTPStatus] = {
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    QueueFullError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooBusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooMuchError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UploadError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_ADVICE = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; see /docs for those there are.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; see /docs.",
}


_OPENAI_PATHS = ("/v1/chat/completions", "/v1/models")
_OPENAI_TYPES = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.NOT_FOUND: "not_found_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
}
_UNEXPECTED = "Something unexpected went wrong; the log says more."
_STOPPING = "The server is stopping; send it again in a moment."
_CLIENT_GONE = 499  # nobody reads it; it is what the log shows


class NotReady(Exception):
    """The model or the index is not there yet."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem-details response."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(body.model_dump(), status, headers, media_type="application/problem+json")


def openai_error(found: Problem) -> dict[str, Any]:
    """Return a problem as OpenAI's clients expect one."""
    kind = "server_error" if found.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "invalid_request_error"
    kind = _OPENAI_TYPES.get(HTTPStatus(found.status), kind)
    code = found.title.lower().replace(" ", "_")
    return {"error": {"message": found.detail, "type": kind, "param": None, "code": code}}


def respond(request: Request, status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return what went wrong in the form that this address promises: OpenAI's, else problem details."""
    if request.url.path not in _OPENAI_PATHS:
        return problem(status, detail, headers)
    found = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(openai_error(found), status, headers)


def problem_of(error: Exception) -> Problem:
    """Return what to say of an error in the middle of a stream; the log gets what nobody expected."""
    match error:
        case JvError():
            status, detail = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR), str(error)
        case NotReady():
            status, detail = HTTPStatus.SERVICE_UNAVAILABLE, str(error)
        case ServerStopping():
            status, detail = HTTPStatus.SERVICE_UNAVAILABLE, _STOPPING
        case _:
            status, detail = HTTPStatus.INTERNAL_SERVER_ERROR, _UNEXPECTED
            _log.error("unexpected error", exc_info=error)
    return Problem(title=status.phrase, status=status, detail=detail)


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem with a plain sentence; tracebacks go to the log only."""

    @app.exception_handler(JvError)
    def _known(request: Request, error: JvError) -> JSONResponse:
        status = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR and not isinstance(error, TooBusyError):
            _log.error("%s", error)
        seconds = error.retry_after if isinstance(error, TooBusyError) else 10
        busy = status == HTTPStatus.SERVICE_UNAVAILABLE
        return respond(request, status, str(error), {"Retry-After": str(seconds)} if busy else None)

    @app.exception_handler(NotReady)
    def _not_ready(request: Request, error: NotReady) -> JSONResponse:
        return respond(request, HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": "2"})

    @app.exception_handler(ServerStopping)
    def _stopping(request: Request, error: ServerStopping) -> JSONResponse:
        return respond(request, HTTPStatus.SERVICE_UNAVAILABLE, _STOPPING, {"Retry-After": "2", "Connection": "close"})

    @app.exception_handler(Stopped)
    def _gone(request: Request, error: Stopped) -> Response:
        return Response(status_code=_CLIENT_GONE)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return respond(request, HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(map(_sentence, error.errors()[:5])))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        return respond(request, error.status_code, _ADVICE.get(HTTPStatus(error.status_code), str(error.detail)))

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.error("unexpected error", exc_info=error)
        return respond(request, HTTPStatus.INTERNAL_SERVER_ERROR, _UNEXPECTED)


def _sentence(error: dict[str, object]) -> str:
    """Return one validation error as 'field: what is wrong'."""
    where = error["loc"] if isinstance(error["loc"], tuple) else ()
    field = ".".join(str(part) for part in where[1:]) or "the body"
    kind, message = str(error["type"]), str(error["msg"]).removeprefix("Value error, ")
    match kind:
        case "missing":
            return f"'{field}' is missing; send it" if where[1:] else "the body is missing; send JSON"
        case "extra_forbidden":
            return f"'{field}' is not a field of this request; leave it out"
        case "json_invalid":
            return "the body is not valid JSON; correct it"
        case _:
            return f"'{field}' is {error.get('input')!r:.100}: {message[:1].lower()}{message[1:]}"
