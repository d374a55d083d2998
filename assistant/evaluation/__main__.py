"""The gate as a command: `python -m assistant.evaluation [--renew] [--report DIR]` from the repository root."""

import argparse
import sys
from contextlib import AbstractContextManager, closing
from pathlib import Path

from rich.console import Console

from assistant.evaluation.gate import Workshop, run_gate
from assistant.wiring import Assistant
from index.errors import JvError
from index.sources import SEEDS, find_files

ROOT = Path(__file__).parents[2]
QUESTIONS = ROOT / "tests" / "questions"
CORPORA = {
    "raw": ROOT.parent / "shared" / "seeds",
    "seeds": SEEDS,
    "briefs": SEEDS,
    "foreign": QUESTIONS / "foreign" / "corpus",
}


def main() -> int:
    """Ask the development questions and return the exit status: 0, or 1 on a regression."""
    parser = argparse.ArgumentParser(prog="python -m assistant.evaluation", description=main.__doc__)
    parser.add_argument("--renew", action="store_true", help="write the baselines instead of comparing with them")
    parser.add_argument("--report", type=Path, help="folder for the reports")
    parser.add_argument("--sets", type=Path, default=QUESTIONS / "dev", help="question sets (default: the dev split)")
    given = parser.parse_args()
    console = Console(width=None if sys.stdout.isatty() else 140)
    workshop = Workshop(build_index, open_assistant)
    try:
        return run_gate(
            given.sets,
            CORPORA,
            QUESTIONS / "baseline",
            console,
            workshop,
            renew=given.renew,
            report_dir=given.report,
        )
    except JvError as error:
        console.print(str(error), markup=False)
        return error.exit_code


def build_index(data_dir: Path, folder: Path) -> None:
    """Make an index of the documents in `folder`."""
    with closing(Assistant.create(data_dir)) as assistant:
        assistant.ingest(find_files([folder]))


def open_assistant(data_dir: Path) -> AbstractContextManager[Assistant]:
    """Open the program on an index."""
    return closing(Assistant.open(data_dir))


if __name__ == "__main__":
    sys.exit(main())
