"""Answer with sentences of the documents, without a language model.

Sentences of the best passages are ordered by how they match the question (`late_interaction`) and
how they fit it (`fit`); what does not fit is not shown.
"""

import math
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from assistant.draft import Draft, DraftClaim, Quote
from assistant.fit import Fit, Surroundings, fit
from assistant.late_interaction import Query, SentenceScore, score_sentences
from assistant.names import definitions_in, with_aliases
from assistant.quoting import quote_lead_in, quote_sentence
from assistant.understanding import Question
from index.embedding import SentenceEmbedder, TokenStates
from index.models import BlockKind, Hit, Passage, Sentence

_PASSAGES_READ = 8
_MAX_SENTENCES = 3
_MAX_WORDS = 120
_CLOSE_TO_BEST = 0.15
_FIT_WEIGHT = 0.1
_NEAREST_SHOWN = 3
_CACHED_PASSAGES = 512
_POINTS_BACK = re.compile(
    r"(?:he|she|it|they|this|that|these|those|both|however|but|its|their|his|her|such|meanwhile|also|instead)\b", re.I
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may answer the question: how it matches and how it fits (each 0 to 1)."""

    passage: Passage
    position: int  # of the sentence in its passage
    match: SentenceScore
    fit: Fit

    @property
    def sentence(self) -> Sentence:
        """The sentence itself."""
        return self.passage.sentences[self.position]

    @property
    def score(self) -> float:
        """What candidates are ordered by: the match first, then what fits."""
        return self.match.mean + _FIT_WEIGHT * (self.fit.names + self.fit.kind + self.fit.time)


class ExtractiveAnswerer:
    """Chooses sentences; `threshold` is how well the best must fit (0 to 1) to be an answer."""

    name = "extractive"

    def __init__(
        self,
        embedder: SentenceEmbedder,
        rarity: Callable[[Sequence[str]], dict[str, float]],
        text_of: Callable[[str], str],
        threshold: float,
    ) -> None:
        """Take the model, `rarity(words)` (inverse document frequency), `text_of(document_id)` and the threshold."""
        self._embedder = embedder
        self._rarity = rarity
        self._text_of = text_of
        self._threshold = threshold
        self._states: OrderedDict[int, TokenStates] = OrderedDict()

    def answer(self, question: Question, hits: Sequence[Hit], max_words: int | None = None) -> Draft:
        """Return the sentences of `hits` that answer `question`, or none and the nearest ones."""
        ranked = self.rank(question, [hit.passage for hit in hits[:_PASSAGES_READ]])
        if not ranked:
            return Draft()
        fitting = [item for item in ranked if self._fits(item)]
        if not fitting:
            nearest = [quote_sentence(item.passage, item.sentence) for item in ranked[:_NEAREST_SHOWN]]
            return Draft(nearest=tuple(nearest), missing=(question.text,))
        return Draft(claims=self._claims(fitting, max_words or _MAX_WORDS))

    def rank(self, question: Question, passages: Sequence[Passage]) -> list[Candidate]:
        """Return every sentence of `passages` that could answer, best first, each judged for its fit."""
        definitions = definitions_in("\n".join(passage.text for passage in passages))
        question = replace(question, names=tuple(with_aliases(name, definitions) for name in question.names))
        states = self._embedder.encode_tokens([question.text])[0]
        query = Query.of(question.text, states, self._rarity(question.words))
        candidates = []
        for passage, read in zip(passages, self._read(passages), strict=True):
            for position, score in enumerate(score_sentences(query, passage, read)):
                sentence = passage.sentences[position]
                text = passage.slice(sentence.span)
                if score and _could_answer(text, sentence):
                    verdict = fit(question, text, _surroundings(passage, position))
                    candidates.append(Candidate(passage, position, score, verdict))
        return sorted(candidates, key=lambda item: -item.score)

    def _read(self, passages: Sequence[Passage]) -> list[TokenStates]:
        """Return the token states of the passages, from memory where they have been read before."""
        unread = [passage for passage in passages if passage.chunk_id not in self._states]
        texts = [passage.embedded_text for passage in unread]
        for passage, states in zip(unread, self._embedder.encode_tokens(texts), strict=True):
            self._states[passage.chunk_id] = states
        read = [self._states[passage.chunk_id] for passage in passages]
        while len(self._states) > _CACHED_PASSAGES:
            self._states.popitem(last=False)
        return read

    def _fits(self, item: Candidate) -> bool:
        """Whether a sentence is near enough and nothing that the question asks for is missing."""
        verdict = item.fit
        return item.match.pieces >= self._threshold and verdict.kind > 0 and verdict.time > 0 and verdict.names >= 0.3

    def _claims(self, fitting: Sequence[Candidate], max_words: int) -> tuple[DraftClaim, ...]:
        best = fitting[0].score
        chosen: list[Candidate] = []
        for item in fitting:
            if len(chosen) < _MAX_SENTENCES and best - item.score <= _CLOSE_TO_BEST:
                chosen.append(item)
        claims: list[DraftClaim] = []
        words = 0
        for claim in [claim for item in chosen for claim in self._with_neighbours(item)]:
            words += len(claim.text.split())
            if claims and words > max_words:
                break
            if all(claim.text != other.text for other in claims):
                claims.append(claim)
        return tuple(claims)

    def _with_neighbours(self, item: Candidate) -> list[DraftClaim]:
        """Return the sentence, the one before it if it points back, the items after it if it opens a list."""
        passage, sentences = item.passage, item.passage.sentences
        first = item.position
        if first and _POINTS_BACK.match(passage.slice(item.sentence.span)):
            first -= 1
        last = item.position
        if passage.slice(item.sentence.span).endswith(":"):
            while last + 1 < len(sentences) and sentences[last + 1].lead_in == item.sentence.span:
                last += 1
        return [self._claim(passage, sentences[position]) for position in range(first, last + 1)]

    def _claim(self, passage: Passage, sentence: Sentence) -> DraftClaim:
        quote = quote_sentence(passage, sentence)
        quotes: list[Quote] = [quote]
        if sentence.lead_in and (lead := quote_lead_in(passage, sentence, self._text_of(passage.document.document_id))):
            quotes.insert(0, lead)
        return DraftClaim(quote.text, tuple(quotes))


def _surroundings(passage: Passage, position: int) -> Surroundings:
    """Return what a reader has before their eyes: the sentence before in its paragraph, headings, the passage."""
    carried = []
    for sentence in reversed(passage.sentences[max(0, position - 2) : position]):
        between = passage.text[
            sentence.span.end - passage.span.start : passage.sentences[position].span.start - passage.span.start
        ]
        if "\n\n" in between:
            break
        carried.append(passage.slice(sentence.span))
    title = passage.document.metadata.title or ""
    return Surroundings(" ".join(carried), f"{title} — {passage.section or ''}", passage.text)


def inverse_document_frequency(frequency: int, total: int) -> float:
    """Return log(1 + (N - df + 0.5) / (df + 0.5)), as in bm25."""
    return math.log(1 + (total - frequency + 0.5) / (frequency + 0.5))


def _could_answer(text: str, sentence: Sentence) -> bool:
    """Whether a sentence states anything: not a question, not a bare name or label."""
    if text.rstrip("\"'”’)").endswith("?"):
        return False
    return sentence.kind is not BlockKind.PARAGRAPH or sum(word.islower() for word in text.split()) >= 3
