"""What a scoring job is asked to do, kept as JSON among the job's own files: it names columns and the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from riskmodels.errors import InputError
from riskmodels.interop.columns.mapping import Code, CohortMapping, ColumnMapping, Combine, Role, Visits
from riskmodels.interop.table.file_format import FileFormat
from riskmodels.interop.table.row_shape import Baseline, LongShape

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

VERSION = 1


@dataclass(frozen=True)
class ScoreRequest:
    """One scoring.

    Args:
        name: of the file, as the browser gave it; only shown.
        mapping: every question of it answered.
        file_format: how the file is written; sniffed when None.
        outcomes: to estimate; all that the file has the required inputs for when None.
        reasons: how many reasons a row.
        rows: of the file, for the progress; 0 when not known.
        models: ids of the models, see :func:`model_ids`; filled in when it is submitted.
    """

    name: str
    mapping: CohortMapping
    file_format: FileFormat | None = None
    outcomes: tuple[str, ...] | None = None
    reasons: int = 3
    rows: int = 0
    models: tuple[str, ...] = ()

    def to_json(self) -> str:
        """As text. Other than a named layout it keeps every code, so that the answer is the same."""
        return json.dumps({"version": VERSION, **asdict(self)}, ensure_ascii=False)

    @staticmethod
    def from_json(text: str) -> ScoreRequest:
        """Read back what :meth:`to_json` wrote.

        Raises:
            InputError: when it was written by another version of the app.
        """
        try:
            return _read(json.loads(text))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(
                "This was started by another version of the app.", hint="Start it again.", log="request not readable"
            ) from None

    def decides(self) -> str:
        """All of it that the result depends on, as text; not the file's name."""
        mapping = replace(self.mapping, columns=tuple(_bare(c) for c in self.mapping.columns))
        return replace(self, name="", rows=0, mapping=mapping).to_json()


def model_ids(models: Mapping[str, RiskModel]) -> tuple[str, ...]:
    """What tells models from other versions of them: ``population@2026-11-24-3604875e``."""
    return tuple(sorted(f"{model.name}@{model.version}" for model in models.values()))


def _bare(column: ColumnMapping) -> ColumnMapping:
    """Without what was only told beside it."""
    return replace(column, codes=tuple(Code(code.text, code.means) for code in column.codes))


def _read(stored: dict[str, Any]) -> ScoreRequest:
    if stored.pop("version") != VERSION:
        raise ValueError
    form, outcomes = stored.pop("file_format"), stored.pop("outcomes")
    return ScoreRequest(
        mapping=_mapping(stored.pop("mapping")),
        file_format=None if form is None else _format(form),
        outcomes=None if outcomes is None else tuple(outcomes),
        models=tuple(stored.pop("models")),
        **stored,
    )


def _format(stored: dict[str, Any]) -> FileFormat:
    long, baseline = stored.get("long"), stored.get("baseline")
    parts = {
        "sheets": tuple(stored["sheets"]),
        "tables": tuple(stored.get("tables", ())),
        "long": LongShape(**long) if long else None,
        "baseline": Baseline(baseline["record"], tuple(baseline["columns"])) if baseline else None,
    }
    return FileFormat(**{**stored, **parts})


def _mapping(stored: dict[str, Any]) -> CohortMapping:
    combine = {name: Combine(rule) for name, rule in stored["combine"].items()}
    columns = tuple(_column(entry) for entry in stored["columns"])
    visits, recoding, as_of = Visits(stored["visits"]), stored.get("recoding", ""), str(stored.get("as_of", ""))
    return CohortMapping(columns, dict(stored["constants"]), combine, visits, recoding, as_of)


def _column(stored: dict[str, Any]) -> ColumnMapping:
    codes = tuple(Code(**code) for code in stored["codes"])
    could_be = tuple(stored.get("could_be", ()))
    return ColumnMapping(**{**stored, "role": Role(stored["role"]), "codes": codes, "could_be": could_be})
