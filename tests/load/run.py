"""Fifty people at the app for two minutes: ``python tests/load/run.py --out docs/benchmarks.md`` (part of make bench).

Serves the app in a process of its own, opens real websocket sessions from this one, and writes how long a risk update
took, and how much memory a session costs, into the section of the report. With ``--cohort ROWS`` a cohort is scored
the while, by the server's worker.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from cohort import state_of, submit_cohort  # noqa: E402
from scenario import Person, wrong_answers  # noqa: E402
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME  # noqa: E402
from streamlit_client import Session  # noqa: E402

from riskmodels.tabular.model import load_shipped  # noqa: E402
from tests.serving import SIGN_IN, identity, served  # noqa: E402

HEADING = "## Many people at once"


@dataclass(frozen=True)
class Load:
    """What was measured.

    Args:
        people: sessions at once.
        seconds: how long they worked.
        pause: mean seconds between two values of one person.
        opened, updated, saved: seconds of each page opening, update and saving.
        memory: MB of the server before, with all sessions at work, and 10 s after the last one left.
        busy: CPU seconds of the server a second, while all worked.
        problems: failures, answers that are not the model's, words of another session.
        others: programs that wanted to run on the machine before it began (load average).
        cohort: rows of the cohort that was scored the while, and how many of them were done at the end; 0 for none.
    """

    people: int
    seconds: float
    pause: float
    opened: list[float]
    updated: list[float]
    saved: list[float]
    memory: tuple[float, float, float]
    busy: float
    problems: list[str]
    others: float
    cohort: tuple[int, int]


def measure(people: int, seconds: float, pause: float, ramp: float, rows: int = 0) -> Load:
    """Serve the app, let the people work, check what they saw."""
    others = os.getloadavg()[0]
    with tempfile.TemporaryDirectory() as place, served(Path(place), SIGN_IN) as server:
        url, pid = server.url, server.process.pid
        asyncio.run(_at_work([Person(0, person_at(0, url), 0.1)], 5.0, 0.0, []))  # models loaded, code compiled
        before, readings = _memory(pid), list[tuple[float, float]]()
        crew = [Person(number, person_at(number, url), pause) for number in range(people)]
        job = submit_cohort(server.data, rows) if rows else ""
        asyncio.run(_at_work(crew, seconds, ramp, readings, pid))
        scored = state_of(server.data, job).done if rows else 0
        time.sleep(10)
        after = _memory(pid)
        said = server.log.read_text(errors="replace")
    models = load_shipped()
    problems = [f"person {p.number}: {p.failure}" for p in crew if p.failure]
    problems += [text for person in crew for text in wrong_answers(person, models)]
    problems += [f"person {p.number} was sent values of others" for p in crew if p.foreign]
    problems += [] if any(p.heard for p in crew) else ["nobody was sent values of their own: the search finds nothing"]
    problems += ["the server logged an error"] if re.search(r"Traceback|ERROR", said) else []
    updated = [update.seconds for person in crew for update in person.updates]
    memory = (before, max(m for m, _ in readings), after)
    busy = _busy(readings)
    opened = [taken for person in crew for taken in person.opened]
    saved = [taken for person in crew for taken in person.saved]
    return Load(people, seconds, pause, opened, updated, saved, memory, busy, problems, others, (rows, scored))


def person_at(number: int, url: str) -> Callable[[], Session]:
    """Opens tabs of one with an account of their own, signed in as by the identity provider."""
    signed = identity(f"person-{number}", "care team", origin=url)
    return lambda: Session(url, "Patient", f"{USER_COOKIE_NAME}={signed}")


async def _at_work(
    crew: list[Person], seconds: float, ramp: float, readings: list[tuple[float, float]], pid: int = 0
) -> None:
    work = asyncio.gather(*(p.work(seconds, ramp * at / len(crew)) for at, p in enumerate(crew)))
    while not work.done():
        if pid:
            readings.append((_memory(pid), cpu_seconds(pid)))
        await asyncio.wait([work], timeout=1.0)
    await work


def _memory(pid: int) -> float:
    """Resident MB of a process."""
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) / 1024


def cpu_seconds(pid: int) -> float:
    """CPU seconds that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _busy(readings: list[tuple[float, float]]) -> float:
    used = [cpu for _, cpu in readings]
    return (used[-1] - used[0]) / max(len(used) - 1, 1)


def report(load: Load) -> str:
    """The section of docs/benchmarks.md."""
    p50, p95, open95, save95 = (
        float(np.percentile(times, share)) if times else float("nan")
        for times, share in ((load.updated, 50), (load.updated, 95), (load.opened, 95), (load.saved, 95))
    )
    before, at_work, after = load.memory
    found = "; ".join(load.problems) or "none"
    saved = f"| saving a record ({len(load.saved)}), 95th percentile | {save95:.1f} s |\n" if load.saved else ""
    return f"""{heading(load.cohort[0])}

{load.people} people with accounts of their own, each with a websocket session as a browser has one, enter and save
invented patients for {load.seconds:.0f} s, one value every {load.pause:.0f} s each (`python tests/load/run.py`, part of
`make bench`); client, server and SQLite share {os.cpu_count()} cores, on which {load.others:.1f} other programs wanted
to run when it began.{_meanwhile(load)} Every answer is compared with the model's, and every message
is searched for values of other sessions.

| | |
|---|---:|
| risk updates | {len(load.updated):,} ({len(load.updated) / load.seconds:.1f} a second) |
| a risk update, median | {p50:.2f} s |
| a risk update, 95th percentile | {p95:.2f} s |
| opening the page while the others work, 95th percentile | {open95:.1f} s |
{saved}| memory of the server before | {before:,.0f} MB |
| memory a session | {(at_work - before) / load.people:.1f} MB |
| memory 10 s after all have left | {after:,.0f} MB |
| CPU of the server | {load.busy:.2f} cores |
| errors, wrong answers, values of others | {found} |
"""


def heading(rows: int) -> str:
    """Of the section: one for people alone, one for people beside a cohort."""
    return f"{HEADING}, while a cohort is scored" if rows else HEADING


def _meanwhile(load: Load) -> str:
    rows, scored = load.cohort
    return f" Meanwhile {scored:,} rows of a cohort of {rows:,} were scored." if rows else ""


def write_section(path: Path, heading: str, section: str) -> None:
    """Put a section in the place of the former one of that heading, or at the end."""
    text = path.read_text(encoding="utf-8") if path.exists() else "# Benchmarks\n"
    start = text.find(f"{heading}\n")
    if start >= 0:
        following = text.find("\n## ", start + 1)
        text = text[:start] + (text[following + 1 :] if following >= 0 else "")
    path.write_text(text.rstrip("\n") + "\n\n" + section, encoding="utf-8")


def main() -> int:
    """Measure, print, write; 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=120.0)
    parser.add_argument("--pause", type=float, default=12.0, help="mean seconds between two values of one person")
    parser.add_argument("--ramp", type=float, default=30.0, help="seconds over which the people arrive")
    parser.add_argument("--out", type=Path, help="Markdown file whose section is replaced")
    parser.add_argument(
        "--cohort", type=int, default=0, metavar="ROWS", help="score a cohort of so many rows meanwhile"
    )
    options = parser.parse_args()
    load = measure(options.people, options.seconds, options.pause, options.ramp, options.cohort)
    section = report(load)
    print(section)
    if options.out:
        write_section(options.out, heading(options.cohort), section)
    return 1 if load.problems else 0


if __name__ == "__main__":
    sys.exit(main())
