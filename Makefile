# `make help` lists what can be done here. Everything lives in .venv, node_modules and var/.
SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
FLASK := $(BIN)/flask --app wsgi
PYTEST := $(BIN)/python -m pytest
RUFF := $(BIN)/ruff
PORT ?= 8000

run demo migrate doctor: export MENGHUI_ENV ?= development
export PORT
# Containers often set it; then every start compiles every library again, which doubles its time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## Show this list
	@awk -F':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---- running ----------------------------------------------------------------------------------

.PHONY: setup
setup: ## Install what running needs (quick when nothing changed)
	@scripts/setup.sh run

.PHONY: run
run: setup ## Set up, load the demo once, serve on http://127.0.0.1:$PORT (8000)
	@exec $(BIN)/python -m scripts.serve

.PHONY: demo
demo: setup ## Throw the demo away and load it afresh
	@$(FLASK) db upgrade
	@$(FLASK) demo reset

.PHONY: doctor
doctor: setup ## Say whether this installation is sound
	@$(FLASK) doctor

# ---- developing -------------------------------------------------------------------------------

.PHONY: dev
dev: ## Install what testing and checking need as well
	@scripts/setup.sh dev

# Tests write thousands of small databases; where memory can hold them, no disk has to.
test: export PYTEST_DEBUG_TEMPROOT ?= $(shell test -w /dev/shm && echo /dev/shm || echo $${TMPDIR:-/tmp})
.PHONY: test
test: dev ## Run every test; PostgreSQL's only where there is one
	$(PYTEST) -n 2 -m "not e2e and not races and not bench" $(ARGS)
	$(PYTEST) -n 2 --dist loadfile -m "e2e and not bench" $(ARGS)
	$(PYTEST) -n 2 -m "races and not bench" $(ARGS)

.PHONY: test-all
test-all: export MENGHUI_FULL := 1
test-all: test ## The same tests at larger counts

.PHONY: e2e
e2e: dev ## Only the stories in a browser
	$(PYTEST) -m e2e $(ARGS)

.PHONY: bench
bench: dev ## Measure against the budgets
	$(BIN)/python -m tests.bench $(ARGS)
	$(BIN)/python -m tests.bench.badges
	$(BIN)/python -m tests.bench.editor
	$(BIN)/python -m tests.bench.findings
	$(BIN)/python -m tests.bench.people
	$(BIN)/python -m tests.bench.worker
	$(BIN)/python -m tests.bench.polls

.PHONY: lint
lint: dev ## Check style, types, the staircase and the templates
	$(RUFF) check .
	$(RUFF) format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/djlint templates --lint --quiet

.PHONY: fmt
fmt: dev ## Put the code into its one format
	$(RUFF) check --fix .
	$(RUFF) format .

.PHONY: audit
audit: dev ## Look for known holes in what we install (asks the package indexes)
	$(BIN)/pip-audit --require-hashes --disable-pip -r requirements.lock
	npm audit --omit=dev

.PHONY: migrate
migrate: setup ## Draft a migration from the models: make migrate m="why"
	@test -n "$(m)" || { echo 'say why: make migrate m="add the seat of a unit"' >&2; exit 2; }
	$(FLASK) db upgrade
	$(FLASK) db migrate -m "$(m)"

LOCK := $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --universal --python-version 3.11 --no-header
.PHONY: lock
lock: dev ## Bring the lock files up to date with requirements*.txt and package.json
	$(LOCK) --output-file requirements.lock requirements.txt
	$(LOCK) --constraint requirements.lock --output-file requirements-dev.lock requirements-dev.txt
	npm install --package-lock-only --omit-lockfile-registry-resolved --no-audit --no-fund

.PHONY: clean
clean: ## Remove all that set-up made; var/ with its database stays
	rm -rf .venv .node node_modules static/vendor .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find eventapp/translations -name '*.mo' -delete 2>/dev/null || true
