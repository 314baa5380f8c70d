# `make demo` and `make test` are all a newcomer needs. Each makes the environment first, once.

ifndef PYTHON
PYTHON := $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; echo python3)
endif
VLLM ?= auto
BIN := .venv/bin
export TOKENIZERS_PARALLELISM := false

.DEFAULT_GOAL := help
.PHONY: help setup demo serve test lint bench prompts lock clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## */  make \1	/p' $(firstword $(MAKEFILE_LIST)) | expand -t 20

setup:  ## the environment in .venv (VLLM=auto|cpu|gpu|none, PYTHON=python3.12)
	@command -v $(PYTHON) >/dev/null || { echo "setup: no $(PYTHON) here. Install Python 3.11 or newer." >&2; exit 1; }
	@$(PYTHON) scripts/setup.py --vllm $(VLLM)

demo: setup  ## MovieLens 100K, training, the model, one recommendation, then the server
	@$(BIN)/tastemaker demo
	@$(BIN)/python serve.py --sample 42 "A light sci-fi comedy for tonight, nothing from before 1985."

serve: setup  ## the server on the home in ./var (or TASTEMAKER_HOME)
	@$(BIN)/python serve.py

test: setup  ## the whole test suite
	@$(BIN)/python -m pytest

lint: setup  ## style, types, arrows between folders, prompt versions, the settings page
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/prompt_versions.py
	@$(BIN)/python scripts/settings_reference.py
	@$(BIN)/mypy

bench: setup  ## the benchmarks; figures go to benchmarks/
	@$(BIN)/python -m benchmarks

prompts: setup  ## record prompt texts after raising their versions
	@$(BIN)/python scripts/prompt_versions.py --record

lock: setup  ## pin what .venv holds now
	@$(BIN)/python scripts/lock.py

clean:  ## remove the environment and caches; homes and downloads stay
	@rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
