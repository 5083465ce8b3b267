# Relative paths and `python -m` throughout: scripts inside a virtual environment carry its
# absolute path in their first line, which breaks where a folder's name has a space.

VENV ?= .venv
PORT ?= 8000
LIVESTREAM_VAR ?= var
export VENV PORT LIVESTREAM_VAR
# If it were set, each of the hundreds of processes that tests start would compile the code again.
unexport PYTHONDONTWRITEBYTECODE

PY := $(VENV)/bin/python
MANAGE := $(PY) manage.py
# Checks look at the code, not at anybody's state folder.
CHECKING := DJANGO_SETTINGS_MODULE=settings.test

# More workers than this wait for the disk, not for a processor. Files run in their order: tests/conftest.py puts the
# slow ones first.
WORKERS ?= -n auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder
ARGS ?=
SCENARIO ?=

.DEFAULT_GOAL := help
.PHONY: help run demo test check lint types imports migrations matrix realtime errors schema rules clients format \
	bench-contributions bench-refund bench-desk bench-fanout bench-webhooks bench-schedule bench-http bench-soak messages picture install install-dev node lock clean

help: ## list these targets
	@echo "make <target>   (PORT=$(PORT), LIVESTREAM_VAR=$(LIVESTREAM_VAR))"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-20s %s\n", $$1, $$2}' Makefile

run: install ## serve web, worker and relay in one process on SQLite
	@echo "» Starting"
	@exec $(MANAGE) serve --prepare

demo: install ## play a show against the running server (SCENARIO=… for another story)
	@$(MANAGE) demo $(if $(SCENARIO),--scenario $(SCENARIO)) $(ARGS)

test: install-dev ## run the tests (DATABASE_URL and BROKER_URL choose other servers; TEST_ROUNDS=full for all rounds; ARGS for pytest)
	@$(PY) -m pytest $(WORKERS) $(ARGS)

check: lint types imports migrations matrix realtime errors schema clients ## everything below that can fail without running a test
	@echo "» All checks passed"

lint: install-dev ## style and formatting
	@echo "» ruff"
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .

types: install-dev ## types
	@echo "» mypy"
	@$(PY) -m mypy

imports: install-dev ## who may import whom
	@echo "» import contracts"
	@$(PY) -c "from importlinter.cli import lint_imports_command; lint_imports_command()" --no-logo

migrations: install-dev ## no model without its migration
	@echo "» migrations"
	@$(CHECKING) $(MANAGE) makemigrations --check --dry-run

matrix: install-dev ## the documented matrix of events and receivers is the real one
	@echo "» signal matrix"
	@$(CHECKING) $(MANAGE) signal_matrix --check

realtime: install-dev ## the documented channels and pushes are the real ones
	@echo "» real time"
	@$(CHECKING) $(MANAGE) realtime_reference --check

errors: install-dev ## the documented error codes are the real ones
	@echo "» error codes"
	@$(CHECKING) $(MANAGE) error_codes --check

# An empty document is valid too, so the paths are counted.
schema: install-dev ## the OpenAPI document is valid and not empty
	@echo "» OpenAPI document"
	@mkdir -p "$$LIVESTREAM_VAR"
	@$(CHECKING) $(MANAGE) spectacular --validate --fail-on-warn --format openapi-json --file "$$LIVESTREAM_VAR/schema.json"
	@$(PY) -c "import json, sys; n = len(json.load(open(sys.argv[1]))['paths']); print(n, 'paths'); sys.exit(n == 0)" "$$LIVESTREAM_VAR/schema.json"

# Both linters, with the rules of tests/node, where a rule that is off has its reason.
rules: schema node ## the OpenAPI document keeps the rules of two linters (needs Node)
	@echo "» redocly and spectral"
	@tests/node/lint "$$LIVESTREAM_VAR/schema.json"

clients: rules ## clients that are generated from the document compile, and so do their uses (needs Node)
	@echo "» generated clients"
	@$(PY) -m tests.clients.generating "$$LIVESTREAM_VAR/clients"

format: install-dev ## rewrite the code in the house's format
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

picture: install-dev ## take the README's picture of the console again (needs Chromium)
	@$(CHECKING) $(PY) -m tests.browser.picture

messages: install-dev ## bring the catalogues of translations up to date, and name what is not translated yet
	@$(PY) -m tests.translations

bench-contributions: install-dev ## contributions a second, beside other ways to do them (needs PostgreSQL)
	@$(PY) -m bench.contributions $(ARGS)

bench-refund: install-dev ## refunding 10,000 and 100,000 contributors (needs PostgreSQL)
	@$(PY) -m bench.refund $(ARGS)

bench-fanout: install-dev ## letting 10,000 ticket holders into a show (needs PostgreSQL)
	@$(PY) -m bench.fanout $(ARGS)

bench-webhooks: install-dev ## a crowd's webhooks while streamers perform, compared with an earlier revision (needs PostgreSQL)
	@$(PY) -m bench.webhooks $(ARGS)

bench-schedule: install-dev ## how late delayed tasks run, beside Dramatiq, procrastinate and a bare table (needs PostgreSQL, RabbitMQ, Redis)
	@$(PY) -m bench.schedule $(ARGS)

bench-http: install-dev ## reading and buying over HTTP, beside a view with one query (needs PostgreSQL, Redis)
	@$(PY) -m bench.http $(ARGS)

bench-soak: install-dev ## half an hour of mixed load: memory, tables and latency (needs PostgreSQL, RabbitMQ, Redis)
	@$(PY) -m bench.soak $(ARGS)

bench-desk: install-dev ## support's lists and stories over a million transfers (needs PostgreSQL)
	@$(PY) -m bench.desk $(ARGS)

install: ## make the virtual environment and install the service's packages
	@.ci/install run

install-dev: ## the same, with what tests and checks need
	@.ci/install dev

node: ## install the packages of tests/node, which need Node 20.19 or newer
	@.ci/install-node

lock: install-dev ## resolve the requirements again into constraints.txt
	@grep -hvE '^-[cr] ' requirements.txt requirements-dev.txt | $(PY) -m uv pip compile --quiet --universal --upgrade \
		--python-version 3.11 --no-annotate --custom-compile-command "make lock" --output-file constraints.txt -

clean: ## remove the virtual environment and caches (the state folder stays)
	@rm -rf $(VENV) tests/node/node_modules .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
