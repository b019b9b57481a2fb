"""A file of compounds in; estimates with intervals and domain, properties and alerts of each row out, and problem rows.

Rows that hold the same compound are computed once. What no model may say of a compound is empty, with its reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

from riskmodels.interop.table.safe_csv import to_csv
from riskmodels.molecules.described.alerts import Alert, alerts
from riskmodels.molecules.described.properties import PROPERTIES, properties, rule_of_five_violations
from riskmodels.molecules.described.synthesis import synthetic_accessibility
from riskmodels.molecules.endpoints import ENDPOINTS, HERG, Endpoint, molar
from riskmodels.molecules.learning.answers import Estimate
from riskmodels.molecules.learning.words import herg_verdict
from riskmodels.molecules.structures.reading import read_compounds
from riskmodels.molecules.structures.rows import CompoundFile, RowProblem, shortened
from riskmodels.molecules.structures.structure import Structure, StructureError, standardise
from riskmodels.runtime.progress import Tell, silent
from riskmodels.tasks import Limits

if TYPE_CHECKING:
    from riskmodels.molecules.learning.model import CompoundModels

#: of a task: 100,000 compounds; the libraries alone take address space of gigabytes
LIMITS = Limits(seconds=3600, memory=12 * 2**30)
#: compounds between two words on how far it is
BLOCK = 256
INSIDE, OUTSIDE = "inside", "outside"
SMILES, CHANGES, SAME_AS, HERG_FLAG, RULE, SYNTHESIS, ALERTS = (
    "smiles_used",
    "changed",
    "same_as_row",
    "herg_flag",
    "rule_of_five_violations",
    "synthetic_accessibility_1_to_10",
    "alerts",
)


class Estimator(Protocol):
    """What screening asks of the models; :class:`riskmodels.molecules.learning.model.CompoundModels` is one."""

    def estimate(self, structures: Sequence[Structure], progress: Tell = silent) -> list[list[Estimate]]:
        """Estimates of each structure, in the order of ``ENDPOINTS``."""
        ...


def column(endpoint: Endpoint, part: str = "") -> str:
    """Name of an endpoint's column in the results.

    Args:
        endpoint: of the column.
        part: ``""`` (−log10 mol/L), ``low90``, ``high90``, ``umol_l``, ``domain`` or ``similarity``.
    """
    if part in ("domain", "similarity"):
        return f"{endpoint.name}_{part}"
    if part == "umol_l":
        return f"{endpoint.name}_{endpoint.quantity.removeprefix('p').lower()}_umol_l"
    return "_".join(filter(None, (endpoint.name, endpoint.quantity.lower(), part)))


_PARTS = ("", "low90", "high90", "umol_l", "domain", "similarity")
_NUMBERS = (
    *(column(endpoint, part) for endpoint in ENDPOINTS for part in _PARTS if part != "domain"),
    *(each.name for each in PROPERTIES),
    RULE,
    SYNTHESIS,
)
_COLUMNS = [
    *(SMILES, CHANGES, SAME_AS, HERG_FLAG),
    *(column(endpoint, part) for endpoint in ENDPOINTS for part in _PARTS),
    *(each.name for each in PROPERTIES),
    *(RULE, SYNTHESIS, ALERTS),
]


@dataclass(frozen=True)
class Screened:
    """What became of a file.

    Args:
        file: as it was read.
        table: results, index ``row``; a row for each compound that there is an answer for.
        problems: the other rows, in order.
    """

    file: CompoundFile = field(repr=False)
    table: pd.DataFrame = field(repr=False)
    problems: tuple[RowProblem, ...] = field(repr=False)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by what became of them: ``read`` is ``screened`` + ``problems``."""
        screened, problems = len(self.table), len(self.problems)
        return {
            "read": screened + problems,
            "screened": screened,
            "problems": problems,
            "duplicates": int(self.table[SAME_AS].notna().sum()),
            "changed": int((self.table[CHANGES] != "").sum()),
        }

    def outside(self, endpoint: Endpoint) -> pd.Series:
        """Whether no number is given, by row (bool)."""
        return self.table[column(endpoint)].isna()

    def csv(self) -> bytes:
        """All rows, those with a problem included: the file's own columns first, safe to open in a spreadsheet."""
        given = self.file.structures.rename(self.file.column or "structure_given")
        own = pd.concat([given, self.file.others], axis=1)
        problems = pd.DataFrame(
            {
                "row": [problem.row for problem in self.problems],
                "problem": [f"{problem.reason} {problem.hint}".strip() for problem in self.problems],
            }
        ).set_index("row")
        same = self.table[SAME_AS].map(lambda row: "" if row != row else f"{row:.0f}")
        results = self.table.assign(**{SAME_AS: same})
        found = results.join(problems, how="outer")
        found.columns = pd.Index([name if name not in own else f"{name} (CareRisk)" for name in found.columns])
        whole = own.join(found, how="outer").sort_index()
        whole.insert(0, "row", whole.index)
        return to_csv(whole.fillna({name: "" for name in whole if whole[name].dtype.kind not in "fiu"}))


def screen(file: CompoundFile, models: Estimator, tell: Tell = silent) -> Screened:
    """Say of each compound of a file what the models say of it.

    Args:
        file: as :func:`riskmodels.molecules.structures.reading.read_compounds` gives it.
        models: that estimate.
        tell: told how far it is.
    """
    first_row: dict[str, int] = {}
    of_compound: dict[str, dict[str, Any]] = {}
    rows: dict[int, dict[str, Any]] = {}
    problems = list(file.problems)
    done, total = 0, len(file.structures)
    for block in _blocks(file.structures):
        tell(done / max(total, 1), f"{done:,} of {total:,} compounds")
        found = _standardised(block, problems)
        new = {each.smiles: each for each in found.values() if each.smiles not in of_compound}
        of_compound |= _described(list(new.values()), models)
        for row, structure in found.items():
            same = first_row.setdefault(structure.smiles, row)
            head = {SMILES: structure.smiles, CHANGES: "; ".join(structure.changes)}
            rows[row] = head | {SAME_AS: None if same == row else same} | of_compound[structure.smiles]
        done += len(block)
    tell(1.0, f"{done:,} of {total:,} compounds")
    table = pd.DataFrame(list(rows.values()), pd.Index(rows, name="row", dtype="int64"), _COLUMNS)
    table = table.astype(dict.fromkeys(_NUMBERS, "float64") | {SAME_AS: "float64"})
    return Screened(file, table, tuple(sorted(problems, key=lambda problem: problem.row)))


def screen_task(data: bytes, column_name: str, tell: Tell = silent) -> Screened:
    """Read and screen an uploaded file with the shipped models, in a process apart.

    Args:
        data: of the file.
        column_name: of a table, the one that holds SMILES; found when empty.
        tell: told how far it is.

    Raises:
        FileError: as :func:`riskmodels.molecules.structures.reading.read_compounds`.
        ModelFileError: when the models are missing or damaged.
    """
    import torch

    torch.set_num_threads(1)  # beside the pages, not instead of them
    tell(0.0, "reading the file")
    file = read_compounds(data, column_name)
    tell(0.0, "loading the models")
    return screen(file, load_models(), tell)


def load_models(folder: Path | None = None) -> CompoundModels:
    """The models of a folder; the shipped ones when None.

    Raises:
        ModelFileError: when they are missing or damaged.
    """
    from riskmodels.molecules.learning.model import SHIPPED, CompoundModels

    return CompoundModels.load(folder or SHIPPED)


def _blocks(structures: pd.Series) -> Iterator[pd.Series]:
    for start in range(0, len(structures), BLOCK):
        yield structures.iloc[start : start + BLOCK]


def _standardised(block: pd.Series, problems: list[RowProblem]) -> dict[int, Structure]:
    """The compounds of some rows; what is none is added to the problems."""
    found: dict[int, Structure] = {}
    for row, text in block.items():
        try:
            found[int(str(row))] = standardise(str(text))
        except StructureError as error:
            problems.append(RowProblem(int(str(row)), shortened(str(text)), error.message, error.hint))
    return found


def _described(structures: list[Structure], models: Estimator) -> dict[str, dict[str, Any]]:
    """Results of some compounds, each by its SMILES."""
    estimates = models.estimate(structures) if structures else []
    return {
        structure.smiles: _estimated(of_one) | describe(structure)
        for structure, of_one in zip(structures, estimates, strict=True)
    }


def _estimated(estimates: list[Estimate]) -> dict[str, Any]:
    cells: dict[str, Any] = {}
    for each in estimates:
        name = each.endpoint
        cells |= estimate_cells(each)
        cells[column(name, "umol_l")] = None if each.value is None else molar(each.value)
        cells[column(name, "similarity")] = each.similarity
        if each.endpoint == HERG:
            cells[HERG_FLAG] = herg_verdict(each.value, each.low, each.high)
    return cells


def estimate_cells(estimate: Estimate) -> dict[str, Any]:
    """Value, interval and domain of an estimate, by column."""
    name = estimate.endpoint
    return {
        column(name): estimate.value,
        column(name, "low90"): estimate.low,
        column(name, "high90"): estimate.high,
        column(name, "domain"): INSIDE if estimate.inside else f"{OUTSIDE}: {estimate.reason}",
    }


def alert_words(found: Iterable[Alert]) -> str:
    """Alerts in one cell: ``PAINS: quinone_A; Brenk: nitro_group``."""
    return "; ".join(f"{alert.catalogue}: {alert.name}" for alert in found)


def describe(structure: Structure) -> dict[str, Any]:
    """Properties, rule of five, synthetic accessibility and alerts of a compound, by column."""
    values: dict[str, Any] = dict(properties(structure.mol))
    values[RULE] = len(rule_of_five_violations(values))
    values[SYNTHESIS] = synthetic_accessibility(structure.mol)
    values[ALERTS] = alert_words(alerts(structure.mol))
    return values
