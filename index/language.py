"""Tell the language of a text, so that documents in other languages are flagged."""

import logging
import re
from dataclasses import replace
from functools import cache
from typing import Any

from index.models import BlockKind, Document

_log = logging.getLogger(__name__)
_LETTERS = re.compile(r"[^\W\d_]+")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")  # one of these says as much as a short word
_MIN_WEIGHT = 20
_MIN_PROBABILITY = 0.6
_SAMPLE = 20_000
_PRESS = """ar bg bn ca cs da de el en es et fa fi fr he hi hr hu id it ja ko lt lv ms nl no pl pt ro ru sk sl sr sv ta
    th tr uk ur vi zh""".split()  # rarer languages are what lists of names are mistaken for


def with_language(document: Document) -> Document:
    """Return the document with the language of its own words, furniture and headings left out."""
    kinds = (BlockKind.PARAGRAPH, BlockKind.LIST, BlockKind.TABLE)
    words = "\n".join(block.span.of(document.text) for block in document.blocks if block.kind in kinds)
    return replace(document, metadata=replace(document.metadata, language=language_of(words)))


def language_of(text: str) -> str | None:
    """Return the ISO 639-1 code of the language that `text` is mostly in, None if that is uncertain."""
    words = " ".join(_LETTERS.findall(text[:_SAMPLE]))
    if len(words) + 4 * len(_DENSE.findall(words)) < _MIN_WEIGHT:
        return None
    try:
        code, probability = _identifier().classify(words)
    except OSError:  # no room for the temporary file that loading takes: a language is not worth a failure
        _log.debug("The language of a document stays unknown: the classifier could not be loaded.")
        return None
    return code if probability >= _MIN_PROBABILITY else None


@cache
def _identifier() -> Any:
    """Return py3langid's classifier of these languages, with probabilities instead of raw scores.

    Loading it takes half a second and writes a temporary file.
    """
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    classifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    classifier.set_languages(_PRESS)
    return classifier
