# make run · test · test-elsewhere · lint · train · train-imaging · bench — each makes its own environment first.
VENV := .venv
PY := $(VENV)/bin/python
SHARED ?= ../shared
PORT ?= 8501
# idle OpenMP threads sleep instead of spinning: with two busy programs on two cores this is ten times faster
export GOMP_SPINCOUNT = 0

.PHONY: run test test-elsewhere lint train train-imaging bench screenshots clean

run: $(VENV)/app
	$(PY) -m streamlit run app.py --server.port $(PORT)

test: $(VENV)/dev
	$(PY) -m pytest

test-elsewhere: $(VENV)/dev
	$(PY) tools/tests_elsewhere.py

lint: $(VENV)/dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/hadolint Dockerfile
	$(PY) tools/audit_dependencies.py

train: $(VENV)/dev
	$(PY) -m riskmodels train --shared $(SHARED)

train-imaging: $(VENV)/dev
	$(PY) -m riskmodels imaging ship --shared $(SHARED)

bench: $(VENV)/dev
	$(PY) -m riskmodels bench --out docs/benchmarks.md
	$(PY) tests/load/run.py --out docs/benchmarks.md

screenshots: $(VENV)/dev
	mkdir -p docs/screenshots
	CARERISK_SCREENSHOTS=docs/screenshots $(PY) -m pytest tests/browser/test_screenshots.py

$(VENV)/bin/python:
	python3 -m venv $(VENV)

$(VENV)/app: requirements.txt | $(VENV)/bin/python
	$(PY) -m pip install -q --disable-pip-version-check -r requirements.txt
	touch $@

$(VENV)/dev: requirements-dev.txt requirements-scale.txt $(VENV)/app
	$(PY) -m pip install -q --disable-pip-version-check -r requirements-dev.txt
	touch $@

clean:
	rm -rf $(VENV)
