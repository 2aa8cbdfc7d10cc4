# Everything a new machine needs comes from the lock files; nothing is installed by hand.
PYTHON ?= python3
VENV   := .venv
PY     := $(VENV)/bin/python
# As they were typed: make would take a $ for its own.
override export PHOTO := $(value PHOTO)
override export COMMAND := $(value COMMAND)

# pip says what went wrong, and nothing else. A venv without pip was made by halves, and is made anew.
define install
@$(PY) -m pip --version >/dev/null 2>&1 || $(MAKE) --no-print-directory new-venv
@echo "installing (about a minute)"
@$(PY) -m pip install -qq --disable-pip-version-check --root-user-action=ignore --require-hashes -r $<
@touch $@
endef

.PHONY: help demo play run doctor migrate test test-fast test-browser check audit format bench crashes lock clean new-venv
help:            ## this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/demo     ## the main job against the sandbox; PHOTO=path COMMAND="/sketch" for your own
	@$(PY) -m bot demo $${PHOTO:+"--photo=$$PHOTO"} $${COMMAND:+"--command=$$COMMAND"}

play: $(VENV)/demo     ## the whole bot in a browser, against the sandbox; PORT=8090
	@$(PY) -m bot play $${PORT:+"--port=$$PORT"}

run: $(VENV)/runtime   ## the bot, with the settings of the environment or .env
	@$(PY) -m bot run

doctor: $(VENV)/runtime ## what is wrong with the settings, and what to do
	@$(PY) -m bot doctor

migrate: $(VENV)/runtime ## bring the database to this version
	@$(PY) -m bot migrate

test: $(VENV)/dev      ## every test
	$(PY) -m pytest

test-fast: $(VENV)/dev ## the core, the conversation, the pictures, SQLite: under a minute
	$(PY) -m pytest -n 2 -k "not postgres" --ignore tests/conversation/scenes tests/core tests/conversation tests/images tests/storage

test-browser: $(VENV)/dev ## play in a real Chromium
	@{ command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null || { \
		echo "Chromium is not installed; on Debian and Ubuntu: sudo apt install chromium" >&2; exit 1; }
	$(PY) -m pytest tests/browser

check: $(VENV)/dev     ## format, lint, types, import rules, tests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(PY) -m pytest

audit: $(VENV)/audit   ## known weaknesses of what is installed, and docs/licences.md
	$(PY) -m tests.tools.licences
	$(PY) -m tests.tools.audit

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

new-venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	@$(PYTHON) -m venv --clear $(VENV) || { rm -rf $(VENV); \
		echo "Python cannot make a virtual environment here; on Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }

$(VENV)/runtime: requirements.lock
	$(install)

$(VENV)/demo: requirements-demo.lock
	$(install)
	@touch $(VENV)/runtime

$(VENV)/audit: requirements-audit.lock
	$(install)
	@touch $(VENV)/runtime

$(VENV)/dev: requirements-dev.lock
	$(install)
	@touch $(VENV)/demo $(VENV)/runtime
