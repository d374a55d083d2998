"""Run the program with `python -m assistant`."""

from assistant.cli import main

main()
