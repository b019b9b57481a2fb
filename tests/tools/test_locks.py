"""Locks: what is installed is what is asked for, from files whose hashes are known, and nothing is missing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import make_locks
import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

import locks

ROOT = Path(__file__).resolve().parents[2]
NUMPY = f"""\
numpy==2.4.6 \\
    --hash=sha256:{"ab" * 32} \\
    --hash=sha256:{"cd" * 32}
    # via
    #   -r requirements.txt
    #   pandas
"""


def read(name: str) -> list[locks.Locked]:
    return locks.read((ROOT / "locks" / name).read_text(encoding="utf-8"))


class TestReading:
    def test_name_version_hashes_and_who_asks(self) -> None:
        (one,) = locks.read("# Made by a test.\n" + NUMPY)
        assert (one.name, one.version, one.marker) == ("numpy", "2.4.6", "")
        assert one.hashes == ("ab" * 32, "cd" * 32)
        assert one.via == ("-r requirements.txt", "pandas")

    def test_marker_is_told_from_the_version(self) -> None:
        (one,) = locks.read(
            f"networkx==3.7 ; python_full_version >= '3.12' \\\n    --hash=sha256:{'0' * 64}\n    # via torch\n"
        )
        assert (one.version, one.marker, one.via) == ("3.7", "python_full_version >= '3.12'", ("torch",))

    @pytest.mark.parametrize(
        "line", ["--extra-index-url https://example.org", "numpy>=2", "numpy @ file:///tmp/numpy.whl"]
    )
    def test_what_is_no_pin_is_refused(self, line: str) -> None:
        with pytest.raises(ValueError, match="no pinned package"):
            locks.read(f"{NUMPY}{line}\n")

    def test_requirements_may_have_comments_extras_and_other_spellings(self) -> None:
        text = (
            "# for people\npsycopg[binary]==3.3.9\nSQLAlchemy==2.1.9  # records\nfhir.resources==8.3.0\n-r other.txt\n"
        )
        assert locks.asked(text) == {"psycopg": "3.3.9", "sqlalchemy": "2.1.9", "fhir-resources": "8.3.0"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The requirements and locks of this project, to be changed."""
    shutil.copytree(ROOT / "locks", tmp_path / "locks")
    for name in locks.ASKED:
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


class TestFit:
    def test_this_project_fits(self) -> None:
        assert locks.problems() == []

    def test_another_version_asked_for_is_told(self, project: Path) -> None:
        change(project / "requirements.txt", "numpy==2.4.6", "numpy==2.4.7")
        assert locks.problems(project) == ["requirements.txt asks for numpy 2.4.7, its lock has 2.4.6"]

    def test_package_that_is_new_is_told(self, project: Path) -> None:
        change(project / "requirements-dev.txt", "pytest==", "pytest-mock==3.15.1\npytest==")
        assert locks.problems(project) == ["requirements-dev.txt asks for pytest-mock 3.15.1, its lock has none"]

    def test_package_that_is_no_longer_asked_for_is_told(self, project: Path) -> None:
        change(project / "requirements-dev.txt", "xgboost==3.2.0\n", "")
        assert locks.problems(project) == ["requirements-dev.txt no longer asks for xgboost, which is locked"]

    def test_both_builds_of_torch_follow(self, project: Path) -> None:
        change(project / "requirements.txt", "torch==2.13.0", "torch==2.13.1")
        assert locks.problems(project) == [
            "requirements.txt asks for torch 2.13.1, its lock has 2.13.0",
            "requirements.txt asks for torch 2.13.1, torch-cpu.txt has another",
        ]

    def test_requirement_without_a_version_is_told(self, project: Path) -> None:
        change(project / "requirements.txt", "numpy==2.4.6", "numpy>=2.4.6")
        assert locks.problems(project) == ["'numpy>=2.4.6' is not pinned with =="]

    def test_package_without_a_hash_is_told(self, project: Path) -> None:
        (project / "locks" / "scale.txt").write_text(
            "--only-binary :all:\nray==2.60.0\n    # via -r requirements-scale.txt\n"
        )
        assert "scale.txt: ray has no hash" in locks.problems(project)

    def test_other_index_in_a_lock_is_told(self, project: Path) -> None:
        change(project / "locks" / "app.txt", "alembic==", "--extra-index-url https://example.org\nalembic==")
        (told,) = locks.problems(project)
        assert "--extra-index-url" in told

    def test_package_locked_twice_is_told(self, project: Path) -> None:
        numpy = next(one for one in read("app.txt") if one.name == "numpy")
        with (project / "locks" / "dev.txt").open("a", encoding="utf-8") as file:
            file.write(numpy.text)
        assert locks.problems(project) == ["dev.txt: numpy is locked in app.txt too"]

    def test_lock_that_is_missing_is_told(self, project: Path) -> None:
        (project / "locks" / "torch-cpu.txt").unlink()
        (told,) = locks.problems(project)
        assert "torch-cpu.txt" in told

    def test_lock_that_lets_packages_be_built_is_told(self, project: Path) -> None:
        change(project / "locks" / "app.txt", "--only-binary :all:\n", "")
        assert locks.problems(project) == ["app.txt lacks the line --only-binary :all:"]

    def test_command_needs_nothing_but_python(self) -> None:
        """It runs in an environment that is still empty: -S leaves installed packages out, -I the rest."""
        script = f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import locks; sys.exit(locks.main())"
        done = subprocess.run([sys.executable, "-ISc", script], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


class TestWhole:
    def test_what_each_package_needs_here_is_locked_in_a_version_that_it_takes(self) -> None:
        pins = {one.name: one for name in ("torch-pypi.txt", "app.txt", "scale.txt", "dev.txt") for one in read(name)
                if for_here(one.marker)}  # fmt: skip
        missing = [
            f"{name} needs {need}"
            for name in pins
            for need in needs_of_installed(name, pins[name].version)
            if not takes(need.specifier, pins.get(locks.normal(need.name)))
        ]
        assert missing == []

    def test_app_needs_nothing_of_the_other_locks(self) -> None:
        pins = {one.name for name in ("app.txt", "torch-pypi.txt") for one in read(name)}
        named = {who for one in read("app.txt") for who in one.via if not who.startswith("-r ")}
        assert named - pins == set()

    def test_cuda_stands_in_one_lock_alone(self) -> None:
        brought = {one.name for one in read("torch-pypi.txt")}
        assert {"torch", "triton", "nvidia-cudnn-cu13"} <= brought
        assert not any(
            name.startswith(("nvidia-", "cuda-", "triton")) for one in read("app.txt") for name in [one.name]
        )
        assert [one.name for one in read("torch-cpu.txt")] == ["torch"]

    def test_macs_install_torch_without_cuda(self) -> None:
        mac = {"sys_platform": "darwin", "platform_machine": "arm64", "platform_system": "Darwin"}
        assert [one.name for one in read("torch-pypi.txt") if for_here(one.marker, mac)] == ["torch"]


def for_here(marker: str, machine: dict[str, str] | None = None) -> bool:
    """Whether a marker holds for this machine, or for one that differs from it so."""
    return not marker or Marker(marker).evaluate(machine)


def needs_of_installed(name: str, version: str) -> list[Requirement]:
    """What a locked release needs on this machine; unknown, so empty, where another one or none is installed."""
    try:
        installed = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return []
    needs = [Requirement(line) for line in installed.requires or () if installed.version.split("+")[0] == version]
    return [need for need in needs if need.marker is None or need.marker.evaluate({"extra": ""})]


def takes(specifier: SpecifierSet, locked: locks.Locked | None) -> bool:
    return locked is not None and specifier.contains(locked.version, prereleases=True)


class TestSteps:
    """Locks are installed one after the other."""

    def test_what_an_earlier_lock_holds_is_not_repeated(self) -> None:
        both = locks.read(NUMPY + NUMPY.replace("numpy", "scipy"))
        assert [one.name for one in make_locks.beyond(both, locks.read(NUMPY))] == ["scipy"]

    def test_another_version_than_in_an_earlier_lock_is_refused(self) -> None:
        with pytest.raises(SystemExit, match=re.escape("numpy is 2.4.6 in one lock and 2.4.7 in another")):
            make_locks.beyond(locks.read(NUMPY), locks.read(NUMPY.replace("2.4.6", "2.4.7")))


class TestUsed:
    """Nothing is installed past the locks."""

    @pytest.mark.parametrize("path", ["Makefile", "Dockerfile", ".ci/run", "docs/deployment.md", "docs/scaling.md"])
    def test_pip_is_given_hashes_and_no_second_index(self, path: str) -> None:
        text = (ROOT / path).read_text(encoding="utf-8").replace("\\\n", " ")
        for line in re.findall(r".*\bpip install\b.*", text):
            assert "--require-hashes" in line, line
            assert "--no-deps" in line, line
        assert "extra-index-url" not in text

    def test_lint_says_when_a_lock_no_longer_fits(self) -> None:
        lint = (ROOT / "Makefile").read_text(encoding="utf-8").split("\nlint:", 1)[1].split("\n\n", 1)[0]
        assert "tools/locks.py" in lint
