PY := .venv/bin/python
SYSTEM_PYTHON = $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
PYTEST = mkdir -p -m 700 var && exec $(PY) -m pytest

.PHONY: help run shell test test-fast test-crash check fix translations hooks bench
.DELETE_ON_ERROR:

help: ## what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' Makefile

run: .venv/run.installed ## the portal with a sandbox and a demo team
	@exec $(PY) -m ktportal.demo

shell: .venv/run.installed ## Django's shell on the data of make run
	@$(PY) -m ktportal.demo prepare && exec $(PY) manage.py shell

test: .venv/dev.installed ## all tests; T=path: those in it, in one process, up to the first failure; ARGS: options for pytest
	@$(PYTEST) $(if $(T),-vv -x $(T),-n logical --maxprocesses 8 --dist worksteal) $(ARGS)

test-fast: .venv/dev.installed ## all tests but those in the browser
	@$(PYTEST) -n logical --maxprocesses 8 --dist worksteal --ignore=tests/browser $(ARGS)

test-crash: .venv/dev.installed ## kills, locks and restarts under load, on both databases; SEED=n repeats a run
	@mkdir -p -m 700 var && exec $(PY) -m tests.crash $(SEED)

check: .venv/dev.installed ## all other checks, with production settings, summed up
	@mkdir -p -m 700 var && PATH="$$PWD/.venv/bin:$$PATH" exec sh .ci/check

fix: .venv/dev.installed ## puts right what tools can: lint, format, texts in step
	@.venv/bin/ruff check --fix-only .
	@.venv/bin/ruff format .
	@exec $(PY) -m ktportal.translations

translations: .venv/dev.installed ## brings the German texts into step with code and templates; names those that are missing
	@exec $(PY) -m ktportal.translations

hooks: .venv/dev.installed ## lets git check every commit of this clone
	@exec .venv/bin/pre-commit install

bench: .venv/dev.installed ## the benchmarks; NAME=library: one of them
	@exec $(PY) -m benchmarks $(NAME)

.venv/run.installed: requirements.txt | .venv/made
	@echo "Installing requirements.txt …"
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/dev.installed: requirements.txt requirements-dev.txt | .venv/made
	@echo "Installing requirements-dev.txt …"
	@$(PY) -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/run.installed

.venv/made:
	@test -n "$(SYSTEM_PYTHON)" || { echo "Python 3.11 or later is needed and was not found."; exit 1; }
	@$(SYSTEM_PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is incomplete: install it with 'apt-get install python3-venv'."; exit 1; }
	@$(SYSTEM_PYTHON) -m venv .venv
	@touch $@
