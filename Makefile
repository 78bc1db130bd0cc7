# Every path is relative, so that the house may stand in a folder with blanks in its name.
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install -qq
PYTHONS := $(if $(PYTHON),"$(PYTHON)",python3 python3.14 python3.13 python3.12 python3.11)
ARGS ?=
CAMPAIGN ?= kill_worker
OUT ?= service/ranking/starter.npz
export DIGEST_PATH := $(value DIGEST)
export DATASET_PATH := $(value DATASET)
export DATASET_PATHS := $(value DATASETS)

.DEFAULT_GOAL := help
.PHONY: help setup run test browser lint format bench evaluate faithful calibration chaos night space lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile

setup: ## install everything into .venv; quick when nothing has changed
	@now="$$(pwd): $$(cat requirements.lock pyproject.toml | cksum)"; \
	was="$$(cat .venv/installed 2>/dev/null)"; \
	if [ "$$now" = "$$was" ] && $(BIN)/python -c '' 2>/dev/null; then exit 0; fi; \
	for python in $(PYTHONS) none; do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
	done; \
	if [ "$$python" = none ]; then \
	  echo 'Paper Round needs Python 3.11 or newer. Say where it is: make setup PYTHON=/path/to/python3' >&2; \
	  exit 1; \
	fi; \
	if ! "$$python" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$python comes without venv; on Debian and Ubuntu: apt install python3-venv" >&2; \
	  exit 1; \
	fi; \
	set -e; \
	echo 'Installing into .venv, about a minute ...'; \
	case "$$was" in "$$(pwd): "*) ;; *) rm -rf .venv ;; esac; \
	"$$python" -m venv .venv; \
	$(PIP) --require-hashes -r requirements.lock; \
	$(PIP) --no-deps --no-build-isolation --editable .; \
	printf '%s' "$$now" > .venv/installed

run: setup ## try it: two readers, two editions, a mailbox in the browser (DIGEST=page.html takes a real page)
	@if [ -n "$$DIGEST_PATH" ]; then \
	  exec $(BIN)/paperround demo --digest "$$DIGEST_PATH"; \
	else \
	  exec $(BIN)/paperround demo; \
	fi

test: setup ## run the tests, on SQLite and on real Postgres and Redis servers (ARGS="-k outbox")
	$(BIN)/python -m pytest -n 2 $(ARGS)

browser: setup ## read and press as a reader does, in a real Chromium (CHROMIUM=/path/to/chromium)
	@$(BIN)/python -m tests.browser.chromium
	$(BIN)/python -m pytest tests/browser $(ARGS)

lint: setup ## check format, style, types and who imports whom
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m ruff check .
	$(BIN)/python -m mypy
	$(BIN)/lint-imports

format: setup ## put the code in its usual form
	$(BIN)/python -m ruff format .
	$(BIN)/python -m ruff check --fix .

bench: setup ## measure each step of the road, or ARGS=answers: whether time tells on a reader
	$(BIN)/python -m tests.bench $(ARGS)

evaluate: setup ## measure the ranking on a data set, and draw it for docs/relevance.md (DATASET=folder)
	$(BIN)/python -m tests.bench.relevance "$$DATASET_PATH"

faithful: setup ## remove what reasons name, and see whether scores sink (DATASET=folder)
	$(BIN)/python -m tests.bench.faithful "$$DATASET_PATH"

calibration: setup ## learn how scores become probabilities (DATASETS="folder 'folder with blanks'")
	@printf '%s\n' "$$DATASET_PATHS" | xargs $(BIN)/python -m tests.bench.calibration

chaos: setup ## do harm and count what was lost or doubled (CAMPAIGN=kill_worker ARGS="--times 20")
	$(BIN)/python -m tests.chaos.$(CAMPAIGN) $(ARGS)

night: setup ## a whole day in simulated time, with kills and flushes (ARGS="--database postgres")
	$(BIN)/python -m tests.chaos.night --readers 2000 $(ARGS)

space: setup ## learn the starter space anew (CORPUS=papers.jsonl.gz, OUT=where to)
	$(BIN)/python -m service.ranking.starter "$(CORPUS)" "$(OUT)"

lock: setup ## write both locks anew, for every Python from 3.11 (ARGS=--upgrade)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	$(BIN)/python -m uv pip compile --universal --python-version 3.11 --extra dev --generate-hashes \
	  --no-header --no-annotate $(ARGS) pyproject.toml -o requirements.lock
	$(BIN)/python -m uv pip compile --universal --python-version 3.11 --extra build --generate-hashes \
	  --no-header --no-annotate --constraint requirements.lock pyproject.toml -o requirements-server.lock

clean: ## remove what was installed, built and cached; var/ stays
	rm -rf .venv build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find service workers tests alembic -name __pycache__ -prune -exec rm -rf {} +
