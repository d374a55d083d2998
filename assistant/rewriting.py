"""Make a follow-up a question that stands alone: by a chat model where there is one, by rules otherwise.

A question decides what is looked up, so a model may put in only names and figures of the conversation.
"""

import logging
import secrets
from collections.abc import Callable, Sequence

from assistant.antecedents import Turn
from assistant.chat_model import ChatModel, Reply
from assistant.citations import names_in, numbers_in, words_in
from assistant.errors import ChatModelError
from assistant.events import OnEvent, TokensUsed, Waiting
from assistant.follow_ups import standalone
from assistant.prompts import Prompts
from index.words import FUNCTION_WORDS

Rewrite = Callable[[str, Sequence[Turn], OnEvent], str]
_MOST_CHARS = 400
_SAID_CHARS = 600
_log = logging.getLogger(__name__)


def by_rules(question: str, turns: Sequence[Turn], on_event: OnEvent) -> str:
    """Return `question` so that it can be understood without `turns`; nothing is told to `on_event`."""
    return standalone(question, turns)


class ChatRewriter:
    """Asks a chat model, and the rules where it fails or makes something up."""

    def __init__(self, model: ChatModel, prompts: Prompts) -> None:
        self._model = model
        self._prompts = prompts

    def __call__(self, question: str, turns: Sequence[Turn], on_event: OnEvent) -> str:
        """Return `question` so that it can be understood without `turns`; what `on_event` raises ends the work."""
        fence, reply = secrets.token_hex(6), Reply()
        said = "\n".join(f"Question: {turn.question}\nAnswer: {turn.said[:_SAID_CHARS] or '-'}" for turn in turns)
        prompt = self._prompts.standalone.format(fence=fence, turns=said.replace(fence, ""), question=question)
        try:
            text = "".join(self._model.stream(prompt, reply, lambda: on_event(Waiting())))
        except ChatModelError as error:
            _log.warning("%s The follow-up is understood by rules.", error)
            text = ""
        on_event(TokensUsed(reply.input_tokens, reply.output_tokens))
        written = " ".join(text.split()).strip("\"'“” ")
        return written if is_faithful(written, question, turns) else standalone(question, turns)


def is_faithful(written: str, question: str, turns: Sequence[Turn]) -> bool:
    """Whether a rewritten question is one question that keeps what was asked and names nothing new."""
    if not written.endswith("?") or written.count("?") > 1 or len(written) > _MOST_CHARS:
        return False
    known = " ".join([question, *(f"{turn.question} {turn.said}" for turn in turns)])
    added_names = names_in(written) - words_in(known) - FUNCTION_WORDS - _opening(written)
    lost_names = names_in(question) - words_in(written) - FUNCTION_WORDS - _opening(question)
    numbers = numbers_in(written)
    return not added_names and not lost_names and numbers_in(question) <= numbers <= numbers_in(known)


def _opening(text: str) -> set[str]:
    """Return the word that begins a question, which is written with a capital whatever it is."""
    return {word.lower() for word in text.split()[:1]}
