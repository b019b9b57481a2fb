# make run · serve · test · coverage · test-elsewhere · lint · train · evaluate · train-imaging ·
# train-signals · train-generated · train-molecules · bench · bench-accuracy · lock · sbom: each makes its own
# environment first.
VENV := .venv
PY := $(VENV)/bin/python
SHARED ?= ../shared
PORT ?= 8501
PROCESSES ?= 3
# programs that run tests at once
WORKERS ?= 2
# idle OpenMP threads sleep instead of spinning: with two busy programs on two cores this is ten times faster
export GOMP_SPINCOUNT = 0
# builds of torch, the first that is to be had is taken: without CUDA where pip is shown PyTorch's files, else PyPI's
TORCH ?= cpu pypi
# only files whose hashes are locked; that nothing is missing is checked afterwards
INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes

.PHONY: run serve test coverage test-elsewhere lint train evaluate train-imaging train-signals train-generated \
	train-molecules bench
.PHONY: bench-accuracy screenshots lock sbom clean

run: $(VENV)/app
	$(PY) -m streamlit run app.py --server.port $(PORT)

serve: $(VENV)/app
	$(PY) tools/serve.py --port $(PORT) --processes $(PROCESSES)

test coverage: export OMP_NUM_THREADS = 1
test: $(VENV)/dev
	$(PY) -m pytest -n $(WORKERS)

coverage: $(VENV)/dev
	$(PY) -m pytest -n $(WORKERS) --cov --cov-report=term:skip-covered

test-elsewhere: $(VENV)/dev
	$(PY) tools/tests_elsewhere.py

lint: $(VENV)/dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(VENV)/bin/hadolint Dockerfile
	$(PY) tools/locks.py
	$(PY) tools/audit_dependencies.py

train: $(VENV)/dev
	$(PY) -m riskmodels train --shared $(SHARED) --no-peers

evaluate: $(VENV)/dev
	$(PY) -m riskmodels evaluate --shared $(SHARED)
	$(PY) -m riskmodels card

train-imaging: $(VENV)/dev
	$(PY) -m riskmodels imaging ship --shared $(SHARED)

train-signals: $(VENV)/dev
	OMP_NUM_THREADS=1 $(PY) -m riskmodels signals ship --shared $(SHARED)

train-generated: $(VENV)/dev
	$(PY) -m riskmodels.shipping.generated_trial.invented --shared $(SHARED)
	$(PY) -m riskmodels.shipping.generated_images --shared $(SHARED)

train-molecules: $(VENV)/dev
	OMP_NUM_THREADS=1 $(PY) -m riskmodels molecules train --shared $(SHARED)
	OMP_NUM_THREADS=1 $(PY) -m riskmodels molecules pairs --shared $(SHARED)
	OMP_NUM_THREADS=1 $(PY) -m riskmodels molecules generator --shared $(SHARED)
	OMP_NUM_THREADS=1 $(PY) -m riskmodels molecules optimise --shared $(SHARED)

bench: $(VENV)/dev
	$(PY) -m riskmodels bench --out docs/benchmarks.md
	OMP_NUM_THREADS=1 $(PY) -m riskmodels.shipping.bench.molecules --out docs/benchmarks.md
	$(PY) tests/load/one_update.py --out docs/benchmarks.md
	$(PY) tests/load/run.py --out docs/benchmarks.md
	$(PY) tests/load/run.py --cohort 500000 --out docs/benchmarks.md
	$(PY) tests/load/fhir_export.py --out docs/benchmarks.md

# what is ready is kept in build/accuracy (or CARERISK_BENCH_CACHE): it can be stopped and goes on
bench-accuracy: $(VENV)/dev
	OMP_NUM_THREADS=1 $(PY) -m riskmodels.shipping.accuracy --shared $(SHARED)

screenshots: $(VENV)/dev
	mkdir -p docs/screenshots
	CARERISK_SCREENSHOTS=docs/screenshots $(PY) -m pytest tests/browser/test_screenshots.py

# after a change of requirements*.txt; UPGRADE=--upgrade takes the newest releases that they allow
lock: | $(VENV)/bin/python
	$(PY) tools/make_locks.py $(UPGRADE)

# the bill of materials of the app as it is installed here
sbom: $(VENV)/dev
	mkdir -p build
	$(PY) tools/sbom.py --out build/sbom.cdx.json

$(VENV)/bin/python:
	python3 -m venv $(VENV)

$(VENV)/app: requirements.txt locks/app.txt locks/torch-cpu.txt locks/torch-pypi.txt | $(VENV)/bin/python
	$(PY) tools/locks.py
	$(INSTALL) -r locks/app.txt
	@for build in $(TORCH); do \
		if $(INSTALL) -r locks/torch-$$build.txt; then exit 0; fi; echo "torch: no $$build build to be had here"; \
	done; exit 1
	$(PY) -m pip check
	touch $@

$(VENV)/dev: requirements-dev.txt requirements-scale.txt requirements-research.txt
$(VENV)/dev: locks/scale.txt locks/research.txt locks/dev.txt $(VENV)/app
	$(PY) tools/locks.py
	$(INSTALL) -r locks/scale.txt -r locks/research.txt -r locks/dev.txt
	$(PY) -m pip check
	touch $@

clean:
	rm -rf $(VENV)
