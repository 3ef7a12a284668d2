# Facturier: `make run` on a fresh Debian 12 with Python 3.11 does the rest by itself. `make` alone lists what there is.

PYTHON ?= python3.11
VENV := .venv
UV_VERSION := 0.13.9
# What the machine needs beside Python; `make test` wants a browser and a tracer on top.
SYSTEM_RUN := python3-venv bubblewrap tesseract-ocr tesseract-ocr-fra tesseract-ocr-eng tesseract-ocr-deu \
	tesseract-ocr-spa tesseract-ocr-ita tesseract-ocr-nld tesseract-ocr-por tesseract-ocr-pol tesseract-ocr-osd
SYSTEM_TEST := chromium strace
# Tests run in so many processes at once; TESTS=... picks files or adds pytest's options.
JOBS ?= 2
TESTS ?=
# Folder with invoices and their truth for `make bench` and `make train`.
DATA ?=

# Telemetry off, one thread for each process (flows/main.py says why; tests/test_house.py compares the lists).
export DO_NOT_TRACK := 1
export PREFECT_SERVER_ANALYTICS_ENABLED := false
export PREFECT_TELEMETRY_ENABLE_RESOURCE_METRICS := false
export PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY := false
export PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT := false
export GX_ANALYTICS_ENABLED := false
export OMP_THREAD_LIMIT := 1
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Another project's environment must not leak into ours.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.DEFAULT_GOAL := help
.PHONY: help run env env-test test test-slow check samples train train-matcher bench lock clean system-run system-test

help: ## this list
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-12s %s\n", $$1, $$2 }'

run: env ## install what is missing, then start everything with the sample invoices
	@exec $(VENV)/bin/facturier up --demo

env: system-run $(VENV)/.done-project ## the environment in .venv, with nothing started

env-test: system-run system-test $(VENV)/.done-dev $(VENV)/.done-project

test: env-test ## the tests, without the slow ones
	@exec $(VENV)/bin/python -m pytest -n $(JOBS) $(TESTS)

test-slow: env-test ## kill tests, browser and long runs
	@exec $(VENV)/bin/python -m pytest -m slow $(TESTS)

check: env-test ## format, lint, types, floor plan and tests
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	@exec $(VENV)/bin/python -m pytest -n $(JOBS) $(TESTS)

samples: env ## make sample_invoices/ anew, from its seed
	$(VENV)/bin/python -m sample_invoices.make

train: env ## make the reader's model anew; with DATA=DIR from its sets too
	$(VENV)/bin/facturier train --out extractors/fields/trained $(if $(DATA),--data "$(DATA)")

train-matcher: env ## make the model anew that ranks purchase orders
	$(VENV)/bin/facturier train --kind matcher --documents 3200 --out matching/trained

bench: env ## speed and throughput; with DATA=DIR accuracy and matching too
	@$(VENV)/bin/python bench/ocr.py && $(VENV)/bin/python bench/throughput.py
	@[ -n "$(DATA)" ] || { echo "accuracy, speed and matching need DATA=DIR, skipped"; exit 0; }; \
	for bench in speed accuracy matching; do \
	    echo "== $$bench"; $(VENV)/bin/python bench/$$bench.py "$(DATA)" || exit 1; \
	done

lock: $(VENV)/.done-uv ## write requirements/ anew from pyproject.toml: pinned, with hashes, naming no host
	@for name in run dev; do \
	    groups='--group build'; [ $$name = run ] || groups='--group build --group dev'; \
	    echo "Resolving requirements/$$name.txt ..."; \
	    $(VENV)/bin/uv pip compile pyproject.toml $$groups --python-version 3.11 --generate-hashes --no-emit-index-url \
	        --no-annotate --no-header --quiet --output-file requirements/$$name.txt || exit 1; \
	done

clean: ## remove the environment and every cache; var/, which holds your documents, stays
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -not -path './var/*' -prune -exec rm -rf {} +

# --- what the machine must have ---

system-run: PACKAGES = $(SYSTEM_RUN)
system-test: PACKAGES = $(SYSTEM_TEST)
system-run system-test:
	@if ! command -v dpkg-query >/dev/null 2>&1; then \
	    echo "This is no Debian: see yourself to Python 3.11 and: $(PACKAGES)"; exit 0; \
	fi; \
	missing=''; \
	for package in $(PACKAGES); do \
	    [ "$$(dpkg-query -W -f '$${db:Status-Status}' $$package 2>/dev/null)" = installed ] || missing="$$missing $$package"; \
	done; \
	[ -n "$$missing" ] || exit 0; \
	as_root=''; \
	if [ "$$(id -u)" != 0 ]; then \
	    command -v sudo >/dev/null 2>&1 || { echo "Missing here:$$missing. As root: apt-get install$$missing"; exit 1; }; \
	    as_root='sudo'; echo "Installing needs root, so sudo may ask for your password."; \
	fi; \
	echo "Installing with apt-get (OCR, sandbox and the like):$$missing"; \
	$$as_root apt-get update -qq && \
	$$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null || \
	    { echo "apt-get could not install:$$missing"; exit 1; }

# --- the environment; each step leaves a stamp, so that a second run does nothing ---

$(VENV)/.done-uv: Makefile
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "$(PYTHON) is needed and not here; PYTHON=... names another path to it."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || { echo "$(PYTHON) is not Python 3.11."; exit 1; }
	@$(VENV)/bin/python -c '' 2>/dev/null || { echo "Making the environment in $(VENV) ..."; $(PYTHON) -m venv --clear $(VENV); }
	@$(VENV)/bin/python -m pip install --quiet uv==$(UV_VERSION)
	@touch $@

# uv does not read pip's configuration, so the index that pip uses is passed on; where uv cannot install, pip does.
define INSTALL
index=$$($(VENV)/bin/python -m pip config get global.index-url 2>/dev/null || true); \
index="$${PIP_INDEX_URL:-$$index}"; \
[ -z "$$index" ] || export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; \
install() { \
    $(VENV)/bin/uv pip install --quiet --python $(VENV)/bin/python "$$@" || \
    { echo "uv could not; trying pip, which takes some minutes."; $(VENV)/bin/python -m pip install --quiet "$$@"; }; \
}
endef

$(VENV)/.done-run: requirements/run.txt $(VENV)/.done-uv
	@echo "Installing the libraries (1.4 GB on disk) ..."
	@$(INSTALL); install --no-deps --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/.done-dev: requirements/dev.txt $(VENV)/.done-run
	@echo "Installing the tools for tests and checks ..."
	@$(INSTALL); install --no-deps --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)/.done-project: pyproject.toml $(VENV)/.done-run
	@$(INSTALL); install --no-deps --no-build-isolation -e .
	@$(VENV)/bin/facturier --help >/dev/null
	@touch $@
	@echo "The environment is ready: $(VENV)/bin/facturier"
