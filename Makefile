# aitrade: `make demo` and `make test` set up everything they need in .venv and models/weights, and can be repeated.
PYTHON ?= python3
SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed

.PHONY: help install models-demo models-test demo test lint fast-test test-models torture clean

help:
	@echo "make demo       install, classify the sample with a local LLM, print tables, write a report"
	@echo "make test       install, lint, type-check and run every test"
	@echo "make fast-test  run the tests that need no real model"
	@echo "make test-models  compare every architecture of transformers, tiny and random, with the library's own scores"
	@echo "make torture    kill, starve, fuzz and inject at length; write the figures into docs/reliability.md"
	@echo "make clean      remove .venv, the demo and caches (installed models stay)"

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt
	@echo "== installing aitrade and its libraries into $(VENV) (some minutes the first time)"
	@$(PYTHON) -c "import sys; sys.exit(0 if sys.version_info >= (3, 11) else 'aitrade needs Python 3.11 or later: make PYTHON=python3.11')"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar off --constraint constraints.txt --editable ".[all,dev]" \
		| awk '/^(Collecting|Successfully)/ { print "   " substr($$0, 1, 110); fflush() }'
	@test -x $(BIN)/aitrade
	@touch $@

models-demo: $(INSTALLED)
	@echo "== models: the embedder and the 0.5B LLM"
	@$(BIN)/aitrade models install all-minilm-l6-v2 qwen2.5-coder-0.5b-instruct

models-test: $(INSTALLED)
	@echo "== models: the embedder, the smallest LLM, the demo's and the default's"
	@$(BIN)/aitrade models install all-minilm-l6-v2 smollm2-135m-instruct qwen2.5-coder-0.5b-instruct qwen2.5-coder-1.5b-instruct

demo: models-demo
	@echo "== demo: classify the sample, tabulate it, compare with the published figures"
	@$(BIN)/aitrade --workspace demo demo

lint: $(INSTALLED)
	@echo "== ruff and mypy"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

fast-test: $(INSTALLED)
	@$(BIN)/pytest -m "not real and not browser"

# What tests/torture, tests/fuzz and tests/injection do at length, two files at a time; no real model is needed. Files
# lie in memory where the system has a place for that, since nothing is asked of the disk itself.
TORTURE := tests/torture tests/fuzz tests/injection tests/classification/test_determinism.py
torture: $(INSTALLED)
	@echo "== torture: kills, conditions, sockets, wrong files, hostile texts (under an hour on 2 cores)"
	@rm -f .torture-figures; place=$$(mktemp -d -p $$(test -w /dev/shm && echo /dev/shm || echo /tmp)); trap "rm -rf $$place" EXIT; \
		AITRADE_LONG=1 AITRADE_FIGURES=$(CURDIR)/.torture-figures $(BIN)/pytest -n 2 --dist load --basetemp=$$place/t $(TORTURE)
	@$(BIN)/python scripts/write_reliability.py .torture-figures

# axe-core checks the report's accessibility; without npm those few tests say so and skip.
tests/browser/node_modules: tests/browser/package-lock.json
	@if command -v npm >/dev/null; then echo "== axe-core"; npm ci --silent --prefix tests/browser && touch $@; \
		else echo "== no npm: the accessibility checks will be skipped"; fi

test: models-test lint tests/browser/node_modules
	@echo "== tests, two at a time"
	@$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

test-models: $(INSTALLED)
	@OMP_NUM_THREADS=1 $(BIN)/python scripts/model_matrix.py --write

clean:
	rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache .hypothesis build dist
