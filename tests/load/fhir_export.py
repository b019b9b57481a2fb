"""A FHIR bulk export of invented patients, as large as is asked for, and what reading it takes.

``python tests/load/fhir_export.py --patients 100000 --out docs/benchmarks.md`` writes the section of the benchmarks.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
#: the day at which the export is looked at
DAY = date(2025, 6, 30)
#: different people; each is repeated under other ids
PEOPLE = 200
_NUMBER = "@NUMBER@"
#: LOINC code, unit, mean, spread: eight that are read, four that are not
_LABORATORY = (
    ("2093-3", "mg/dL", 200, 30), ("2085-9", "mg/dL", 50, 8), ("4548-4", "%", 5.9, 0.5),
    ("2160-0", "mg/dL", 0.95, 0.15), ("2571-8", "mg/dL", 140, 35),
    ("29463-7", "kg", 80, 12), ("8302-2", "cm", 171, 8), ("8867-4", "/min", 72, 8),
    ("718-7", "g/dL", 14, 1), ("6690-2", "10*3/uL", 7, 1), ("9279-1", "/min", 14, 2), ("72514-3", "{score}", 2, 1),
)  # fmt: skip
_DIAGNOSES = ("59621000", "44054006", "53741008", "49436004", "195662009", "444814009")
_MEDICINES = ("83367", "29046", "6809", "161", "723")


def patient(person: int) -> Iterator[dict[str, Any]]:
    """The resources of one invented person, with a mark in place of the number in their ids.

    Args:
        person: which of them; the same number gives the same person.
    """
    draw = random.Random(person)
    me = {"reference": f"Patient/p{_NUMBER}"}
    born = date(1940, 1, 1) + timedelta(days=draw.randrange(17_000))
    yield {"resourceType": "Patient", "id": f"p{_NUMBER}", "gender": draw.choice(("female", "male")),
           "birthDate": born.isoformat(), "name": [{"family": "Invented"}]}  # fmt: skip
    for visit in range(2):
        day = (DAY - timedelta(days=30 + 300 * visit + draw.randrange(200))).isoformat()
        at = f"{day}T09:30:00+01:00"
        yield {"resourceType": "Encounter", "id": f"e{visit}-{_NUMBER}", "status": "finished", "subject": me,
               "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
               "period": {"start": at, "end": at}}  # fmt: skip
        for place, (code, unit, mean, spread) in enumerate(_LABORATORY):
            value = round(draw.gauss(mean, spread), 1)
            yield _observation(f"o{visit}{place}-{_NUMBER}", code, me, at) | {"valueQuantity": _quantity(value, unit)}
        parts = [("8480-6", draw.gauss(132, 14)), ("8462-4", draw.gauss(80, 8))]
        yield _observation(f"b{visit}-{_NUMBER}", "85354-9", me, at) | {
            "component": [{"code": _concept("http://loinc.org", c), "valueQuantity": _quantity(round(v), "mm[Hg]")}
                          for c, v in parts]}  # fmt: skip
    for place in range(draw.randrange(3)):
        status = _concept("http://terminology.hl7.org/CodeSystem/condition-clinical", "active")
        yield {"resourceType": "Condition", "id": f"c{place}-{_NUMBER}", "clinicalStatus": status, "subject": me,
               "code": _concept("http://snomed.info/sct", draw.choice(_DIAGNOSES)),
               "recordedDate": "2020-02-03"}  # fmt: skip
    for place in range(draw.randrange(3)):
        yield {"resourceType": "MedicationRequest", "id": f"m{place}-{_NUMBER}", "status": "active", "intent": "order",
               "medicationCodeableConcept": _concept("http://www.nlm.nih.gov/research/umls/rxnorm",
                                                     draw.choice(_MEDICINES)),
               "subject": me, "authoredOn": "2024-03-04"}  # fmt: skip


def _observation(id_: str, code: str, subject: dict[str, str], at: str) -> dict[str, Any]:
    return {"resourceType": "Observation", "id": id_, "status": "final", "code": _concept("http://loinc.org", code),
            "subject": subject, "effectiveDateTime": at}  # fmt: skip


def _concept(system: str, code: str) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code}]}


def _quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


def write_export(folder: Path, patients: int) -> int:
    """Write an export by kind of resource.

    Args:
        folder: for its files, which must be there.
        patients: how many; the invented people over and over, under ids of their own.

    Returns:
        Lines.
    """
    people = [[(r["resourceType"], f"{json.dumps(r)}\n") for r in patient(n)] for n in range(min(PEOPLE, patients))]
    lines = 0
    with ExitStack() as stack:
        files: dict[str, Any] = {}
        for number in range(patients):
            for kind, text in people[number % len(people)]:
                if kind not in files:
                    path = folder / f"{kind}.ndjson"
                    files[kind] = stack.enter_context(path.open("w", encoding="utf-8"))
                files[kind].write(text.replace(_NUMBER, str(number)))
                lines += 1
    return lines


def measure(patients: int, processes: int) -> str:
    """Read an export of invented patients by the command, and say what it took as a section of the benchmarks."""
    with tempfile.TemporaryDirectory() as place:
        folder, out = Path(place) / "export", Path(place) / "cohort.parquet"
        folder.mkdir()
        lines = write_export(folder, patients)
        size = sum(path.stat().st_size for path in folder.iterdir()) / 1e6
        command = [sys.executable, "-m", "riskmodels", "data", "fhir", str(folder), "--at", DAY.isoformat(),
                   "--processes", str(processes), "--out", str(out)]  # fmt: skip
        load, start, used = os.getloadavg()[0], time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        seconds, now = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        report = json.loads(out.with_name(f"{out.name}.report.json").read_text(encoding="utf-8"))
    sys.stdout.write(done.stdout)
    cpu = now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime
    return f"""## A FHIR bulk export

Written on {date.today()} by `python tests/load/fhir_export.py --patients {patients} --out docs/benchmarks.md`:
{PEOPLE} invented people over and over, {size:,.0f} MB of NDJSON, read by `python -m riskmodels data fhir` at one date
with {processes} processes, on {os.cpu_count()} cores on which {load:.1f} other programs wanted to run when it began
and {os.getloadavg()[0]:.1f} at its end.

| | |
|---|---:|
| patients, rows | {sum(report["patients"].values()):,}, {report["rows"]:,} |
| lines | {lines:,} |
| time | {seconds:,.0f} s |
| CPU time, all processes | {cpu:,.0f} s |
| CPU time a patient | {1e3 * cpu / patients:.1f} ms |
| largest memory of one process | {now.ru_maxrss / 1e3:,.0f} MB |
"""


def main() -> None:
    """Measure, and put the section into a file, in the place of the one that is there, or print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=100_000)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, help="Markdown file with the benchmarks; printed when left out")
    options = parser.parse_args()
    section = measure(options.patients, options.processes)
    if options.out is None:
        sys.stdout.write(section)
        return
    text = options.out.read_text(encoding="utf-8")
    old = re.compile(r"## A FHIR bulk export\n.*?(?=\n## |\Z)", re.DOTALL)
    text = old.sub(lambda _: section, text) if old.search(text) else f"{text.rstrip()}\n\n{section}"
    options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
