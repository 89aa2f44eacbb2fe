# make demo and make test do all their own set-up; a second run installs nothing.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := runs/demo
# shap 0.52 leaves out Python 3.11; mlflow's graphene needs python-dateutil below 3. Without the other two bounds a
# resolver escapes to releases of years ago.
BOUNDS := 'numba>=0.61' 'python-dateutil>=2.9,<3' 'shap<0.52'
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-header --no-annotate --quiet --constraints <(printf '%s\n' $(BOUNDS)) $(UPGRADE)
LOCK_NOTE := "\# Every dependency for every supported Python and system, with hashes and without addresses." \
	"\# Written by 'make lock' from pyproject.toml; install with 'pip install --require-hashes -r <this file>'."

# One thread a process: numbers repeat and workers do not fight. Nothing is reported to anybody.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export NUMBA_NUM_THREADS := 1
export MLFLOW_DISABLE_TELEMETRY := true
export DO_NOT_TRACK := true
export MPLBACKEND := Agg
export PYTHONUNBUFFERED := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help demo test lint bench docs lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-6s %s\n", $$1, $$2 }' Makefile

demo: $(READY) ## simulate a study, train on it, screen new patients; ends with the report's path
	@mkdir -p $(DEMO)
	$(BIN)/stratify simulate -o $(DEMO)/cohort.csv --candidates $(DEMO)/candidates.csv --seed 1
	$(BIN)/stratify train experiments/demo.toml --models $(DEMO)/models
	$(BIN)/stratify screen $(DEMO)/models/demo-1 $(DEMO)/candidates.csv \
		--clinical $(DEMO)/candidates-clinical.csv -o $(DEMO)/screening

test: lint ## everything that is checked: lint, types, imports, docstrings, doctests, tests
	$(BIN)/python -m pytest -n 2 --dist loadfile

lint: $(READY) ## style, types, import contract, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/numpydoc lint $$(find src -name '*.py')

bench: $(READY) ## measure against named alternatives (many hours; resumes where it stopped)
	@for script in benchmarks/*.py; do $(BIN)/python "$$script"; done

docs: $(READY) ## reference pages from the docstrings, in docs/_build
	$(BIN)/pdoc --docformat numpy --no-show-source --output-directory docs/_build $$(cd src && find stratify/* \
		-name '*.py' ! -path '*/__*' | sort | sed 's|\.py$$||; s|/|.|g')
	@echo "open: $(CURDIR)/docs/_build/index.html"

lock: $(READY) ## resolve again, moving only what must; UPGRADE=--upgrade moves all
	$(BIN)/python -m pip install --quiet uv
	$(COMPILE) --extra dev --output-file requirements-dev.lock
	$(COMPILE) --constraints requirements-dev.lock --output-file requirements.lock
	for file in requirements.lock requirements-dev.lock; do \
		{ printf '%s\n' $(LOCK_NOTE); grep -v '^#' $$file; } > $$file.new; mv $$file.new $$file; done

clean: ## remove what make created, and caches; models and mlruns stay
	rm -rf $(VENV) runs docs/_build build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# The stamp is newer than the lock and pyproject.toml when nothing has to be installed.
$(READY): requirements-dev.lock pyproject.toml
	@if ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
			"$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
			python=""; \
		done; \
		if [ -z "$$python" ]; then \
			echo "no Python 3.11 or newer (with venv) found; name one: make demo PYTHON=/path/to/python3" >&2; exit 1; \
		fi; \
		echo "making $(VENV) with $$("$$python" --version)"; \
		"$$python" -m venv --clear $(VENV); \
	fi
	$(BIN)/python -m pip install --progress-bar off --require-hashes --requirement requirements-dev.lock
	$(BIN)/python -m pip install --progress-bar off --no-deps --no-build-isolation --no-index --editable .
	@touch $@
