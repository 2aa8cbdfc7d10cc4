# Everything a new machine needs comes from the lock files; nothing is installed by hand.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
PIP    := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes
PHOTO  ?=
COMMAND ?=

.PHONY: help demo run doctor migrate test check audit format bench crashes lock clean
help:            ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/demo     ## the main job against the sandbox; PHOTO=path COMMAND="/sketch" for your own
	@$(PY) -m bot demo $(if $(PHOTO),--photo "$(PHOTO)") $(if $(COMMAND),--command "$(COMMAND)")

run: $(VENV)/runtime   ## the bot, with the settings of the environment or .env
	@$(PY) -m bot run

doctor: $(VENV)/runtime ## what is wrong with the settings, and what to do
	@$(PY) -m bot doctor

migrate: $(VENV)/runtime ## bring the database to this version
	@$(PY) -m bot migrate

test: $(VENV)/dev      ## every test
	$(PY) -m pytest

check: $(VENV)/dev     ## format, lint, types, import rules, tests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest

audit: $(VENV)/audit   ## known weaknesses of what is installed, and docs/licences.md
	$(PY) -m tools.licences
	$(PY) -m tools.audit

format: $(VENV)/dev    ## format and sort
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

bench: $(VENV)/dev     ## the benchmarks; numbers to compare within one run
	$(PY) -m tests.bench

crashes: $(VENV)/dev   ## kill the bot everywhere and 200 times, then whatever lasts long; some half an hour
	$(PY) -m tests.bench.crashes
	$(PY) -m tests.bench.adversity

COMPILE = $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header pyproject.toml
lock: $(VENV)/dev      ## write the lock files anew from pyproject.toml
	$(COMPILE) --upgrade --extra dev --extra demo -o requirements-dev.lock
	$(COMPILE) -c requirements-dev.lock --extra demo -o requirements-demo.lock
	$(COMPILE) -c requirements-dev.lock -o requirements.lock
	$(COMPILE) --extra audit -c requirements-dev.lock -o requirements-audit.lock

clean:           ## what make made
	rm -rf $(VENV) demo-output .mypy_cache .ruff_cache .pytest_cache .import_linter_cache

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv $(VENV)

$(VENV)/runtime: requirements.lock | $(VENV)/bin/python
	$(PIP) -r requirements.lock
	@touch $@

$(VENV)/demo: requirements-demo.lock | $(VENV)/bin/python
	$(PIP) -r requirements-demo.lock
	@touch $@ $(VENV)/runtime

$(VENV)/audit: requirements-audit.lock | $(VENV)/bin/python
	$(PIP) -r requirements-audit.lock
	@touch $@ $(VENV)/runtime

$(VENV)/dev: requirements-dev.lock | $(VENV)/bin/python
	$(PIP) -r requirements-dev.lock
	@touch $@ $(VENV)/demo $(VENV)/runtime
