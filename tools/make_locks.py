"""Make the locks again: locks/*.txt from requirements*.txt, by uv.

    python tools/make_locks.py [--upgrade] [--cpu-index URL]

One resolution holds for every platform and every Python from 3.11 on; what differs carries a marker. Pins that still
fit are kept; ``--upgrade`` takes the newest releases that the requirements allow. torch stands apart, since there are
two of it: torch-pypi.txt (PyPI's: CUDA on Linux, Metal on macOS), torch-cpu.txt (PyTorch's index: Linux without CUDA).
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import locks

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
#: the first Python that the locks are for; later ones share them
PYTHON = "3.11"
#: what PyPI's torch brings beyond what the CPU build needs
CUDA = re.compile(r"torch|triton|(nvidia|cuda)-.*")
FOLDER = locks.ROOT / "locks"
UV = Path(sys.executable).with_name("uv")
HEADER = f"# Made by `make lock` from {{source}}: do not edit.{{note}}\n{locks.WHEELS_ONLY}\n"
NOTES = {
    "torch-pypi.txt": " PyPI's build: CUDA on Linux, Metal on macOS.",
    "torch-cpu.txt": f" Build without CUDA, from {CPU_INDEX}.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write all locks.

    Returns:
        0, or 1 when they do not fit: the CPU build could not be looked up, and another version of it is locked.
    """
    options = _options(arguments)
    get_uv()
    everything = resolve(["requirements.txt", "requirements-dev.txt"], [] if options.upgrade else _standing())
    app = resolve(["requirements.txt"], everything)
    scale = resolve(["requirements.txt", "requirements-scale.txt"], everything)
    research = resolve(["requirements.txt", "requirements-research.txt"], everything)
    torch = [one for one in app if CUDA.fullmatch(one.name)]
    _write("torch-pypi.txt", "requirements.txt", torch)
    _write("app.txt", "requirements.txt", beyond(app, torch))
    _write("scale.txt", "requirements-scale.txt", beyond(scale, app))
    _write("research.txt", "requirements-research.txt", beyond(research, [*app, *scale]))
    _write("dev.txt", "requirements-dev.txt", beyond(everything, [*scale, *research]))
    _lock_cpu(options.cpu_index)
    return locks.main()


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Make the locks again.")
    parser.add_argument("--upgrade", action="store_true", help="newest releases instead of the pins that stand")
    parser.add_argument("--cpu-index", default=CPU_INDEX, help="where torch without CUDA is")
    return parser.parse_args(arguments)


def _standing() -> list[locks.Locked]:
    names = [name for names in locks.ASKED.values() for name in names]
    return [one for name in names if (FOLDER / name).exists() for one in locks.read((FOLDER / name).read_text())]


def get_uv() -> None:
    """Install the uv that is locked, when this environment has none: the other locks may be out of date by now."""
    if UV.exists():
        return
    held = locks.read((FOLDER / "dev.txt").read_text())
    with tempfile.TemporaryDirectory() as folder:
        lock = Path(folder) / "uv.txt"
        lock.write_text("".join(one.text for one in held if one.name == "uv"))
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes", "-r", str(lock)]
        subprocess.run(pip, check=True)  # noqa: S603


def resolve(sources: Sequence[str], known: Iterable[locks.Locked]) -> list[locks.Locked]:
    """Ask uv for all that the requirements files need.

    Args:
        sources: requirements files.
        known: packages whose pins are kept where they fit.

    Returns:
        All packages, for all platforms.

    Raises:
        SystemExit: when uv finds no solution.
    """
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "lock.txt"
        out.write_text("".join(one.text for one in known))
        run_uv([*sources, "--output-file", str(out)])
        return locks.read(out.read_text())


def run_uv(arguments: Sequence[str]) -> str:
    """``uv pip compile``, with hashes, for every platform; what it printed."""
    command = [str(UV), "pip", "compile", "--quiet", "--no-header", "--universal"]
    command += ["--python-version", PYTHON, "--generate-hashes", *arguments]
    done = subprocess.run(command, cwd=locks.ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise SystemExit(f"uv found no lock: {done.stderr.strip()[-2000:]}")
    return done.stdout


def beyond(packages: Sequence[locks.Locked], others: Iterable[locks.Locked]) -> list[locks.Locked]:
    """The packages that an earlier lock does not hold.

    Raises:
        SystemExit: when a package has another version there: what is installed in steps would not fit.
    """
    held = {(one.name, one.marker): one.version for one in others}
    for one in packages:
        if held.get((one.name, one.marker), one.version) != one.version:
            raise SystemExit(f"{one.name} is {one.version} in one lock and {held[one.name, one.marker]} in another")
    return [one for one in packages if (one.name, one.marker) not in held]


def _lock_cpu(index: str) -> None:
    version = locks.asked((locks.ROOT / "requirements.txt").read_text())["torch"]
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "torch.in"
        source.write_text(f"torch=={version}+cpu\n")
        try:
            text = run_uv([str(source), "--no-deps", "--no-annotate", "--default-index", index])
        except SystemExit as error:
            sys.stdout.write(f"locks: {locks.CPU_LOCK} stays as it is: {error}\n")
            return
    _write(locks.CPU_LOCK, "requirements.txt", locks.read(text))


def _write(name: str, source: str, packages: Iterable[locks.Locked]) -> None:
    header = HEADER.format(source=source, note=NOTES.get(name, ""))
    (FOLDER / name).write_text(header + "".join(one.text.rstrip() + "\n" for one in packages), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
