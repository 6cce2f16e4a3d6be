# My Number system: set up, start, test. Needs Python 3.11 or newer and make; everything else is installed here.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

# The distribution's own first: it is built with profiles and link-time optimisation, and needs a seventh fewer instructions for a request than one built without.
PYTHON ?= $(shell for python in /usr/bin/python3.11 python3.11 python3; do \
  $$python -c 'import ensurepip, venv' 2>/dev/null && echo $$python && exit; done; echo python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input --quiet
# On all cores at once, which pip does not, and once, not in each of the processes that start side by side. Some packages carry files that are no Python of today.
COMPILE := $(BIN)/python -m compileall -qq -j 0 src $(VENV)/lib || true
VENV_READY := $(VENV)/.created
RUN_READY := $(VENV)/.run-ready
TEST_READY := $(VENV)/.test-ready
READERS_READY := $(VENV)/.readers-ready
IS_ROOT_WITH_APT := [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null

# Bytecode is kept, whatever the shell says: the tests start some thousand processes, and pytest translates each test file once instead of once a worker.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help up down test thorough check bench faults lock clean

help:
	@echo 'make up      install what is needed and start everything'
	@echo 'make down    stop everything; data stay'
	@echo 'make test    every check and every test; what browsers saw of each page is then in reports/pages.md'
	@echo 'make thorough  every test, also those that take long (half an hour)'
	@echo 'make check   formatting, lint, types, walls between packages'
	@echo 'make bench   benchmarks'
	@echo 'make faults  200 kills under load and all other faults: tried, lost (an hour)'
	@echo 'make lock    renew requirements/*.lock (needs the network)'
	@echo 'make clean   stop, and delete state and installation'

up: $(RUN_READY)
	@$(BIN)/mynumber up

down: $(RUN_READY)
	@$(BIN)/mynumber down

check: $(TEST_READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# What is missing and may not be installed has its tests left out, and pytest says so at the end. Leaves reports/pages.md:
# axe, bytes, layout shift and first paint of every page (docs/face.md).
test: $(TEST_READY)
	@$(BIN)/pytest --collect-only -qq >/dev/null & $(MAKE) --no-print-directory check; wait  # on two cores: test files are translated while types are checked
	@source tools/test-packages.sh; $(MAKE) --no-print-directory $(READERS_READY); $(BIN)/pytest -n auto -m "not thorough"

# Everything, also what takes long: some half an hour on two cores.
thorough: $(TEST_READY) check
	@source tools/test-packages.sh; $(MAKE) --no-print-directory $(READERS_READY); MYNUMBER_THOROUGH=1 MYNUMBER_EVERY_BENCHMARK=1 $(BIN)/pytest -n auto

bench: $(TEST_READY)
	$(BIN)/python -m bench

faults: $(TEST_READY)
	$(BIN)/python -m bench.faults

lock: $(VENV_READY)
	$(PIP) install 'pip-tools'
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --upgrade --output-file requirements/readers.lock requirements/readers.in
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --upgrade --output-file requirements/run.lock requirements/run.in
	$(BIN)/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-options --no-header --upgrade --constraint requirements/run.lock --output-file requirements/dev.lock requirements/dev.in

clean:
	@if [ -x $(BIN)/mynumber ]; then $(BIN)/mynumber reset --yes; fi
	rm -rf $(VENV) build reports .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV_READY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 or newer is needed (found: $(PYTHON))'; exit 1; }
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
	  if $(IS_ROOT_WITH_APT); then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; \
	  else echo 'Python lacks its venv module. Install it with: sudo apt-get install python3-venv'; exit 1; fi; fi
	@echo 'Setting up Python in $(VENV) ...'
	@$(PYTHON) -m venv $(VENV)
	@touch $@

# What is installed is exactly what the lock names, checked by hash; the second run finds the stamp and is instant.
$(RUN_READY): requirements/run.lock pyproject.toml | $(VENV_READY)
	@if ! [ -f $(TEST_READY) ]; then echo 'Installing packages ...'; $(PIP) install --no-compile --require-hashes -r requirements/run.lock; fi
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@

$(TEST_READY): requirements/dev.lock pyproject.toml | $(VENV_READY)
	@echo 'Installing packages for tests ...'
	@$(PIP) install --no-compile --require-hashes -r requirements/dev.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(COMPILE)
	@touch $@ $(RUN_READY)

# pyscard has no binary package: it is built where its compiler and headers are, and left out where they are not.
$(READERS_READY): requirements/readers.lock | $(VENV_READY)
	@if command -v swig >/dev/null && command -v gcc >/dev/null && [ -e /usr/include/PCSC/winscard.h ] && \
	  $(BIN)/python -c 'import os, sysconfig; raise SystemExit(not os.path.exists(sysconfig.get_paths()["include"] + "/Python.h"))'; then \
	  echo 'Building pyscard for tests of card readers ...'; $(PIP) install --require-hashes -r requirements/readers.lock && touch $@; \
	else echo 'pyscard is left out: it needs swig, gcc, libpcsclite-dev and python3-dev'; fi
