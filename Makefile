# The two commands: `make run` and `make test`. Both set everything up first; nothing else is needed.
SHELL := /bin/bash
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/uv/bin/uv
STAMP := $(VENV)/.runtime-installed
DEV_STAMP := $(VENV)/.dev-installed
# The first interpreter that really runs (a name on the path may be a shim with nothing behind it).
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
  $$name -c 'import sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' >/dev/null 2>&1 && echo $$name && break; done)

.DEFAULT_GOAL := help
.PHONY: help run test check bench differences format lock docs browser clean

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(STAMP) ## Set up, start the sandbox and the product in it, print address and login
	@exec $(VENV)/bin/rainmaker demo $(ARGS)

test: $(DEV_STAMP) browser ## Set up and pass the tests
	$(PY) -m pytest -n logical --maxprocesses 4 --dist loadfile $(ARGS)

check: $(DEV_STAMP) ## Format, lint, types, layers, sizes and docs
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/pyrefly check --summarize-errors
	$(VENV)/bin/lint-imports
	$(PY) -m pytest tests/architecture

bench: $(DEV_STAMP) ## Measure speed and memory beside a baseline
	@$(VENV)/bin/rainmaker eval speed $(ARGS)

differences: $(DEV_STAMP) ## Show what a quick suite measures now beside its kept full run; fails nobody
	@for suite in mail; do timeout 60 $(PY) -m evals diff $$suite || echo "Skipped: no differences for $$suite."; done

format: $(DEV_STAMP) ## Format and fix what can be fixed
	$(VENV)/bin/ruff check --fix .
	$(VENV)/bin/ruff format .

lock: $(DEV_STAMP) ## Resolve again and export the hashed requirements
	$(UV) lock --upgrade
	$(UV) export --frozen --no-emit-project --no-header --no-dev --group build -o requirements.lock -q
	$(UV) export --frozen --no-emit-project --no-header --all-groups -o requirements-dev.lock -q

docs: $(DEV_STAMP) ## Write .env.example and docs/reference.md from the code
	$(PY) -c "from runtime.settings import example_file; print(example_file(), end='')" > .env.example
	$(PY) docs/make_reference.py > docs/reference.md.new && mv docs/reference.md.new docs/reference.md

browser: $(DEV_STAMP)
	@bash tools/read/web/install_browser.sh

clean: ## Remove what make set up (your data in ~/.rainmaker stays)
	rm -rf $(VENV)

$(UV):
	@test -n "$(PYTHON)" || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed and none was found. Install it, or name it: make $(MAKECMDGOALS) PYTHON=python3.11"; exit 2; }
	@$(PYTHON) -m venv $(VENV) 2>/dev/null || { $(PYTHON) -m pip install -q --user virtualenv && $(PYTHON) -m virtualenv -q $(VENV); }
	@$(PYTHON) -m venv $(VENV)/uv 2>/dev/null || $(PYTHON) -m virtualenv -q $(VENV)/uv
	@$(VENV)/uv/bin/pip install -q --disable-pip-version-check "uv>=0.9"

$(STAMP): requirements.lock pyproject.toml | $(UV)
	@echo "Setting up (once) …"
	@test -f $(DEV_STAMP) || $(UV) pip sync -q --python $(PY) --require-hashes requirements.lock
	@$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): requirements-dev.lock pyproject.toml | $(UV)
	@echo "Setting up with test tools (once) …"
	@$(UV) pip sync -q --python $(PY) --require-hashes requirements-dev.lock
	@$(UV) pip install -q --python $(PY) --no-deps --no-build-isolation -e .
	@touch $@ $(STAMP)
