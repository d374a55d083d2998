"""What can go wrong while questions are answered.

JvError (index.errors)
├── SettingsError      a setting is unknown, out of bounds or unsafe
├── QuestionError      the question cannot be taken: empty, too long, a date that is none
├── PromptError        a prompt file is missing or has the wrong placeholders
├── UploadError        what was sent cannot be taken in as it is
├── TooMuchError       more was sent than one request may
├── QueueFullError     too much is waiting to be taken in
├── ChatModelError     the chat model failed or took too long; the extractive answer is given
└── TooBusyError       more questions are waiting than can be answered soon
"""

from index.errors import JvError


class SettingsError(JvError):
    """A setting that cannot be used."""

    exit_code = 2


class QuestionError(JvError):
    """A question or one of its limits that cannot be used."""

    exit_code = 2


class PromptError(JvError):
    """A prompt file that does not fit the program."""

    exit_code = 2


class UploadError(JvError):
    """An upload that cannot be taken as it is: no files, two of one name, a page that belongs to another site."""


class TooMuchError(UploadError):
    """More files in one request than are taken."""


class QueueFullError(JvError):
    """As many jobs are waiting as may."""


class ChatModelError(JvError):
    """A chat model that failed, sent nothing or took too long."""


class TooBusyError(JvError):
    """More questions are waiting than can be answered soon."""

    def __init__(self, message: str, retry_after: int) -> None:
        """`retry_after` is in how many seconds there should be room."""
        super().__init__(message)
        self.retry_after = retry_after
