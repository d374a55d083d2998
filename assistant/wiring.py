"""Put the program together: the one place where settings become working parts."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path

from assistant.answering import Asking, Parts, answer_question, retrieve
from assistant.antecedents import Turn
from assistant.chat_answerer import ChatAnswerer
from assistant.chat_model import ChatModel, ChatOptions
from assistant.citations import search_hit
from assistant.conversation import Conversations
from assistant.entities import all_names
from assistant.errors import QuestionError
from assistant.events import OnEvent, unheard
from assistant.examples import examples
from assistant.explaining import explain
from assistant.extractive import ExtractiveAnswerer, inverse_document_frequency
from assistant.history import Feedback, History, Verdict
from assistant.models import Answer, Explanation, Filters, SearchHit
from assistant.prompts import load_prompts
from assistant.reader import Reading
from assistant.rewriting import ChatRewriter
from assistant.selection import Candidate, Considered
from assistant.settings import Settings, load_settings
from assistant.understanding import Question, understand
from index import build
from index.backup import back_up, require_backup, restore
from index.catalogue import Catalogue
from index.copies import Kin
from index.embedding import SentenceEmbedder
from index.embedding_name import DEFAULT_MODEL
from index.errors import BusyError, VectorStoreError
from index.lexicon import Lexicon, load_lexicon
from index.models import DocumentInfo, Scope, ignore, parse_date
from index.parsing import ParseLimits
from index.repair import Finding, check
from index.retrieval import Retriever
from index.sources import SourceFile, fetch_files
from index.vectors import VectorStore, open_embedded, open_server


class Assistant:
    """The program as a Python object: documents in, questions answered.

    `Assistant.open("data").ask("Who owns the export venture?")` is all it takes. One object may be
    used by many threads. The model is loaded on first use.
    """

    def __init__(self, settings: Settings, catalogue: Catalogue) -> None:
        self.settings = settings
        self.catalogue = catalogue
        self.history = History(catalogue.database)
        self.conversations = Conversations(
            catalogue.database, settings.max_conversation_turns, settings.max_conversations
        )
        self._store: VectorStore | None = None

    @classmethod
    def open(cls, data_dir: Path | str | None = None, settings: Settings | None = None) -> "Assistant":
        """Open the index in `data_dir`; raise NoIndexError, which says how to make one, if there is none."""
        settings = settings or load_settings(data_dir=data_dir)
        return cls(settings, Catalogue.open(settings.data_dir))

    @classmethod
    def create(cls, data_dir: Path | str | None = None, settings: Settings | None = None) -> "Assistant":
        """Open the index in `data_dir`, making an empty one if there is none."""
        settings = settings or load_settings(data_dir=data_dir)
        return cls(settings, Catalogue.create(settings.data_dir))

    def close(self) -> None:
        """Release the vector store and the database."""
        if self._store:
            self._store.close()
            self._store = None
        if "chat_model" in self.__dict__ and self.chat_model:
            self.chat_model.close()
        self.catalogue.close()

    # Asking ---------------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        conversation_id: str | None = None,
        as_of: str | None = None,
        filters: Filters | None = None,
        max_words: int | None = None,
        turns: Sequence[Turn] | None = None,
        on_event: OnEvent = unheard,
    ) -> Answer:
        """Answer from the documents published by `as_of` that pass `filters`, and keep the answer.

        A follow-up is understood from `turns`, else from those kept under `conversation_id`. `on_event`
        hears what is found on the way. Raises QuestionError for a question or date that cannot be taken.
        """
        if turns is None:
            turns = self.conversations.turns(conversation_id) if conversation_id else ()
        asking = Asking(question, conversation_id, scope_of(filters, as_of), max_words, tuple(turns))
        answer = answer_question(asking, self._parts, on_event)
        self.history.save(answer)
        self.conversations.trim(answer.conversation_id)
        return answer

    def search(
        self, query: str, *, limit: int = 10, as_of: str | None = None, filters: Filters | None = None
    ) -> list[SearchHit]:
        """Return the passages nearest to `query`, best first, with their ranks by words and by meaning."""
        names = all_names(query, self.lexicon)
        hits = self._parts.retriever.search(query, scope_of(filters, as_of), limit, names)
        return [search_hit(hit) for hit in hits]

    def consider(self, question: Question, scope: Scope) -> tuple[Considered, ...]:
        """Return, for each thing asked, every sentence that was considered with its scores, and those chosen."""
        with self.catalogue.database.snapshot():
            hits = retrieve(question, self._parts.retriever, scope)
            return self._extractive.consider(question, [hit.passage for hit in hits])

    def first_look(self, question: Question, scope: Scope) -> list[tuple[Candidate, Reading]]:
        """Return every sentence found for a question before any is read closely: what the reader is trained on."""
        hits = retrieve(question, self._parts.retriever, scope)
        return self._extractive.first_look(question, [hit.passage for hit in hits])

    def explain(self, question: str, *, as_of: str | None = None, filters: Filters | None = None) -> Explanation:
        """Return how a question was understood, which sentences were considered, and why each was taken or left."""
        asked = understand(" ".join(question.split()), self.lexicon)
        parts = self.consider(asked, scope_of(filters, as_of)) if asked.in_scope else ()
        return explain(asked, parts, self.settings.answer_threshold)

    def examples(self) -> tuple[str, ...]:
        """Return a few questions about what the documents tell of, which they answer."""

        def is_answered(question: str) -> bool:
            parts = self.consider(understand(question, self.lexicon), Scope())
            return any(part.chosen for part in parts)

        return examples(self.catalogue.documents(_LOOKED_AT_FOR_EXAMPLES), self.lexicon, is_answered)

    def text(self, document_id: str) -> str:
        """Return the text that citations of a document point into; raise NotFoundError if there is none."""
        return self.catalogue.text(document_id)

    def documents(self) -> list[DocumentInfo]:
        """Return every document of the index in order of its source."""
        return self.catalogue.documents(limit=-1)

    def kin(self, documents: Sequence[DocumentInfo]) -> dict[str, Kin]:
        """Return for each document where else it was found and which others tell the same story."""
        found = self.catalogue.kin(info.document_id for info in documents)
        return {info.document_id: found.get(info.document_id, Kin()) for info in documents}

    def add_feedback(self, answer_id: str, verdict: Verdict, comment: str | None = None) -> None:
        """Keep what a reader thought of an answer."""
        self.history.add_feedback(answer_id, verdict, comment)

    def feedback(self) -> list[Feedback]:
        """Return all feedback, oldest first."""
        return list(self.history.feedback())

    def warm_up(self) -> None:
        """Load the model and open the index now rather than with the first question."""
        build.require_stamp(self.catalogue, self.embedder)
        self.encoder.encode_tokens(["warm up"])
        _ = self._parts

    def forget(self, *, passages: bool = True) -> None:
        """Drop what was remembered of questions and, unless told otherwise, of passages read: for measurements."""
        self.embedder.forget_queries()
        self._extractive.forget(passages=passages)

    @property
    def is_empty(self) -> bool:
        """Whether there is no document to answer from."""
        return self.catalogue.count_documents() == 0

    # Building the index ---------------------------------------------------------------------

    def ingest(
        self,
        files: Sequence[SourceFile],
        on_outcome: Callable[[build.Outcome], None] = ignore,
        on_wait: Callable[[], None] = ignore,
        sync: Sequence[str] = (),
    ) -> list[build.Outcome]:
        """Take files in; raise BusyError if another ingest does not end within a minute.

        Documents whose origin begins with one of `sync` and whose file is gone are removed.
        """
        with build.ingest_lock(self.settings.data_dir, on_wait):
            outcomes = build.ingest(files, self.catalogue, self.embedder, on_outcome, self._parse_limits, sync)
        self.sync_vectors()
        return outcomes

    def fetch(self, addresses: Sequence[str], on_fetched: Callable[[str], None] = ignore) -> list[SourceFile]:
        """Return what lies at web addresses, for a feed its entries, as files to ingest.

        None is left out: ingesting one that was refused or failed says why.
        """
        from index.addresses import parse_allowed

        allowed = parse_allowed(self.settings.allow_private_addresses)
        return fetch_files(addresses, allowed, on_fetched=on_fetched)

    def plan(
        self,
        files: Sequence[SourceFile],
        on_outcome: Callable[[build.Outcome], None] = ignore,
        sync: Sequence[str] = (),
    ) -> list[build.Outcome]:
        """Return what `ingest` would do, and write nothing; no model is loaded."""
        return build.plan(files, self.catalogue, on_outcome, self._parse_limits, sync)

    @property
    def _parse_limits(self) -> ParseLimits:
        return ParseLimits(self.settings.parse_seconds, self.settings.parse_memory_mb)

    def remove(self, document_id: str) -> None:
        """Remove a document; raise NotFoundError if there is none."""
        with build.ingest_lock(self.settings.data_dir):
            self.catalogue.remove(document_id)

    def sync_vectors(self) -> None:
        """Let the vector store learn what is new, if this process owns it or can own it now."""
        with self._owned_store() as store:
            if store:
                store.sync()

    def hold_vectors(self) -> bool:
        """Own the vector store from now on, if no other process does; return whether it is owned."""
        if self._store is None:
            self._store = self._open_store()
        return self._store is not None

    def reindex(self, on_progress: Callable[[int], None] = ignore) -> int:
        """Make the vector store anew from the catalogue; embed again only for another model or chunking.

        Returns how many vectors were written. Raises BusyError beside a server.
        """
        with build.ingest_lock(self.settings.data_dir):
            if self.catalogue.meta("stamp") != build.stamp_of(self.embedder):
                build.rechunk(self.catalogue, self.embedder)
            store = self._open_store(fresh=True)
            if store is None:
                raise BusyError(_OWNED_ELSEWHERE.format(self.settings.data_dir))
            try:
                return store.sync(on_progress)
            finally:
                store.close()

    def back_up(self, file: Path) -> None:
        """Write one consistent copy of the catalogue to `file`; others may go on reading and writing."""
        back_up(self.catalogue, file)

    def restore(self, file: Path) -> None:
        """Put the backup `file` in place of the whole index; raise BusyError beside a server."""
        require_backup(file)
        with build.ingest_lock(self.settings.data_dir):
            store = self._open_store(fresh=True)
            if store is None:
                raise BusyError(_OWNED_ELSEWHERE.format(self.settings.data_dir))
            try:
                restore(file, self.catalogue)
            finally:
                store.discard()
        build.require_stamp(self.catalogue, self.embedder)
        self.sync_vectors()

    def check(self) -> list[Finding]:
        """Return what is wrong with the index; what can be repaired is, unless a server owns the vectors."""
        build.require_stamp(self.catalogue, self.embedder)
        try:
            with self._owned_store() as store:
                return check(self.catalogue, store)
        except VectorStoreError as error:
            if self.settings.chroma_url or self._store:
                raise
            unusable = Finding(str(error), repaired=True)
        with self._owned_store(fresh=True) as store:
            return [unusable, *check(self.catalogue, store)]

    @cached_property
    def embedder(self) -> SentenceEmbedder:
        """The embedding model, loaded on first use."""
        return SentenceEmbedder(self.settings.embedding_model)

    @cached_property
    def encoder(self) -> SentenceEmbedder:
        """The model whose token states sentences are judged by: the packaged one, whatever finds the passages."""
        return self.embedder if self.embedder.name == DEFAULT_MODEL else SentenceEmbedder()

    @cached_property
    def lexicon(self) -> Lexicon:
        """Who is who, loaded on first use; raises LexiconError for a damaged file."""
        return load_lexicon(self.settings.lexicon)

    @cached_property
    def _parts(self) -> Parts:
        build.require_stamp(self.catalogue, self.embedder)
        if self._store is None and self._needs_store():
            self.hold_vectors()
        retriever = Retriever(self.catalogue, self.embedder, self._store, self.settings.exact_scan_chunks)
        prompts, limit = load_prompts(), self.settings.max_question_chars
        if not self.chat_model:
            return Parts(self.catalogue, retriever, self._extractive, prompts, self.lexicon, limit)
        chat = ChatAnswerer(self.chat_model, prompts, self._extractive, self.catalogue.text)
        rewrite, record = ChatRewriter(self.chat_model, prompts), self.history.save_generation
        return Parts(self.catalogue, retriever, chat, prompts, self.lexicon, limit, record, rewrite)

    @cached_property
    def _extractive(self) -> ExtractiveAnswerer:
        return ExtractiveAnswerer(self.encoder, self._rarity, self.catalogue.text, self.settings.answer_threshold)

    @cached_property
    def chat_model(self) -> ChatModel | None:
        """The chat model of the settings, None if none is set; SettingsError says what it lacks."""
        given = self.settings
        if not given.chat_model:
            return None
        key = given.chat_api_key.get_secret_value() if given.chat_api_key else None
        options = ChatOptions(given.chat_base_url, key, given.chat_seconds, given.chat_retries, given.chat_max_tokens)
        return ChatModel(given.chat_model, options)

    def _rarity(self, words: Sequence[str]) -> dict[str, float]:
        total = self.catalogue.count_chunks()
        frequencies = self.catalogue.document_frequencies(words)
        return {word: inverse_document_frequency(count, total) for word, count in frequencies.items()}

    def _needs_store(self) -> bool:
        return self.catalogue.count_chunks() > self.settings.exact_scan_chunks

    def _open_store(self, *, fresh: bool = False) -> VectorStore | None:
        stamp = build.stamp_of(self.embedder)
        if self.settings.chroma_url:
            return open_server(self.settings.chroma_url, self.catalogue, stamp, fresh=fresh)
        return open_embedded(self.settings.data_dir, self.catalogue, stamp, fresh=fresh)

    @contextmanager
    def _owned_store(self, *, fresh: bool = False) -> Iterator[VectorStore | None]:
        """Yield the store this object holds, else one opened for the occasion (an empty one if `fresh`), else None."""
        if self._store:
            yield self._store
            return
        store = self._open_store(fresh=fresh)
        try:
            yield store
        finally:
            if store:
                store.close()


_LOOKED_AT_FOR_EXAMPLES = 500  # documents
_OWNED_ELSEWHERE = (
    "Another process (a server?) owns the vector store in '{}'; stop it first, or run this when it is done."
)


def scope_of(filters: Filters | None, as_of: str | None) -> Scope:
    """Return the scope that a request's limits stand for; raise QuestionError for a date that is none."""
    filters = filters or Filters()
    try:
        as_of = parse_date(as_of) if as_of else None
    except ValueError as error:
        raise QuestionError(f"as_of: {error}.") from error
    return Scope(
        publishers=frozenset(filters.publisher),
        document_ids=frozenset(filters.document_id),
        published_from=filters.published_from,
        published_to=filters.published_to,
        as_of=as_of,
    )
