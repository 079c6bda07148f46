# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
#
#   make demo    the whole product on an emulated Cortex-M33, from clips to report
#   make quick   format, lint, types and the tests that compile, emulate and train nothing
#   make test    every test
#   make check   format, lint, types
#   make bench   instructions, estimated cycles, code and memory per model; TFLM=DIR also measures a TFLite Micro
#   make bench-portable  instructions on emulated cores without DSP instructions
#   make docs    the documents that are written from the code
#   make setup   only the setup that `make demo` does by itself

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
CODE := mcugen tests benchmarks tools
C_CODE := benchmarks boards firmware_tests mcugen runtime

.PHONY: setup demo quick test check bench bench-portable docs clean
.DEFAULT_GOAL := demo

setup: $(VENV)/demo-ready

demo: $(VENV)/demo-ready
	$(BIN)/mcugen demo --out demo-out

quick: check
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal --quiet -m "not slow"

test: $(VENV)/test-ready
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

check: $(VENV)/test-ready
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	find $(C_CODE) -name '*.[ch]' -o -name '*.cc' | xargs $(BIN)/clang-format --dry-run --Werror
	$(BIN)/mypy
	$(BIN)/mypy --platform win32 --cache-dir .mypy_cache/win32
	$(BIN)/mypy --platform darwin --cache-dir .mypy_cache/darwin

bench: $(VENV)/test-ready
	$(BIN)/python -m benchmarks.bench $(if $(TFLM),--tflm $(TFLM)) $(MODELS)

bench-portable: $(VENV)/demo-ready
	$(BIN)/python -m benchmarks.portable $(MODELS)

docs: $(VENV)/demo-ready
	$(BIN)/python tools/write_docs.py

clean:
	rm -rf demo-out build dist

$(VENV)/demo-ready: packages.txt pyproject.toml lock.txt
	tools/install-packages.sh $(shell cat packages.txt)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || \
	  { echo "lock.txt is for Python 3.11 to 3.13: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(PIP) --require-hashes --requirement lock.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test-ready: $(VENV)/demo-ready packages-test.txt lock-test.txt lock-quantize.txt lock-onnx.txt
	tools/install-packages.sh $(shell cat packages-test.txt)
	$(PIP) --require-hashes --requirement lock-test.txt
	rm -rf $(VENV)/quantize $(VENV)/onnx
	$(PIP) --no-deps --target $(VENV)/quantize --require-hashes --requirement lock-quantize.txt
	$(PIP) --no-deps --target $(VENV)/onnx --require-hashes --requirement lock-onnx.txt
	@touch $@
