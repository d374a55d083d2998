"""What can go wrong while answers are evaluated.

JvError
├── QuestionSetError     a question set is not as it should be; the message names file and line
├── RunFileError         a run.json cannot be read, or shares no question with this run
└── TargetError          the server that is evaluated does not answer as agreed
"""

from index.errors import JvError


class QuestionSetError(JvError):
    """A question set that cannot be used."""

    exit_code = 2


class RunFileError(JvError):
    """A stored run that cannot be read or compared."""

    exit_code = 2


class TargetError(JvError):
    """The evaluated server is out of reach or answered with something else."""
