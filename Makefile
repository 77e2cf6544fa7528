# What one does again and again, in an activated environment: pip install -e '.[dev]'

PYTHON ?= python
# Where the corpora are; they are not part of the repository.
CORPORA ?= ../shared/corpora

.PHONY: help quick test browser loop lint format hooks docs bench train ci

help:  ## This list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' Makefile | expand -t 10

quick:  ## The tests without those marked slow, browser or corpora: 2 to 3 minutes
	$(PYTHON) -m pytest -q -m "not slow and not browser and not corpora" --hypothesis-profile=quick

test:  ## All tests: 8 to 9 minutes
	$(PYTHON) -m pytest

browser:  ## The tests of the pages for people, in Chromium: about 80 seconds
	BOILERPLATE_BROWSER=needed $(PYTHON) -m pytest -q -m browser

loop:  ## From saved pages to an installed package, step by step: about a minute of processor time
	$(PYTHON) docs/full_loop.py

lint:  ## Ruff and mypy: seconds
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy

format:  ## Let ruff format the code and mend what it can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

hooks:  ## Check every commit before it is made (.pre-commit-config.yaml)
	$(PYTHON) -m pip install pre-commit
	$(PYTHON) -m pre_commit install

docs:  ## The documentation as a site, in site/; needs pip install -e '.[docs]'
	$(PYTHON) docs/make_cli.py
	$(PYTHON) -m mkdocs build --strict

bench:  ## Whether cleaning has become slower; python -m benchmarks.speed tells more
	$(PYTHON) -m benchmarks.gate

train:  ## A model of the training sites in build/model.zip, and its scores on other sites
	mkdir -p build
	$(PYTHON) -m training train --source $(CORPORA) --splits train --out build/model.zip
	$(PYTHON) -m training score --source $(CORPORA) --split dev --model build/model.zip

ci:  ## What CI runs: README's commands in fresh environments, linters, gates
	bash .ci/run
