"""The program's fixed wording and its prompts: files in `prompts/`, checked when they are loaded."""

from dataclasses import dataclass
from pathlib import Path

from langchain_core.prompts import PromptTemplate

from assistant.errors import PromptError

FOLDER = Path(__file__).parent.parent / "prompts"
_PLACEHOLDERS: dict[str, frozenset[str]] = {
    "abstention": frozenset(),
    "nearest": frozenset(),
    "answer": frozenset({"abstention", "fence", "passages", "question"}),
    "repair": frozenset({"failures"}),
    "standalone": frozenset({"fence", "turns", "question"}),
}


@dataclass(frozen=True, slots=True)
class Prompts:
    """`abstention`: the sentence that says no. `nearest`: the line above the nearest passages.

    `answer`: the prompt a chat model is asked with. `repair`: what is added to it when sentences failed a check.
    `standalone`: the prompt that makes a follow-up a question that stands alone.
    """

    abstention: str
    nearest: str
    answer: PromptTemplate
    repair: PromptTemplate
    standalone: PromptTemplate


def load_prompts(folder: Path = FOLDER) -> Prompts:
    """Read every prompt file; raise PromptError if one is missing, empty or has other placeholders than known."""
    templates = {name: _load(folder / f"{name}.txt", placeholders) for name, placeholders in _PLACEHOLDERS.items()}
    return Prompts(
        abstention=templates["abstention"].format(),
        nearest=templates["nearest"].format(),
        answer=templates["answer"],
        repair=templates["repair"],
        standalone=templates["standalone"],
    )


def _load(path: Path, placeholders: frozenset[str]) -> PromptTemplate:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"The prompt file '{path}' cannot be read ({error}); restore it.") from error
    if not text:
        raise PromptError(f"The prompt file '{path}' is empty; restore it.")
    try:
        template = PromptTemplate.from_template(text)
    except ValueError as error:
        raise PromptError(
            f"The prompt file '{path}' has an unmatched brace ({error}); double it or close it."
        ) from error
    found = set(template.input_variables)
    if found != placeholders:
        raise PromptError(
            f"The prompt file '{path}' has the placeholders {sorted(found)}, needed are {sorted(placeholders)}."
        )
    return template
