# `make run` serves it, `make test` proves it, `make check` is for whoever changes it.
PYTHON ?= python3
BIN := .venv/bin
CLIENTS := $(patsubst tests/contract/clients/%.txt,.venv-clients/%/installed,$(wildcard tests/contract/clients/*.txt))
T ?= tests
PORT ?= 8088

.DEFAULT_GOAL := check
.PHONY: help run test clients check lint bench docs clean

help: ## Say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

run: .venv/installed ## Prepare what is missing and serve on http://127.0.0.1:8088
	@exec $(BIN)/superset-like run --port $(PORT)

test: .venv/installed-test ## Run every test; T=tests/unit runs some of them
	$(BIN)/pytest -n auto --dist loadgroup -rs $(T)

clients: $(CLIENTS) ## Install the clients of Superset and Redash that tests/contract drives, each by itself

check: lint ## Format, types, import contracts, and the tests that are fast
	$(BIN)/pytest -n auto --dist loadgroup -m "not slow and not postgres and not mariadb and not redis and not rabbitmq" tests/unit tests/services tests/api tests/views tests/house

lint: .venv/installed-test ## Format, lint, types, import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/installed-test ## What each kind of request costs; ARGS=--keep writes the figures to be committed
	$(BIN)/python -m bench $(ARGS)

docs: .venv/installed-test ## Write the generated documents anew
	$(BIN)/python -m docs.generate

clean: ## Remove the virtual environment and caches
	rm -rf .venv .venv-clients .mypy_cache .ruff_cache .import_linter_cache *.egg-info

.venv/bin/python:
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --upgrade pip

.venv/installed: setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing into .venv (a minute or two the first time) ..."
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[pictures,postgres,mysql,redis]'
	@touch $@

.venv/installed-test: setup.cfg pyproject.toml | .venv/bin/python
	@echo "Installing into .venv (a minute or two the first time) ..."
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --editable '.[test]'
	@touch $@ .venv/installed

# Their lists are complete: nothing is resolved, so what is tested today is tested tomorrow.
.venv-clients/%/installed: tests/contract/clients/%.txt | .venv/bin/python
	@echo "Installing into $(@D) ..."
	@$(PYTHON) -m venv --clear --without-pip $(@D)
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip --python $(@D)/bin/python install --quiet --no-deps --no-compile --requirement $<
	@touch $@
