"""The image cannot be built here: what it would hold and run is read from its files, and hadolint reads them too."""

from __future__ import annotations

import argparse
import fnmatch
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from riskmodels.shipping import selfcheck

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
FINAL = DOCKERFILE.rsplit("\nFROM ", 1)[1]
IGNORED = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]


def in_image(path: str) -> bool:
    """Whether a file of the project gets into the image: the last line of .dockerignore that fits decides."""
    parents = ["/".join(path.split("/")[:n]) for n in range(1, path.count("/") + 2)]
    kept = True
    for line in IGNORED:
        pattern = line.removeprefix("!")
        forms = {pattern, pattern.removeprefix("**/")}
        names = [*parents, *(p.rsplit("/", 1)[-1] for p in parents)] if pattern.startswith("**/") else parents
        if any(fnmatch.fnmatch(name, form) for name in names for form in forms):
            kept = line.startswith("!")
    return kept


def test_hadolint_finds_nothing() -> None:
    tool = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([tool, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_lint_runs_hadolint() -> None:
    assert "hadolint Dockerfile" in (ROOT / "Makefile").read_text()


def test_it_runs_as_an_ordinary_user() -> None:
    assert re.search(r"^USER 10001:10001$", FINAL, re.MULTILINE)
    assert not re.search(r"^USER (root|0)\b", DOCKERFILE, re.MULTILINE)


def test_no_tool_that_builds_or_installs_is_in_it() -> None:
    assert "apt-get" not in DOCKERFILE
    assert "pip uninstall --yes --quiet pip setuptools" in DOCKERFILE


def test_nothing_is_downloaded_but_packages() -> None:
    assert not re.search(r"^ADD |curl|wget", DOCKERFILE, re.MULTILINE)


def test_packages_are_those_of_the_locks_each_from_one_index() -> None:
    installs = re.findall(r"pip install .*? -r (\S+)", DOCKERFILE.replace("\\\n", " "))
    assert installs == ["locks/app.txt", '"locks/torch-${TORCH}.txt"']
    assert "extra-index-url" not in DOCKERFILE
    assert "pip check" in DOCKERFILE


@pytest.mark.parametrize("build", ["cpu", "pypi"])
def test_each_build_of_torch_that_can_be_asked_for_is_locked(build: str) -> None:
    assert (ROOT / "locks" / f"torch-{build}.txt").exists()
    assert re.search(rf"TORCH={build}\b", DOCKERFILE)


def test_it_carries_the_bill_of_what_is_installed_in_the_end() -> None:
    steps = DOCKERFILE.removesuffix(FINAL).split("&&")
    assert "tools/sbom.py --out /opt/venv/sbom.cdx.json" in steps[-1]
    assert "COPY --from=packages /opt/venv /opt/venv" in FINAL


def test_probe_is_a_command_that_there_is() -> None:
    (told,) = re.findall(r"^HEALTHCHECK .*\\\n\s+CMD (\[.*\])$", FINAL, re.MULTILINE)
    program, *arguments = json.loads(told)
    assert (program, arguments[:3]) == ("python", ["-m", "riskmodels", "selfcheck"])
    parser = argparse.ArgumentParser()
    selfcheck.add_arguments(parser)
    options = parser.parse_args(arguments[3:])
    assert (options.quick, options.server) == (True, "http://127.0.0.1:8501")


def test_what_the_app_needs_is_in_it() -> None:
    needed = subprocess.run(["git", "ls-files", "ui", "pages", "riskmodels", "data", ".streamlit"],
                            cwd=ROOT, capture_output=True, text=True, check=True)  # fmt: skip
    locks = [f"locks/{path.name}" for path in (ROOT / "locks").iterdir()]
    files = ["app.py", "home.py", "requirements.txt", "pyproject.toml", "tools/locks.py", "tools/sbom.py", *locks,
             *needed.stdout.split("\n")]  # fmt: skip
    assert [name for name in files if name and not in_image(name)] == []


def test_secrets_tests_and_history_are_not() -> None:
    for name in (
        ".streamlit/secrets.toml", "deploy/secrets/db_password", "deploy/.env", ".git/config", "tests/conftest.py",
        ".venv/bin/python", "data/model_versions/population/x/card.json", "ui/__pycache__/page.cpython-311.pyc",
        ".env", "carerisk.db",
    ):  # fmt: skip
        assert not in_image(name), name
