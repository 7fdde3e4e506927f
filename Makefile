# careflow: what can be done with it, from a clean clone. Needs make and Python 3.11 or newer.
#
#   make run     run the example and write its report
#   make test    lint, types and all tests
#   make help    the rest
#
# Everything is installed into .venv, once; again when pyproject.toml changes.
# Another Python: make clean, then make run PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READERS := .venv-readers
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

.DELETE_ON_ERROR:
.PHONY: help run flagship bnssg test lint readers bench validation schemas clean

help:
	@echo 'make run      coordination or capacity in Exampleshire, in short: a quarter of a year, 8 times'
	@echo 'make flagship the same in full: a year, 20 times; some 20 minutes on two cores'
	@echo 'make bnssg    run experiments/bnssg.yaml, a real place, and write its report'
	@echo 'make test     ruff, mypy, then all tests; branch coverage of the fast ones is at least 95%'
	@echo 'make lint     ruff and mypy only'
	@echo 'make readers  open exports with pm4py and vidigi, in an environment of their own'
	@echo 'make bench    how fast careflow is beside other engines'
	@echo 'make validation  set the model beside published models and theory; writes docs/validation.md'
	@echo 'make schemas  write the JSON Schemas in configs/schema again'
	@echo 'make clean    remove .venv, caches and build leftovers (results are kept)'

run: $(VENV)/ready-to-run
	@$(BIN)/careflow run experiments/coordination.yaml --days 91 --replications 8 \
	  --draws 0 --out results/coordination-in-short
	@echo 'This was the short form: few runs of a quarter, no inputs in doubt. In full: make flagship (some 20 minutes).'

flagship: $(VENV)/ready-to-run
	@$(BIN)/careflow run experiments/coordination.yaml

bnssg: $(VENV)/ready-to-run
	@$(BIN)/careflow run experiments/bnssg.yaml

# The slow tests run whole studies; measuring their coverage would double their time.
test: lint
	@$(BIN)/python -m pytest -n 2 -m 'not slow' --cov=sim --cov-branch --cov-fail-under=95
	@$(BIN)/python -m pytest -n 2 -m slow --dist loadfile

lint: $(VENV)/ready-to-test
	@$(BIN)/ruff check .
	@$(BIN)/mypy

# pm4py (AGPL) and vidigi (which holds plotly back) are never installed beside careflow's own.
readers: $(READERS)/ready
	@$(READERS)/bin/python -m pytest -m readers tests/unit/exporters

bench: $(VENV)/ready-to-bench
	@$(BIN)/python -m benchmarks.bench

validation: $(VENV)/ready-to-bench
	@$(BIN)/careflow validate -o results/validation
	@cp results/validation/validation.md docs/validation.md

schemas: $(VENV)/ready-to-run
	@$(BIN)/careflow schema configs/schema

clean:
	rm -rf $(VENV) $(READERS) build dist *.egg-info .coverage .coverage.* htmlcov
	rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# An empty file in .venv says what has been installed since pyproject.toml last changed.

$(VENV)/ready-to-run: pyproject.toml | $(BIN)/python
	@echo 'Installing careflow into $(VENV); this takes a minute or two the first time.'
	@$(INSTALL) '.[office]'
	@touch $@

$(VENV)/ready-to-test: pyproject.toml | $(BIN)/python
	@echo 'Installing careflow and its test tools into $(VENV); a minute or two the first time.'
	@$(INSTALL) '.[office,dev]'
	@touch $@ $(VENV)/ready-to-run

$(VENV)/ready-to-bench: pyproject.toml | $(BIN)/python
	@echo 'Installing careflow and the engines it is compared with into $(VENV).'
	@$(INSTALL) '.[office,bench]'
	@touch $@ $(VENV)/ready-to-run

$(READERS)/ready: pyproject.toml | $(BIN)/python
	@echo 'Installing careflow, pm4py and vidigi into $(READERS); a minute or two the first time.'
	@$(BIN)/python -m venv --clear $(READERS)
	@$(READERS)/bin/python -m pip install --quiet --disable-pip-version-check \
	  --editable '.[office]' pytest openpyxl 'vidigi>=2' 'pm4py>=2.7'
	@touch $@

$(BIN)/python:
	@command -v '$(PYTHON)' >/dev/null 2>&1 || { \
	  echo 'There is no $(PYTHON) here. Install Python 3.11 or newer, or name it:'; \
	  echo '  make run PYTHON=/path/to/python3'; exit 1; } >&2
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "careflow needs Python 3.11 or newer; this is $$('$(PYTHON)' --version 2>&1)."; \
	  echo 'Install a newer one, or name it: make run PYTHON=python3.12'; exit 1; } >&2
	@'$(PYTHON)' -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo 'This Python cannot make virtual environments: its venv or ensurepip is missing.'; \
	  echo 'On Debian and Ubuntu: sudo apt install python3-venv'; exit 1; } >&2
	@'$(PYTHON)' -m venv --clear $(VENV)
