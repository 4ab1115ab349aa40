# make run: the portal with a sandbox    make test: all tests    make check: all checks    make bench: the benchmarks

PY := .venv/bin/python
SYSTEM_PYTHON = $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

.PHONY: run test check bench
.DELETE_ON_ERROR:

run: .venv/run.installed
	@exec $(PY) -m ktportal.demo

test: .venv/dev.installed
	@mkdir -p var && exec $(PY) -m pytest -n 2 --dist worksteal $(ARGS)

check: .venv/dev.installed
	@mkdir -p var && PATH="$$PWD/.venv/bin:$$PATH" exec sh .ci/check

bench: .venv/dev.installed
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
