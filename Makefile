PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
READY := .venv/.ready
COMPILE := $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate

# pyright runs from wheels alone, node too; it need not ask the network for newer versions.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1

# uv does not read pip's settings: let it trust the certificates and use the mirror that pip would.
export UV_SYSTEM_CERTS ?= 1
ifdef PIP_INDEX_URL
export UV_DEFAULT_INDEX ?= $(PIP_INDEX_URL)
endif

.DEFAULT_GOAL := help
.PHONY: help setup serve test durability lint format lock upgrade build clean bench

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

setup: $(READY) ## Build .venv with everything in it

serve: setup ## Start Billingua with the demo world
	$(BIN)/billingua serve --demo

bench: setup .venv-bench ## Measure how fast it is, against the machine and what people would use instead
	$(BIN)/python -m benchmarks $(ARGS)

.venv-bench: benchmarks/reference/requirements.lock
	$(BIN)/uv venv --quiet --clear --python $(BIN)/python $@
	$(BIN)/uv pip install --quiet --python $@/bin/python --require-hashes -r $<
	touch $@

test: setup ## Run the tests; core and engine must be covered whole
	$(strip $(BIN)/python -m pytest --numprocesses logical --dist worksteal --cov --cov-report= $(ARGS))
	$(BIN)/coverage report --include='src/billingua/core/*,src/billingua/engine/*' --fail-under=100

durability: setup ## Kill servers and databases 500 times, and see that nothing is lost
	$(BIN)/python -m pytest tests/durability --rounds 500 --capture no $(ARGS)

lint: setup ## Check format, style, types and import rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/pyright
	$(BIN)/lint-imports

format: setup ## Format the code and mend what can be mended
	$(BIN)/ruff check --fix-only --quiet
	$(BIN)/ruff format

lock: $(UV) ## Write the lock files anew, keeping versions that still fit
	$(COMPILE)$(LOCK_FLAGS:%= %) --group dev --output-file requirements-dev.lock
	$(COMPILE)$(LOCK_FLAGS:%= %) --constraints requirements-dev.lock --output-file requirements.lock

upgrade: ## Write the lock files anew with the latest versions
	@$(MAKE) lock LOCK_FLAGS=--upgrade

build: setup ## Build the wheel and the source archive into dist/
	$(UV) build --quiet --python $(BIN)/python --no-build-isolation

clean: ## Remove .venv, caches and builds; data stays
	rm -rf .venv .coverage* .hypothesis .import_linter_cache .pytest_cache .ruff_cache dist htmlcov
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(READY): pyproject.toml requirements-dev.lock | $(UV)
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements-dev.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit("Billingua needs Python 3.11 or newer: make PYTHON=python3.11 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements-dev.lock > .venv/uv.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.lock
