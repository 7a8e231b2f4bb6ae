# Every command of the project. Each makes the environment it needs; nothing has to be installed before
# but Python 3.11 (or later) and make.
PYTHON ?= python3
VENV ?= .venv
WORKERS ?= auto
OUTPUT ?= skmir-output

BIN := $(VENV)/bin
OLDEST := .venv-oldest-$(notdir $(PYTHON))
NEWEST := .venv-newest-$(notdir $(PYTHON))
TESTS = -m pytest -n $(WORKERS) --dist worksteal -m "not slow" $(PYTEST_ARGS)
# Of each room the tests of what it is for, and those of the rooms that need a few seconds: for the inner loop.
QUICK := tests/test_imports.py tests/test_validation.py tests/audio/test_load.py tests/dsp tests/modules \
	tests/datasets/test_load_folder.py tests/augmentation/test_augmentations.py tests/preprocessing \
	tests/feature_extraction/test_front_ends.py tests/compose/test_frame_transformer.py \
	tests/neural_network/test_learning.py tests/sequence/test_decoders.py tests/metrics \
	tests/model_selection/test_compare.py tests/inspection/test_report.py
# One thread per process for linear algebra and torch: the tests run in parallel. Byte code is written, because
# workers, and the processes that tests start, would otherwise each compile the package and the tests again.
FOR_TESTS := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 PYTHONDONTWRITEBYTECODE=

# The trained taggers that tests and examples use if they are there. It asks for TensorFlow and an old numpy,
# which are not needed: so no requirement, and a failure, of a network for instance, is told and passed over.
TAGGERS = -m pip install --quiet --disable-pip-version-check --no-deps musicnn==0.1.0

.PHONY: help install compare test quick test-slow test-oldest test-newest lint format docs clean

help:
	@echo "make install  make the environment $(VENV)"
	@echo "make compare  compare networks with classic models on synthesised notes; writes $(OUTPUT)/"
	@echo "make test     lint, floors, tests, doctests, fast examples; says its seconds at the end"
	@echo "make quick    lint, floors, and of each room the tests of what it is for; under two minutes"
	@echo "make test-slow  published orderings, and examples of some 6 seconds or more"
	@echo "make test-oldest  the tests with the oldest versions that setup.cfg allows; PYTHON= chooses the interpreter"
	@echo "make test-newest  the tests with the newest versions that pip finds; PYTHON= chooses the interpreter"
	@echo "make lint     ruff, and words at which a reader would stumble"
	@echo "make format   let ruff format the code"
	@echo "make docs     build the documentation in docs/_build/html; runs all examples, slow ones too"
	@echo "make clean    remove the environment and everything built"

install: $(VENV)/.installed

$(VENV)/.installed: setup.cfg pyproject.toml constraints.txt
	$(PYTHON) -c "import sys; sys.exit(sys.version_info < (3, 11) and 'skmir needs Python 3.11 or later; choose one with make PYTHON=...')"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[plot,test]"
	-$(BIN)/python $(TAGGERS)
	touch $@

compare: install
	$(BIN)/skmir compare --output $(OUTPUT)

test: lint
	$(FOR_TESTS) $(BIN)/python $(TESTS)

quick: lint
	$(FOR_TESTS) $(BIN)/python $(TESTS) $(QUICK)

test-slow: install
	$(FOR_TESTS) $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal -m slow -o faulthandler_timeout=1800 $(PYTEST_ARGS)

# Other versions than those of constraints.txt; each set, and each interpreter, has an environment of its own.
test-oldest:
	$(PYTHON) -m venv $(OLDEST)
	$(PYTHON) tools/oldest_requirements.py > $(OLDEST)/constraints.txt
	$(OLDEST)/bin/python -m pip install --quiet --disable-pip-version-check -c $(OLDEST)/constraints.txt -e ".[plot,test]"
	-$(OLDEST)/bin/python $(TAGGERS)
	$(FOR_TESTS) $(OLDEST)/bin/python $(TESTS)

test-newest:
	$(PYTHON) -m venv $(NEWEST)
	$(NEWEST)/bin/python -m pip install --quiet --disable-pip-version-check --upgrade --upgrade-strategy eager -e ".[plot,test]"
	-$(NEWEST)/bin/python $(TAGGERS)
	$(FOR_TESTS) $(NEWEST)/bin/python $(TESTS)

lint: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/python tools/plain_english.py

format: install
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: install
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[docs]"
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

clean:
	rm -rf $(VENV) .venv-oldest-* .venv-newest-* $(OUTPUT) build dist *.egg-info docs/_build docs/auto_examples docs/generated
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
