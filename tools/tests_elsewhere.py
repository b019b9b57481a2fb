"""The tests that compute, as other processors would run them: ``python tools/tests_elsewhere.py [--all] [PATH …]``.

Numbers must not depend on the instructions a processor has, on the number of threads or on the kernels of a BLAS. Two
runs see each of these once; ``--all`` runs every combination. Instructions that this machine lacks cannot be lent to
it: run it on another one too.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import torch

ROOT = Path(__file__).resolve().parents[1]
#: what computes: scores and their percentiles, the model, its reasons, metrics, the numbers of a cohort's report
TESTS = ("tests/scores", "tests/tabular", "tests/explain", "tests/evaluation", "tests/cohort_report")
Settings = dict[str, str]


def torch_settings() -> list[Settings]:
    """PyTorch with AVX2 and without vector instructions; MKL with the kernels that every processor has."""
    plain = {"ATEN_CPU_CAPABILITY": "default", "MKL_CBWR": "COMPATIBLE"}
    able = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")
    return [{"ATEN_CPU_CAPABILITY": "avx2"} if able else {}, plain]


def numpy_settings() -> list[Settings]:
    """NumPy as it is, and with none of the instructions that it found beyond those it always needs."""
    found = np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])
    plain = {"NPY_DISABLE_CPU_FEATURES": " ".join(found)} if found else {}
    blas = {"OPENBLAS_CORETYPE": "Nehalem"} if platform.machine() in ("x86_64", "AMD64") else {}
    return [{}, plain | blas]


def thread_settings() -> list[Settings]:
    """One thread and two."""
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    return [dict.fromkeys(names, count) for count in ("1", "2")]


def runs(every: bool) -> Iterator[Settings]:
    """The environment of each run: every combination, or each setting once."""
    parts = (torch_settings(), numpy_settings(), thread_settings())
    for chosen in itertools.product(*parts) if every else zip(*parts, strict=True):
        yield {name: value for settings in chosen for name, value in settings.items()}


def run(settings: Mapping[str, str], tests: list[str]) -> int:
    """Run the tests; the exit code of pytest."""
    sys.stdout.write("\n" + " ".join(f"{name}='{value}'" for name, value in settings.items()) + "\n")
    sys.stdout.flush()
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *tests]
    return subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=False).returncode  # noqa: S603 – our own command


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="every combination instead of each setting once")
    parser.add_argument("tests", nargs="*", default=TESTS, help=f"instead of {', '.join(TESTS)}")
    options = parser.parse_args()
    codes = [run(settings, list(options.tests)) for settings in runs(options.all)]
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
