# Every target sets up what it needs; nothing has to be done before. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
LOCK := provisioning/lock
VENDOR := provisioning/portal/family/vendor
LOCKER = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --upgrade --generate-hashes \
  --no-emit-index-url --no-annotate --no-header
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test test-hardware test-install arm64 power-cuts check bench chaos mutants lock bundle release clean

help:  ## list the targets
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

demo: $(VENV)/demo.stamp  ## shops in one window and the town hall's desk beside it, or SCRIPTED=1 for a shop day that prints its books
	@$(BIN)/kindpakket demo $(if $(SCRIPTED),--scripted,)

test: $(VENV)/test.stamp  ## the test suite
	@$(BIN)/python -m pytest -n 2 --dist loadgroup $(PYTEST)

test-hardware: $(VENV)/test.stamp  ## drivers and daemon in a virtual machine with a real kernel, USB and serial lines
	@$(BIN)/python -m tests.hardware

test-install: $(VENV)/test.stamp  ## a stock Debian with systemd in a virtual machine becomes a terminal (as root; LONG=1: more of it)
	@LONG=$(LONG) $(BIN)/python -m tests.hardware.debian

arm64: $(VENV)/test.stamp  ## a Raspberry Pi's wheels gathered, and the daemon in its Pythons, translated by qemu
	@$(BIN)/python -m tests.arm64

power-cuts: $(VENV)/test.stamp  ## the journal on a disk that loses and reorders what was not flushed (SEED=n: the same again)
	@$(BIN)/python -m tests.power_cuts

check: $(VENV)/test.stamp  ## formatter, linter, types, architecture, contract recompiled
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m contracts.compile --check
	$(BIN)/python -m pytest -q tests/test_architecture.py tests/test_project.py

bench: $(VENV)/test.stamp  ## the figures that the project holds itself to, as a table and bench.json
	@$(BIN)/python -m tests.bench

chaos: $(VENV)/test.stamp  ## faults between terminals, gateways and chain: SECONDS=300, SEED=.., STORE=sqlite
	@$(BIN)/python -m tests.chaos --seconds $(or $(SECONDS),300) $(if $(SEED),--seed $(SEED)) $(if $(STORE),--store $(STORE))

mutants: $(VENV)/test.stamp  ## the contract's tests against broken contracts (EVERY=3: a third of them, another third tomorrow)
	@$(BIN)/python -m tests.contract.mutants $(EVERY)

lock:  ## resolve the locked versions anew (needs uv); what is shipped has the versions that are tested
	$(LOCKER) --extra demo --group build --group test --group lint --output-file $(LOCK)/test.txt
	$(LOCKER) --extra demo --group build --constraint $(LOCK)/test.txt --output-file $(LOCK)/demo.txt
	$(LOCKER) --extra screen --extra hardware --extra v4l2 --constraint $(LOCK)/test.txt --output-file $(LOCK)/terminal.txt
	echo pip | $(subst pyproject.toml,-,$(LOCKER)) --output-file $(LOCK)/pip.txt

bundle:  ## the libraries of the pass on a phone, made anew from the versions that are locked (needs npm)
	@rm -rf build/vendor && mkdir -p build/vendor && cp $(VENDOR)/* build/vendor
	@npm ci --ignore-scripts --silent --no-audit --no-fund --prefix build/vendor
	@npm run --silent --prefix build/vendor bundle -- "$(or $(OUT),$(CURDIR)/provisioning/portal/family/static/family/vendor)"

release: $(VENV)/test.stamp  ## one file for an installer, signed: KEY=FILE (`kindpakket provision release key` makes one)
	@$(BIN)/kindpakket provision release make --key "$(or $(KEY),$(error KEY=FILE says which key signs))" --out build/release

clean:  ## remove what was set up and made here
	rm -rf $(VENV) build bench.json

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null \
	  || { echo "Python 3.11, 3.12 or 3.13 is needed. On Debian or Raspberry Pi OS: sudo apt install python3 python3-venv;" \
	  "elsewhere one beside $(PYTHON) will do: make PYTHON=python3.13" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { rm -rf $(VENV); echo "Python's venv is needed. On Debian or Raspberry Pi OS: sudo apt install python3-venv" >&2; exit 1; }

$(VENV)/demo.stamp: $(LOCK)/demo.txt pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) (once, about a minute)"
	@$(PIP_INSTALL) --only-binary :all: --require-hashes --requirement $(LOCK)/demo.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/test.stamp: $(LOCK)/test.txt $(VENV)/demo.stamp
	@$(PIP_INSTALL) --only-binary :all: --require-hashes --requirement $(LOCK)/test.txt
	@touch $@
