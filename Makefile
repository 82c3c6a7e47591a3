# callcheck's house: one word for each job. `make` alone lists them.
# Everything lives in .venv, made with plain `python3 -m venv` from the locked requirements*.txt.

PYTHON ?= python3
VENV   ?= .venv
ARGS   ?=

BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip --quiet --quiet --disable-pip-version-check --no-input
CODE   := src tests tools $(wildcard benchmarks) hatch_build.py
LOCKER := build/lock

.DEFAULT_GOAL := help
.PHONY: help install run test coverage live image bare lint format compiled bench dashboards lock clean

help:  ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

run: $(VENV)/.run  ## set up what is missing and start callcheck on the demo PBX (Ctrl-C ends it)
	@exec $(BIN)/callcheck demo $(ARGS)

install: $(VENV)/.run  ## set up what is missing in .venv, to run callcheck on your own PBX
	@echo "callcheck is ready: $(BIN)/callcheck"

test: $(VENV)/.dev  ## all tests but those on a real PBX
	@$(BIN)/python -m pytest -n 2 $(ARGS)
	@echo "not run here: the tests on a real PBX; 'make live' runs them (needs root and Debian)"

coverage: $(VENV)/.dev  ## the same tests, and which branches of the core they take (at least 97 %)
	@rm -rf build/coverage && mkdir -p build/coverage
	@$(BIN)/coverage run -m pytest -n 2 $(ARGS)
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report

live: $(VENV)/.dev  ## the tests on a real Asterisk (root on Debian)
	@$(BIN)/python -m pytest -m live -n 4 --dist loadscope --ignore tests/live/test_image.py tests/live $(ARGS)

image: $(VENV)/.dev  ## the Dockerfile's steps on a bare Debian, and what comes of them started (root on Debian)
	@$(BIN)/python -m pytest -m live tests/live/test_image.py $(ARGS)

bare: $(VENV)/.dev  ## 'make run' and 'make test' in a fresh clone on a bare Debian 12 and 13 (root on Debian)
	@$(BIN)/python -m tests.live.lab.bare debian-12 debian-13 --args="$(ARGS)"

lint: $(VENV)/.dev  ## style, format, types, who may import whom, what nobody uses, and tidy files
	@$(BIN)/ruff check $(CODE)
	@$(BIN)/ruff format --check $(CODE)
	@$(BIN)/mypy $(CODE)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.tidy
	@$(BIN)/vulture

format: $(VENV)/.dev  ## put the code in shape
	@$(BIN)/ruff check --fix-only --quiet $(CODE)
	@$(BIN)/ruff format $(CODE)

compiled: build/compiled/.made  ## callcheck with the path of a call as machine code (needs a C compiler)
	@PYTHONPATH=build/compiled $(BIN)/python -m pytest -n 2 tests/calls tests/rules tests/ami tests/journal $(ARGS)

bench: build/compiled/.made  ## measure speed, latency and memory (ARGS=--short for the quick form)
	@PYTHONPATH=build/compiled $(BIN)/python -m benchmarks $(ARGS)

dashboards: $(VENV)/.dev  ## make Grafana's dashboards anew from tools/dashboards
	@$(BIN)/python -m tools.dashboards

lock:  ## pin every dependency anew (ARGS=--upgrade for newer versions)
	$(check-python)
	@test -x $(LOCKER)/bin/uv || { $(PYTHON) -m venv $(LOCKER) && \
	    $(LOCKER)/bin/python -m pip --quiet --quiet --disable-pip-version-check install uv==0.13.9; }
	@tools/lock.sh $(LOCKER)/bin/uv $(ARGS)

clean:  ## remove everything that was made here
	@rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find src tests tools $(wildcard benchmarks) -name __pycache__ -type d -prune -exec rm -rf {} +

# --- the environment: each stamp is newer than what it was made from ---------------------------

define check-python
@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
    echo "callcheck needs Python 3.11 or newer as '$(PYTHON)'; name another: make PYTHON=python3.12" >&2; exit 1; }
@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
    echo "'$(PYTHON)' cannot make environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
endef

$(VENV)/.made:
	$(check-python)
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: $(VENV)/.made pyproject.toml requirements.txt requirements-build.txt
	@echo "setting up $(VENV) (once, about half a minute)"
	@$(PIP) install --require-hashes -r requirements-build.txt
	@$(PIP) install --require-hashes --no-build-isolation -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "adding the tools for development to $(VENV)"
	@$(PIP) install --require-hashes --no-build-isolation -r requirements-dev.txt
	@touch $@

# Compiled anew after every change of the source: what is measured and tested is never older than it.
build/compiled/.made: $(VENV)/.dev hatch_build.py pyproject.toml $(shell find src -name '*.py')
	@echo "compiling the path of a call (about a minute)"
	@rm -rf build/compiled
	@CALLCHECK_COMPILE=1 $(PIP) install --no-deps --no-build-isolation --target build/compiled .
	@touch $@
