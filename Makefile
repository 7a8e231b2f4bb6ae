# Every command of the project. Each makes the environment it needs; nothing has to be installed before
# but Python 3.11 (or later) and make.
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= auto
OUTPUT ?= skmir-output

BIN := $(VENV)/bin
# One thread a process for linear algebra and torch: the tests run in parallel.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

.PHONY: help install compare test lint format docs clean

help:
	@echo "make install  make the environment $(VENV)"
	@echo "make compare  compare networks with classic models on synthesised notes; writes $(OUTPUT)/"
	@echo "make test     lint, floors, tests, doctests, fast examples"
	@echo "make lint     ruff only"
	@echo "make format   let ruff format the code"
	@echo "make docs     build the documentation in docs/_build/html"
	@echo "make clean    remove the environment and everything built"

install: $(VENV)/.installed

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'skmir needs Python 3.11 or later; choose one with make PYTHON=...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[plot,test]"
	touch $@

compare: install
	$(BIN)/skmir compare --output $(OUTPUT)

test: lint
	$(ONE_THREAD) $(BIN)/python -m pytest -n $(WORKERS) --dist loadscope -m "not slow" $(PYTEST_ARGS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[docs]"
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

clean:
	rm -rf $(VENV) $(OUTPUT) build dist *.egg-info docs/_build docs/auto_examples docs/generated
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
