"""What one value costs the server: ``python tests/load/one_update.py --out docs/benchmarks.md`` (part of make bench).

One person alone changes one value after the other of a patient of whom much is known. Counted is the processor time of
the server, not the clock, so that other programs on the machine hardly matter; and what was sent to the browser.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(Path(__file__).parent)]

from run import cpu_seconds, person_at, write_section  # noqa: E402
from scenario import entry  # noqa: E402

from tests.serving import SIGN_IN, served  # noqa: E402
from ui.patient.examples import EXAMPLES  # noqa: E402

HEADING = "## One value, one update"
#: facts changed in turn, and by how much; each round moves them further
_STEPS = {"systolic_bp": 1.0, "glucose": 1.0, "waist": 0.5, "total_cholesterol": 2.0, "creatinine": 0.01}
#: values changed before anything is counted: code compiled, caches filled
_WARM = 5


@dataclass(frozen=True)
class Cost:
    """What one update took, on average.

    Args:
        updates: how many.
        cpu: milliseconds of the server's processor time.
        seconds: until the page had answered.
        sent: bytes to the browser.
        elements: elements and containers among them.
        known: facts of the patient.
        load: of the machine when it began, mean number of programs that wanted a core in the last minute.
    """

    updates: int
    cpu: float
    seconds: float
    sent: float
    elements: float
    known: int
    load: float


async def measure(url: str, pid: int, updates: int) -> Cost:
    """Enter an example's facts, then change one value after the other."""
    session, load = person_at(0, url)(), os.getloadavg()[0]
    await session.open()
    known = dict(EXAMPLES[0].values) | {"creatinine": 0.9}
    for name, value in known.items():
        await session.choose(*entry(name, value))
    changes = _changes(known, updates + _WARM)
    for name, value in changes[:_WARM]:
        await session.choose(*entry(name, value))
    waited, sent, drawn, cpu = 0.0, session.received, session.drawn, cpu_seconds(pid)
    for name, value in changes[_WARM:]:
        waited += await session.choose(*entry(name, value))
    await asyncio.sleep(0.3)  # what the server does after its answer counts too
    cpu = cpu_seconds(pid) - cpu
    await session.close()
    return Cost(
        updates,
        1000 * cpu / updates,
        waited / updates,
        (session.received - sent) / updates,
        (session.drawn - drawn) / updates,
        len(known),
        load,
    )


def _changes(known: dict[str, float], count: int) -> list[tuple[str, float]]:
    names = list(_STEPS)
    return [
        (name, round(known[name] + _STEPS[name] * (1 + i // len(names)), 3))
        for i in range(count)
        for name in [names[i % len(names)]]
    ]


def report(cost: Cost) -> str:
    """The section of docs/benchmarks.md."""
    return f"""{HEADING}

One person alone changes {cost.updates} values, one after the other, of a patient of whom {cost.known} facts are known
(`python tests/load/one_update.py`, part of `make bench`), on {os.cpu_count()} cores on which {cost.load:.1f} other
programs wanted to run. Processor time of the server process, averaged; the answer, its reasons and the group of the
form that changed are drawn anew, nothing else.

| | one update |
|---|---:|
| processor time of the server | {cost.cpu:.0f} ms |
| until the page has answered | {1000 * cost.seconds:.0f} ms |
| sent to the browser | {cost.sent / 1000:.1f} kB in {cost.elements:.0f} elements |
"""


def main() -> int:
    """Measure, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--updates", type=int, default=40)
    parser.add_argument("--out", type=Path, help="Markdown file whose section is replaced")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, served(Path(place), SIGN_IN) as server:
        section = report(asyncio.run(measure(server.url, server.process.pid, options.updates)))
    print(section)
    if options.out:
        write_section(options.out, HEADING, section)
    return 0


if __name__ == "__main__":
    sys.exit(main())
