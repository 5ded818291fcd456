# Havre: one target for each thing a developer does. `make` lists them.
# PYTHON=python3.13 uses that Python and its own environment, .venv-3.13.

PYTHON ?= python3
VENV := $(if $(filter python3,$(PYTHON)),.venv,.venv-$(patsubst python%,%,$(notdir $(PYTHON))))
PY := $(CURDIR)/$(VENV)/bin/python
BUILD := $(CURDIR)/build
PROOFS := $(BUILD)/promises
WORKERS ?= 2
DATABASE ?= both

# The demonstration's calendar stands on one day: docs/adr/0004.
DEMO_ENV = HAVRE_MODE=demo HAVRE_TODAY=$${HAVRE_TODAY:-2019-12-31} HAVRE_DATA="$${HAVRE_DATA:-$(CURDIR)/var/demo}"
CHECK_ENV = HAVRE_MODE=test HAVRE_DATA="$(BUILD)/check"
SETUP = $(PYTHON) scripts/environment.py --venv $(VENV)
SOURCES = check-style check-format check-types check-layers check-migrations check-docs
CHECKS = $(SOURCES) check-guards
# A file is one worker's, since its fixtures are; tests/engines.py puts the long ones first.
PYTEST = $(PY) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help setup run demo test promises mutants screenshots check fix e2e docs bench messages lock lint base dev chromium $(CHECKS)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: dev ## make the virtual environment, with everything a developer needs

base:
	@$(SETUP) base
	@$(PY) scripts/compile_messages.py

dev:
	@$(SETUP) dev
	@$(PY) scripts/compile_messages.py

chromium: dev
	@$(PY) -m tests.chromium

demo: base ## load the demonstration caseload, write its report and serve it (SERVE=0: do not serve; PORT=8000)
	@$(DEMO_ENV) $(PY) manage.py demo

run: base ## serve your own installation, configured by the environment (docs/how-to)
	@$(PY) manage.py migrate --noinput
	@$(PY) manage.py migrate --noinput --database keystore
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@$(PY) -m granian --interface wsgi --host "$${HOST:-127.0.0.1}" --port "$${PORT:-8000}" config.wsgi:application

test: dev chromium ## run every test, on SQLite with the browser, then on PostgreSQL (DATABASE=sqlite or postgres: one of them)
ifneq ($(DATABASE),postgres)
	HAVRE_PROMISES=$(PROOFS)/sqlite.json $(PYTEST)
endif
ifneq ($(DATABASE),sqlite)
	HAVRE_PROMISES=$(PROOFS)/postgresql.json $(PY) -m tests.postgres -- $(PYTEST) -m "not browser"
endif

promises: dev ## prove T1 to T20 of the vault on both databases, and write docs/reference/promises.md (with the last mutants)
	HAVRE_PROMISES=$(PROOFS)/sqlite.json $(PYTEST) -m promise
	HAVRE_PROMISES=$(PROOFS)/postgresql.json $(PY) -m tests.postgres -- $(PYTEST) -m promise
	$(PY) -m tests.promises $(PROOFS)/sqlite.json $(PROOFS)/postgresql.json $(PROOFS)/mutants.json

mutants: dev ## take one mechanism of the vault out at a time, in a copy: a test must fail (five to ten minutes)
	HAVRE_MUTANTS=$(PROOFS)/mutants.json $(PY) -m tests.vault.mutants

e2e: dev chromium ## run the browser journeys only
	$(PYTEST) -m browser tests/e2e

screenshots: dev chromium ## take the pictures of the how-to pages again, by following them in a browser
	HAVRE_SCREENSHOTS=$(CURDIR)/docs/screenshots $(PYTEST) -m browser $$(grep -l "tests.e2e.guide" tests/e2e/test_*.py)

lint: dev ## the part of `check` that runs no test
	@$(MAKE) --no-print-directory --keep-going $(SOURCES)

check: dev ## look for faults without running the tests: style, types, layers, migrations, generated docs, guards
	@$(MAKE) --no-print-directory --keep-going $(CHECKS)

check-style:
	$(PY) -m ruff check --quiet .
check-format:
	$(PY) -m ruff format --check --quiet .
check-types:
	$(PY) -m mypy
check-layers:
	$(VENV)/bin/lint-imports --no-logo --cache-dir $(BUILD)/import-linter
check-migrations:
	$(CHECK_ENV) $(PY) manage.py makemigrations --check --dry-run
check-docs:
	$(CHECK_ENV) $(PY) manage.py docs --check
check-guards:
	$(PYTEST) -q tests/guards --ignore tests/guards/test_access.py --ignore tests/guards/test_junk.py  # every address: make test does it

fix: dev ## put the code in shape
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

docs: dev ## write the reference pages again
	$(CHECK_ENV) $(PY) manage.py docs

bench: ## run the benchmarks, in an environment of their own (PARTS="fields signin finding duplicates rewrap", all unless said)
	@$(PYTHON) scripts/environment.py --venv $(VENV)-bench bench
	@$(VENV)-bench/bin/python bench/vault.py $(PARTS)

messages: dev ## collect the sentences to translate into locale/fr and locale/ar (needs gettext)
	@command -v xgettext >/dev/null || { echo "This needs gettext: apt-get install gettext (or: brew install gettext)."; exit 1; }
	$(CHECK_ENV) $(PY) manage.py makemessages -l fr -l ar --add-location file --no-wrap --ignore ".venv*" --ignore build --ignore var --ignore tests

lock: dev ## lock the dependencies again after a change of requirements/*.in
	@for name in base dev bench; do $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links requirements/$$name.in -o requirements/$$name.txt || exit 1; done
