"""What every part of docs/benchmarks.md needs: a clock, and sections put in the place of those that are there."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

from riskmodels.shipping.say import to_stdout


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


def tell(sections: Iterable[str], out: Path | None) -> None:
    """Print sections, and put them into a file where one is named.

    Args:
        sections: see :func:`put_section`.
        out: Markdown file.
    """
    for section in sections:
        to_stdout(section)
        if out:
            put_section(out, section)


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
