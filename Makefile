# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
#
#   make demo    the whole product on an emulated Cortex-M33, from clips to report
#   make test    every test
#   make check   format, lint, types
#   make bench   instructions, code and memory per model and engine
#   make setup   only the set-up that all of the above do by themselves

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEM_PACKAGES := $(shell cat packages.txt)
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt

.PHONY: setup demo test check bench clean
.DEFAULT_GOAL := demo

setup: $(VENV)/core

demo: $(VENV)/core
	$(BIN)/mcugen demo --out demo-out

test: $(VENV)/test
	$(BIN)/python -m pytest --numprocesses auto

check: $(VENV)/test
	$(BIN)/ruff format --check mcugen tests benchmarks examples
	$(BIN)/ruff check mcugen tests benchmarks examples
	$(BIN)/mypy

bench: $(VENV)/core
	$(BIN)/python benchmarks/bench.py $(MODELS)

clean:
	rm -rf demo-out bench-out build dist

$(VENV)/system: packages.txt tools/install-packages.sh
	tools/install-packages.sh $(SYSTEM_PACKAGES)
	@mkdir -p $(VENV) && touch $@

$(VENV)/core: $(VENV)/system pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "mcugen needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --editable .
	@touch $@

$(VENV)/test: $(VENV)/core
	$(PIP) --editable '.[test,train,imx93]'
	@touch $@
