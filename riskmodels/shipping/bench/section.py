"""What every part of docs/benchmarks.md needs: a clock, and a section put in the place of the one that is there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median


def milliseconds(run: Callable[[], object], times: int) -> float:
    """Median of some calls, after one to warm up.

    Args:
        run: what is measured.
        times: how often.
    """
    run()
    measured = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        measured.append(1e3 * (time.perf_counter() - start))
    return median(measured)


def put_section(path: Path, section: str) -> None:
    """Write a section into a Markdown file, in the place of the one with that heading, or at the end.

    Args:
        path: of the file.
        section: begins with its heading, ``## …``.
    """
    heading, text = section.split("\n", 1)[0], path.read_text(encoding="utf-8")
    old = re.compile(rf"{re.escape(heading)}\n.*?(?=\n## |\Z)", re.DOTALL)
    text = old.sub(lambda _: section, text) if old.search(text) else f"{text.rstrip()}\n\n{section}"
    path.write_text(text, encoding="utf-8")
