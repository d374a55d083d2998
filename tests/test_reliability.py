"""Every promise in docs/reliability.md names a test that there is, and `make reliability` runs it."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = sorted(set(re.findall(r"`(\w+/test_\w+\.py)::(test_\w+)`", (ROOT / "docs/reliability.md").read_text("utf-8"))))


def test_promises_name_tests():
    assert len(NAMED) >= 30


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_named_test_is_there(file: str, name: str):
    assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text("utf-8")


@pytest.mark.parametrize("file", sorted({file for file, _ in NAMED}))
def test_a_named_file_is_run_many_times_over(file: str):
    folder, name = file.split("/test_")
    rules = (ROOT / "Makefile").read_text("utf-8").partition("RELIABILITY :=")[2].partition("reliability:")[0]
    of_folder = re.search(rf"tests/{folder}/test_,([^)]*)\)", rules)
    assert of_folder
    assert name in of_folder[1].split()
