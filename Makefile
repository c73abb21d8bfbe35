# Thin names for the real commands. On a fresh machine with Python 3.11 or later:
#   make run    the environment, the sample scraped, loaded and served at http://127.0.0.1:8001
#   make test   the tests

PYTHON ?= python3
PORT ?= 8001
WORKERS ?= 2
REAL_REPORTS ?= ../shared/reports/formats
BIN = .venv/bin

.PHONY: run test lint bench soak fuzz docs evaluate sample clean

run: .venv/run
	$(BIN)/nianbao demo --port $(PORT)

# Compiled once, and not again by every process that a test starts.
test: export PYTHONDONTWRITEBYTECODE =
test: .venv/dev
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder

lint: .venv/dev sample
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m load.describe --check
	$(BIN)/nianbao scrape coverage --output docs/coverage.md --check
	$(BIN)/nianbao evaluate build/sample --output docs/accuracy.md --check

bench: .venv/dev
	$(BIN)/python -m bench

soak: .venv/dev
	$(BIN)/python -m bench.soak

# Damaged files for every extractor, so many of each: FUZZ="docx pdf --examples 5000" for more of some.
fuzz: .venv/dev
	$(BIN)/python -m tests.fuzz $(FUZZ)

docs: .venv/dev sample
	$(BIN)/python -m load.describe
	$(BIN)/nianbao scrape coverage --output docs/coverage.md
	$(BIN)/nianbao evaluate build/sample --output docs/accuracy.md

# How exactly documents are read: the invented sample, and real reports where there are any.
evaluate: .venv/dev sample
	$(BIN)/nianbao evaluate build/sample
	if [ -d $(REAL_REPORTS) ]; then $(BIN)/nianbao evaluate $(REAL_REPORTS); fi

sample: .venv/dev
	rm -rf build/sample
	$(BIN)/python -m sample.generate build/sample

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
	rm -rf archive nianbao.db nianbao.db.lock inspect-data.json sample-data bench-data fuzz-failures
