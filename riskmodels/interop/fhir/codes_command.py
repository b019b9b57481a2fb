"""``python -m riskmodels data fhir-codes``: which codes a FHIR import reads, which it names and refuses, and why."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from riskmodels.errors import InputError
from riskmodels.interop.fhir.codes import LOINC, SNOMED, Measurement, history, measurements
from riskmodels.interop.fhir.types import system_label
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.vocabulary import VOCABULARY

#: mark of a source that is no licensed table
_UNCHECKED = "†"
_SYSTEMS = (LOINC, SNOMED)
#: systems of diagnoses and procedures, as tables write them → as people do
_DIAGNOSES = {
    "snomed": "SNOMED CT",
    "icd10": "ICD-10",
    "icd10cm": "ICD-10-CM",
    "icd10pcs": "ICD-10-PCS",
    "ops": "OPS",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description = (
        "Counts, by variable, the codes of measurements that are read, that are refused for their method (a person may "
        "use such a value knowing that), and that are refused; then those of diagnoses and procedures."
    )
    parser.add_argument("--variable", help="list every code of one variable with its name, the reason and its source")


def codes_command(options: argparse.Namespace, say: Callable[[str], None]) -> int:
    """Print the coverage.

    Raises:
        InputError: for a name that is no variable.
    """
    name: str | None = options.variable
    if name and name not in VOCABULARY and name not in EXTRA_INPUTS:
        raise InputError(f"“{name}” is no variable.", hint="Leave --variable out to see them all.")
    for line in listing(name) if name else coverage():
        say(line)
    return 0


def coverage() -> list[str]:
    """The counts as two tables in Markdown: measurements and answers, then diagnoses and procedures."""
    kinds = ("read", "refused for the method", "refused")
    counted: dict[str, Counter[str]] = {}
    for measurement in _measurements():
        row = counted.setdefault(measurement.variable, Counter())
        row[_kind(measurement)] += 1
        row[_UNCHECKED] += _UNCHECKED in measurement.source
    rows = [[name, *(str(counted[name][kind]) for kind in (*kinds, _UNCHECKED))] for name in _ordered(counted)]
    total = [str(sum(row[kind] for row in counted.values())) for kind in (*kinds, _UNCHECKED)]
    diagnoses: dict[str, Counter[str]] = {}
    for (system, _), meaning in history().items():
        for name in meaning.variables if system in _DIAGNOSES else ():
            diagnoses.setdefault(name, Counter())[system] += 1
    told = [[name, *(str(diagnoses[name][system]) for system in _DIAGNOSES)] for name in _ordered(diagnoses)]
    return [
        *_table(["variable", *kinds, _UNCHECKED], [*rows, ["all", *total]]),
        "",
        *_table(["told of", *_DIAGNOSES.values()], told),
    ]


def listing(variable: str) -> list[str]:
    """Every code of one variable, with its name, what is done with it and where the row is from."""
    measured = [
        f"{system_label(system)} {code} {m.name or variable_of(variable).label}: {_done(m)} ({m.source})"
        for system in _SYSTEMS
        for code, m in measurements(system).items()
        if m.variable == variable
    ]
    told = [
        f"{_DIAGNOSES[system]} {code}: {meaning.use or 'yes'}"
        for (system, code), meaning in history().items()
        if system in _DIAGNOSES and variable in meaning.variables
    ]
    return [*measured, *told] or [f"No code is read as {variable}."]


def _measurements() -> Iterable[Measurement]:
    return (m for system in _SYSTEMS for m in measurements(system).values())


def _kind(measurement: Measurement) -> str:
    if not measurement.use:
        return "read"
    return "refused for the method" if measurement.anyway else "refused"


def _done(measurement: Measurement) -> str:
    if not measurement.use:
        return "; ".join(filter(None, ("read", measurement.remark, "fasting" if measurement.fasting else "")))
    return f"{_kind(measurement)}, {measurement.use}"


def _ordered(names: Iterable[str]) -> list[str]:
    order = [*VOCABULARY, *EXTRA_INPUTS]
    return sorted(names, key=order.index)


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)]
