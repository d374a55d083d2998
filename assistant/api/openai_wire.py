"""The wire format of OpenAI's chat completions, as far as clients rely on it, and our answers in it."""

import re
import time
import uuid
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from assistant.antecedents import Turn
from assistant.api.wire import Id
from assistant.errors import QuestionError
from assistant.follow_ups import standalone
from assistant.models import Answer, Citation, Filters, Frozen, PartialDate

MODEL = "jv-assistant"
_MARKS = re.compile(r"\s*\[\d{1,3}\]")
_LOOKED_BACK = 8  # messages


class Part(BaseModel):
    """A part of a message; only texts are read."""

    type: str
    text: str = ""


class Message(BaseModel):
    """A message of the conversation so far."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | tuple[Part, ...] | None = None

    @property
    def text(self) -> str:
        """The words of the message."""
        if isinstance(self.content, str):
            return self.content
        return " ".join(part.text for part in self.content or () if part.type in ("text", "input_text"))


class StreamOptions(BaseModel):
    """What a stream shall hold besides the text."""

    include_usage: bool = False


class CompletionRequest(BaseModel):
    """The body of `POST /v1/chat/completions`; what only a language model has use for is let pass.

    `conversation_id`, `as_of`, `filters` and `max_words` are ours (clients send them as `extra_body`).
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    model: str = Field(MODEL, max_length=200)
    messages: tuple[Message, ...] = Field(min_length=1, max_length=10_000)
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1, None] = 1
    conversation_id: Id | None = None
    as_of: PartialDate | None = None
    filters: Filters | None = None
    max_words: int | None = Field(None, ge=1, le=1000)

    @property
    def question(self) -> str:
        """The last message; raises QuestionError if it is not the user's."""
        last = self.messages[-1]
        if last.role != "user" or not last.text.strip():
            raise QuestionError("The last of 'messages' must be the user's question, in words.")
        return last.text

    def turns(self) -> tuple[Turn, ...] | None:
        """Return the turns before the question, each made to stand alone; None where the catalogue has them."""
        if self.conversation_id:
            return None
        turns: list[Turn] = []
        for message in self.messages[-_LOOKED_BACK - 1 : -1]:
            if message.role == "user" and message.text.strip():
                turns.append(Turn(standalone(message.text[:2_000], turns)))
            elif message.role == "assistant" and turns:
                turns[-1] = Turn(turns[-1].question, _MARKS.sub("", message.text)[:4_000])
        return tuple(turns)


class Source(Frozen):
    """A document that an answer cites, with the numbers of its citations."""

    document_id: str
    source: str
    title: str | None
    publisher: str | None
    published: str | None
    url: str
    citations: tuple[int, ...]


def citation_views(answer: Answer, base_url: str) -> dict[str, Any]:
    """Return the fields that stand beside the choices: citations, sources, and what else an answer says of itself."""
    return {
        "citations": [citation.model_dump(mode="json") for citation in answer.citations],
        "sources": [source.model_dump(mode="json") for source in _sources(answer, base_url)],
        "conversation_id": answer.conversation_id,
        "answer": answer.model_dump(mode="json"),
    }


def annotations(answer: Answer, base_url: str) -> list[dict[str, Any]]:
    """Return for each claim and citation the stretch of the text, marks included, and where its source is."""
    by_number = {citation.n: citation for citation in answer.citations}
    found = []
    for claim in answer.claims:
        marks = "".join(f"[{number}]" for number in claim.citations)
        for number in claim.citations:
            citation = by_number[number]
            place = {"start_index": claim.start, "end_index": claim.end + 1 + len(marks)}
            named = {"title": citation.title or citation.source, "url": _url(citation, base_url)}
            found.append({"type": "url_citation", "url_citation": place | named})
    return found


def new_id() -> str:
    """Return an id for a completion that is told before its answer is there."""
    return uuid.uuid4().hex


def completion(answer: Answer, base_url: str, usage: dict[str, int]) -> dict[str, Any]:
    """Return an answer as a whole chat completion."""
    message = {"role": "assistant", "content": answer.answer, "refusal": None}
    choice = {"index": 0, "message": message | {"annotations": annotations(answer, base_url)}}
    return {
        **_head("chat.completion", answer.answer_id),
        "choices": [choice | {"finish_reason": "stop", "logprobs": None}],
        "usage": usage,
        **citation_views(answer, base_url),
    }


def chunk(identity: str, delta: dict[str, Any], *, finished: bool = False) -> dict[str, Any]:
    """Return one chunk of a streamed completion."""
    choice = {"index": 0, "delta": delta, "finish_reason": "stop" if finished else None, "logprobs": None}
    return {**_head("chat.completion.chunk", identity), "choices": [choice]}


def usage_chunk(identity: str, usage: dict[str, int]) -> dict[str, Any]:
    """Return the chunk that tells the tokens used, which has no choices."""
    return {**_head("chat.completion.chunk", identity), "choices": [], "usage": usage}


def usage_of(prompt: int, tokens: int) -> dict[str, int]:
    """Return the tokens that a chat model used; none where no model was asked."""
    return {"prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens}


def _head(kind: str, identity: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{identity}", "object": kind, "created": int(time.time()), "model": MODEL}


def _sources(answer: Answer, base_url: str) -> list[Source]:
    documents: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        documents.setdefault(citation.document_id, []).append(citation)
    fields = ("document_id", "source", "title", "publisher", "published")
    return [
        Source(
            **{name: getattr(cited[0], name) for name in fields},
            url=_url(cited[0], base_url),
            citations=tuple(citation.n for citation in cited),
        )
        for cited in documents.values()
    ]


def _url(citation: Citation, base_url: str) -> str:
    """Return the source's own address, else that of the quoted text on this server."""
    place = f"start={citation.start_char_index}&end={citation.end_char_index}"
    return citation.url or f"{base_url.rstrip('/')}/v1/documents/{citation.document_id}/text?{place}"
