# What a developer does here. Each target first makes .venv from the lock file, when it is not there or not up to
# date; that takes python3 (3.11 to 3.13) with its venv module, and nothing else.

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready
WORKERS ?= 2
FUZZ_SECONDS ?= 60
SEED ?= 1

.PHONY: demo test stalls check fuzz bench fmt lock

demo: $(READY)  ## Run the main job on this machine, without any configuration
	$(BIN)/deskbell demo

# A file's tests stay together (loadfile): those that share a world make it once, and always in the same order.
test: $(READY)  ## Run every test, the slow ones too
	$(BIN)/pytest -n $(WORKERS) --dist loadfile

stalls: $(READY)  ## Run every test with random stalls (SEED), as on a busy machine: what races, shows
	DESKBELL_STALLS=$(SEED) PYTHONPATH=$(CURDIR)/tests/stalls $(BIN)/pytest -n $(WORKERS) --dist loadfile

check: $(READY)  ## Everything that must hold before a commit; under a minute
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n $(WORKERS) --dist loadfile -m "not slow"

# atheris is no part of the lock, since it is not to be had everywhere; without it hypothesis takes its place.
fuzz: $(READY)  ## Look for mail and SMTP sessions that break us, for FUZZ_SECONDS
	@$(BIN)/python -c 'import atheris' 2>/dev/null || $(BIN)/python -m pip install --quiet \
		--disable-pip-version-check --only-binary :all: --require-hashes -r tests/fuzz/requirements.txt \
		|| echo 'atheris cannot be installed here'
	$(BIN)/python tests/fuzz/run.py $(FUZZ_SECONDS)

bench: $(READY)  ## Measure what the README claims
	$(BIN)/python benchmarks/run.py

fmt: $(READY)  ## Lay the code out and mend what can be mended by itself
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

# Only public releases go into the lock: what this machine's pip is configured to look at besides is left out.
PUBLIC := env -u PIP_FIND_LINKS -u PIP_CONSTRAINT -u PIP_INDEX_URL -u PIP_EXTRA_INDEX_URL PIP_CONFIG_FILE=/dev/null

lock: $(READY)  ## Write requirements.txt anew; `make lock NEWER=--upgrade` takes newer releases
	$(PUBLIC) $(BIN)/pip-compile --quiet --no-config $(NEWER) --extra dev --generate-hashes --strip-extras \
		--unsafe-package deskbell --no-emit-index-url --no-emit-find-links --no-emit-trusted-host \
		--no-emit-options --no-header --output-file requirements.txt pyproject.toml
	sed -i -e '/^# WARNING/,$$d' requirements.txt  # it only warns that deskbell itself is not in the lock

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary dkimpy,pyspf -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@
