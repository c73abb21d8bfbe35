# Thin names for the real commands. On a fresh machine with Python 3.11 or later:
#   make run    the environment, the sample scraped, loaded and served at http://127.0.0.1:8001
#   make test   the tests

PYTHON ?= python3
PORT ?= 8001
WORKERS ?= 2
BIN = .venv/bin

.PHONY: run test lint bench soak docs clean

run: .venv/run
	$(BIN)/nianbao demo --port $(PORT)

test: .venv/dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m load.describe --check
	$(BIN)/nianbao scrape coverage --output docs/coverage.md --check

bench: .venv/dev
	$(BIN)/python -m bench

soak: .venv/dev
	$(BIN)/python -m bench.soak

docs: .venv/dev
	$(BIN)/python -m load.describe
	$(BIN)/nianbao scrape coverage --output docs/coverage.md

# What is installed, and for whom; made again when the list of packages changes.
.venv/run: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

.venv/dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ .venv/run

clean:
	rm -rf archive nianbao.db nianbao.db.lock inspect-data.json sample-data bench-data
