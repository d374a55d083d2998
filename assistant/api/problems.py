"""Errors over HTTP: problem details (RFC 9457) with a sentence that a person understands."""

import logging
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from assistant.api.wire import Problem
from assistant.errors import QuestionError, QueueFullError, TooMuchError, UploadError
from index.errors import BusyError, JvError, NotFoundError

_log = logging.getLogger(__name__)
_STATUS: dict[type[JvError], HTTPStatus] = {
    QuestionError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    BusyError: HTTPStatus.SERVICE_UNAVAILABLE,
    QueueFullError: HTTPStatus.SERVICE_UNAVAILABLE,
    TooMuchError: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UploadError: HTTPStatus.UNPROCESSABLE_ENTITY,
}
_ADVICE = {
    HTTPStatus.NOT_FOUND: "There is nothing at this address; see /docs for those there are.",
    HTTPStatus.METHOD_NOT_ALLOWED: "This address does not take this method; see /docs.",
}


class NotReady(Exception):
    """The model or the index is not there yet."""


def problem(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    """Return a problem-details response."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return JSONResponse(body.model_dump(), status, headers, media_type="application/problem+json")


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem with a plain sentence; tracebacks go to the log only."""

    @app.exception_handler(JvError)
    def _known(request: Request, error: JvError) -> JSONResponse:
        status = _STATUS.get(type(error), HTTPStatus.INTERNAL_SERVER_ERROR)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            _log.error("%s", error)
        busy = status == HTTPStatus.SERVICE_UNAVAILABLE
        return problem(status, str(error), {"Retry-After": "10"} if busy else None)

    @app.exception_handler(NotReady)
    def _not_ready(request: Request, error: NotReady) -> JSONResponse:
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error), {"Retry-After": "2"})

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, "; ".join(map(_sentence, error.errors()[:5])))

    @app.exception_handler(HTTPException)
    def _http(request: Request, error: HTTPException) -> JSONResponse:
        return problem(error.status_code, _ADVICE.get(HTTPStatus(error.status_code), str(error.detail)))

    @app.exception_handler(Exception)
    def _unexpected(request: Request, error: Exception) -> JSONResponse:
        _log.error("unexpected error", exc_info=error)
        return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something unexpected went wrong; the log says more.")


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
