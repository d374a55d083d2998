"""Questions to begin with: made from what the documents are about, kept only if the documents answer them."""

from collections.abc import Callable, Iterator, Sequence
from itertools import cycle

from index.lexicon import Lexicon
from index.models import DocumentInfo

_OF_VENTURES = (
    "Who are the partners of {}?",
    "When was {} founded?",
    "What is planned for {}?",
    "How much was invested in {}?",
)
_OF_OTHERS = ("What does {} plan?", "How much did {} invest?", "Who are the partners of {}?")
_MOST_TRIED = 16


def examples(
    documents: Sequence[DocumentInfo], lexicon: Lexicon, is_answered: Callable[[str], bool], most: int = 4
) -> tuple[str, ...]:
    """Return up to `most` questions that `is_answered`, each about something else."""
    found: list[str] = []
    for _, question in zip(range(_MOST_TRIED), _candidates(documents, lexicon), strict=False):
        if is_answered(question):
            found.append(question)
        if len(found) == most:
            break
    return tuple(found)


def _candidates(documents: Sequence[DocumentInfo], lexicon: Lexicon) -> Iterator[str]:
    """Yield questions about what the titles name, each name once; ids are hashes, so their order is a fair draw."""
    of_ventures, of_others, told = cycle(_OF_VENTURES), cycle(_OF_OTHERS), set[str]()
    for info in sorted(documents, key=lambda info: info.document_id):
        ids = sorted(lexicon.ids_in(info.metadata.title or "") - told)
        ventures = sorted(lexicon.ventures(ids))
        if named := (ventures or ids)[:1]:
            told.update(ids)
            yield next(of_ventures if ventures else of_others).format(lexicon.name_of(named[0]))
