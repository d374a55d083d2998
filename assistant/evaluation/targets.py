"""What can be evaluated: the program in this process, or a server of it."""

import json
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any, Protocol, Self, TypeVar

import httpx
from pydantic import TypeAdapter

from assistant.evaluation.errors import TargetError
from assistant.models import Answer, SearchHit
from index.errors import NotFoundError
from index.models import DocumentInfo, Metadata

_T = TypeVar("_T")
_PAGE = 1_000
_HITS = TypeAdapter(list[SearchHit])


class Target(Protocol):
    """Answers questions from documents that can be read. `assistant.wiring.Assistant` is one."""

    def ask(self, question: str, *, conversation_id: str | None = None, as_of: str | None = None) -> Answer:
        """Answer `question` from what was published by `as_of`."""
        ...

    def search(self, query: str, *, limit: int = 10, as_of: str | None = None) -> Sequence[SearchHit]:
        """Return the passages found for `query`, best first."""
        ...

    def text(self, document_id: str) -> str:
        """Return a document's text; raise NotFoundError if there is no such document."""
        ...

    def documents(self) -> Sequence[DocumentInfo]:
        """Return every document of the index."""
        ...


class HttpTarget:
    """A running server at `url`; `api_key` is sent if given. Times out after `timeout` seconds a request."""

    def __init__(self, url: str, *, api_key: str | None = None, timeout: float = 120.0) -> None:
        headers = {"Authorization": f"Bearer {api_key}"} if api_key else {}
        try:
            self._client = httpx.Client(base_url=url.rstrip("/"), headers=headers, timeout=timeout)
        except httpx.InvalidURL as error:
            raise TargetError(f"'{url}' is not an address ({error}); give one such as http://127.0.0.1:8000") from error
        self.url = url

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, question: str, *, conversation_id: str | None = None, as_of: str | None = None) -> Answer:
        """Answer `question` by POST /v1/ask."""
        body = {"question": question, "conversation_id": conversation_id, "as_of": as_of}
        given = {key: value for key, value in body.items() if value is not None}
        return self._read("/v1/ask", Answer.model_validate, self._request("POST", "/v1/ask", json=given))

    def search(self, query: str, *, limit: int = 10, as_of: str | None = None) -> Sequence[SearchHit]:
        """Return the passages of GET /v1/search."""
        parameters = {"q": query, "limit": limit, **({"as_of": as_of} if as_of else {})}
        found = self._request("GET", "/v1/search", params=parameters)
        return self._read("/v1/search", lambda content: _HITS.validate_python(content["hits"]), found)

    def text(self, document_id: str) -> str:
        """Return the whole text by GET /v1/documents/{id}/text; raise NotFoundError on 404."""
        path = f"/v1/documents/{document_id}/text"
        return self._read(path, lambda content: str(content["text"]), self._request("GET", path))

    def documents(self) -> Sequence[DocumentInfo]:
        """Return every document by GET /v1/documents, page after page."""
        found: list[DocumentInfo] = []
        cursor: str | None = None
        while True:
            parameters = {"limit": _PAGE, **({"cursor": cursor} if cursor else {})}
            page = self._request("GET", "/v1/documents", params=parameters)
            found += self._read("/v1/documents", _documents, page)
            cursor = page.get("next")
            if not cursor:
                return found

    def _request(self, method: str, path: str, **given: Any) -> dict[str, Any]:
        """Send a request and return the object that comes back; translate every way in which that can fail."""
        try:
            response = self._client.request(method, path, **given)
        except httpx.HTTPError as error:
            raise TargetError(f"{self.url} does not answer {path} ({error}); is the server running?") from error
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotFoundError(f"{self.url}{path}: not found; is this the address of jv-assistant serve?")
        if response.is_error:
            raise TargetError(f"{self.url}{path} answered {response.status_code}: {response.text[:300]}")
        return self._read(path, lambda text: dict(json.loads(text)), response.text)

    def _read(self, path: str, read: Callable[[Any], _T], content: Any) -> _T:
        """Read what came back; TargetError if it is not what was agreed."""
        try:
            return read(content)
        except (KeyError, TypeError, ValueError) as error:  # ValidationError and JSONDecodeError are ValueErrors
            raise TargetError(f"{self.url}{path} answered something else than agreed: {error}") from error


def _documents(page: dict[str, Any]) -> list[DocumentInfo]:
    return [_document(entry) for entry in page["documents"]]


def _document(entry: dict[str, Any]) -> DocumentInfo:
    """Return a document of the list; the list does not tell the hash of its text."""
    metadata = Metadata(
        entry.get("title"), entry.get("publisher"), None, entry.get("published"), language=entry.get("language")
    )
    return DocumentInfo(
        entry["document_id"], entry["source"], metadata, entry.get("state", "ready"), entry.get("chunks", 0), ""
    )
