# CareRisk: the app, and with another command its other programs. Built by `docker compose build` (deploy/compose.yaml).
# Pin the base image by its digest when you build for a clinic (docs/deployment.md):
#   docker buildx imagetools inspect python:3.11-slim-bookworm
#   docker build --build-arg PYTHON=python:3.11-slim-bookworm@sha256:… .
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS packages
# torch without CUDA, a tenth of the other; for a GPU: --build-arg TORCH=pypi --build-arg TORCH_INDEX=https://pypi.org/simple
ARG TORCH=cpu
ARG PIP_INDEX_URL=https://pypi.org/simple
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /build
COPY pyproject.toml requirements*.txt ./
COPY locks locks
COPY tools tools
# each from one index, and only files whose hashes are locked; what is installed is written down (docs/dependencies.md)
RUN python -m venv /opt/venv \
    && python tools/locks.py \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
        -r locks/app.txt \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps --require-hashes \
        --index-url "${TORCH_INDEX}" -r "locks/torch-${TORCH}.txt" \
    && /opt/venv/bin/pip check \
    && /opt/venv/bin/pip uninstall --yes --quiet pip setuptools \
    && /opt/venv/bin/python tools/sbom.py --out /opt/venv/sbom.cdx.json

FROM ${PYTHON}
RUN useradd --uid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin carerisk \
    && install -d -o 10001 -g 10001 -m 700 /data /models /used
COPY --from=packages /opt/venv /opt/venv
WORKDIR /app
COPY . .
ENV PATH=/opt/venv/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    GOMP_SPINCOUNT=0 \
    CARERISK_DATA=/data \
    CARERISK_MODEL_VERSIONS=/models
USER 10001:10001
EXPOSE 8501
# .streamlit/config.toml binds to this container alone until sign-in is set up and STREAMLIT_SERVER_ADDRESS says otherwise
HEALTHCHECK --interval=60s --timeout=20s --start-period=60s --retries=3 \
    CMD ["python", "-m", "riskmodels", "selfcheck", "--quick", "--server", "http://127.0.0.1:8501"]
CMD ["python", "-m", "streamlit", "run", "app.py"]
