"""What can go wrong while documents are stored or searched.

JvError                  every error a user may see; `exit_code` is the command's exit status
├── LoadError            one file could not be read (the run goes on)
│   ├── UnknownFormat    the file is of a kind that is not read at all
│   ├── AddressError     the web address may not be, or could not be, fetched
│   └── LeftOut          the input is passed over by a rule; nothing failed
├── FolderError          a folder to keep in step with is not there
├── LexiconError         a lexicon file is damaged or contradicts itself
├── BackupError          a backup could not be written, or is none
├── BusyError            another process holds the ingest lock
├── StampMismatch        the index was made with another model or chunking
├── NoIndexError         there is no index yet
├── NotFoundError        no such document, answer or conversation
├── StorageError         the disk or the database refused
│   └── VectorStoreError Chroma refused, or could not be reached
└── ModelError           the embedding model could not be loaded
"""


class JvError(Exception):
    """An error with a message for people: what happened, the value, what to do next."""

    exit_code = 1


class LoadError(JvError):
    """A file that cannot be read as a document."""


class UnknownFormat(LoadError):
    """A file whose format is not one that is read."""


class AddressError(LoadError):
    """A web address that may not be fetched, or that gave nothing."""


class LeftOut(LoadError):
    """An input that is passed over by a rule, which is no failure."""


class FolderError(JvError):
    """A folder whose gone files are to be removed, and which is not there itself."""

    exit_code = 2


class LexiconError(JvError):
    """A lexicon file that cannot be used."""

    exit_code = 2


class BackupError(JvError):
    """A backup that could not be written, or a file that is not a whole backup."""


class BusyError(JvError):
    """Another process is writing and did not finish in time."""

    exit_code = 3


class StampMismatch(JvError):
    """The stored vectors were made with another model, dimension or chunking version."""

    exit_code = 4


class NoIndexError(JvError):
    """The data folder holds no index."""

    exit_code = 5


class NotFoundError(JvError):
    """Nothing is stored under the given id."""


class StorageError(JvError):
    """The catalogue or the vector store could not be read or written."""


class VectorStoreError(StorageError):
    """The vector store could not be used; the catalogue may be whole."""


class ModelError(JvError):
    """The embedding model is missing or damaged."""

    exit_code = 2
