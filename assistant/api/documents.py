"""Documents over HTTP: listed, read, uploaded, fetched, removed."""

import base64
import binascii
import json
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import FastAPI, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from assistant.api.intake import Intake, Upload
from assistant.api.service import Service
from assistant.api.wire import (
    PROBLEMS,
    AddressRequest,
    DocumentResponse,
    DocumentsResponse,
    Id,
    JobAccepted,
    JobResponse,
    OverviewResponse,
    Problem,
    TextResponse,
    document_response,
    entry_of,
    job_response,
)
from assistant.errors import QuestionError, TooMuchError, UploadError
from assistant.wiring import Assistant
from index.catalogue import Catalogue
from index.overview import dates_of, overview

_MULTIPART_OVERHEAD = 1_000_000
_REQUEST_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "array", "items": {"type": "string", "format": "binary"}}},
            }
        },
        "application/json": {"schema": AddressRequest.model_json_schema()},
    },
}


def add_routes(app: FastAPI, service: Service) -> None:
    """Let `app` answer for documents and jobs."""
    _add_reading(app, service)
    _add_changing(app, service)


def _add_changing(app: FastAPI, service: Service) -> None:
    intake = service.intake

    @app.post(
        "/v1/documents",
        status_code=HTTPStatus.ACCEPTED,
        max_body_size=service.settings.max_upload_mb * 1_000_000 + _MULTIPART_OVERHEAD,
        responses=PROBLEMS | {status: {"model": Problem} for status in (403, 413, 415)},
        openapi_extra={"requestBody": _REQUEST_BODY},
    )
    async def add(request: Request, response: Response) -> JobAccepted:
        """Upload files (multipart/form-data), or name an address (JSON); they are taken in as a job."""
        intake.require_room()
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind == "multipart/form-data":
            job_id = await _take_files(request, intake, service.settings.max_upload_files)
        elif kind == "application/json":
            job_id = await run_in_threadpool(intake.add_address, _address_in(await request.body()))
        else:
            raise HTTPException(
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                f"'{kind:.60}' is not taken; send files as multipart/form-data, or JSON such as "
                '{"url": "https://example.com/report"}.',
            )
        response.headers["Location"] = f"/v1/jobs/{job_id}"
        return JobAccepted(job_id=job_id)

    @app.get("/v1/jobs/{job_id}", responses=PROBLEMS)
    def job(job_id: Id) -> JobResponse:
        return job_response(intake.jobs.get(job_id), service.assistant.catalogue.id_at)

    @app.delete("/v1/documents/{document_id}", status_code=HTTPStatus.NO_CONTENT, responses=PROBLEMS)
    def remove(document_id: Id) -> None:
        intake.remove(document_id)


async def _take_files(request: Request, intake: Intake, most: int) -> str:
    _refuse_other_sites(request)
    try:
        async with request.form(max_files=most, max_fields=most) as form:
            parts = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
            uploads = [Upload(part.filename or "", part.file) for part in parts]
            return await run_in_threadpool(intake.add_files, uploads)
    except HTTPException as error:
        if "Too many files" in str(error.detail):
            raise TooMuchError(f"More than {most} files are too many for one upload; send several.") from error
        if error.status_code == HTTPStatus.BAD_REQUEST:
            raise UploadError(f"The upload is not valid multipart/form-data ({error.detail}).") from error
        raise


def _refuse_other_sites(request: Request) -> None:
    """Refuse what a browser sends for the page of another site: any page may hold a form that leads here."""
    origin = request.headers.get("origin")
    if origin and urlsplit(origin).netloc != request.headers.get("host"):
        raise HTTPException(
            HTTPStatus.FORBIDDEN, f"Uploads are not taken from pages of another site ('{origin:.100}')."
        )


def _address_in(body: bytes) -> str:
    try:
        return AddressRequest.model_validate(json.loads(body or b"null")).url
    except ValidationError as error:
        found = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        raise RequestValidationError(found) from error
    except ValueError as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "msg": str(error)}]) from error


def _add_reading(app: FastAPI, service: Service) -> None:
    @app.get("/v1/documents", responses=PROBLEMS)
    def documents(limit: Annotated[int, Query(ge=1, le=1_000)] = 100, cursor: str | None = None) -> DocumentsResponse:
        return page_of(service.assistant, limit, cursor)

    @app.get("/v1/documents/{document_id}", responses=PROBLEMS)
    def document(document_id: Id) -> DocumentResponse:
        catalogue = service.assistant.catalogue
        with catalogue.database.snapshot():
            info, stored = catalogue.document(document_id), catalogue.stored(document_id)
            kin = service.assistant.kin([info])[document_id]
            return document_response(info, kin, dates_of(catalogue, [document_id]).get(document_id), stored)

    @app.get("/v1/overview")
    def whole() -> OverviewResponse:
        """Tell what the index holds, by year of publication and by publisher."""
        return OverviewResponse.model_validate(asdict(overview(service.assistant.catalogue)))

    @app.get("/v1/documents/{document_id}/text", responses=PROBLEMS)
    def text(
        document_id: Id,
        start: Annotated[int, Query(ge=0)] = 0,
        end: Annotated[int | None, Query(ge=0)] = None,
    ) -> TextResponse:
        return stretch_of(service.assistant.catalogue, document_id, start, end)


def page_of(assistant: Assistant, limit: int, cursor: str | None) -> DocumentsResponse:
    """Return a page of the list of documents; raise QuestionError for a cursor that no list gave."""
    found = assistant.catalogue.documents(limit + 1, _decode_cursor(cursor) if cursor else "")
    page = found[:limit]
    kin = assistant.kin(page)
    dates = dates_of(assistant.catalogue, kin)
    last = page[-1] if len(found) > limit else None
    return DocumentsResponse(
        documents=tuple(entry_of(info, kin[info.document_id], dates.get(info.document_id)) for info in page),
        next=_encode_cursor(f"{last.source}\0{last.document_id}") if last else None,
    )


def stretch_of(catalogue: Catalogue, document_id: str, start: int, end: int | None) -> TextResponse:
    """Return text[start:end] of a document; raise QuestionError if it has no such stretch, NotFoundError without it."""
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
