"""Signal studies of patients: what was read in a glucose sensor's file, an ECG or pressures; the file is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from riskmodels.records.access import Actor, Role, require
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.facts import checked_day, checked_hash
from riskmodels.records.schema import SIGNAL_KINDS, SignalStudyRow
from riskmodels.records.studies import Studies, checked_result


@dataclass(frozen=True)
class SignalStudy:
    """What was read in a signal.

    Args:
        id, patient_id: random, unguessable.
        kind: ``glucose``, ``rhythm`` or ``pressure``.
        day, last_day: the first and last day of it; the day it was read where the file has none.
        file_hash: SHA-256 of the file, or of the hashes of several.
        models: version of each model that read it, by name; empty where arithmetic alone did.
        summary: plain numbers and words.
        created, created_by: when (UTC) and by which account.
        deleted: when; None while it is there.
    """

    id: str
    patient_id: str
    kind: str
    day: date = field(repr=False)
    last_day: date = field(repr=False)
    file_hash: str = field(repr=False)
    models: Mapping[str, str]
    summary: Mapping[str, Any] = field(repr=False)
    created: datetime
    created_by: str
    deleted: datetime | None


def _as_study(row: SignalStudyRow) -> SignalStudy:
    return SignalStudy(
        row.id, row.patient_id, row.kind, row.day, row.last_day, row.file_hash, row.models, row.summary,
        row.created, row.created_by, row.deleted,
    )  # fmt: skip


_STUDIES = Studies(SignalStudyRow, _as_study)
of_patient, delete, restore = _STUDIES.of_patient, _STUDIES.delete, _STUDIES.restore


def add(
    database: Database,
    actor: Actor,
    patient_id: str,
    kind: str,
    days: tuple[date, date],
    file_hash: str,
    models: Mapping[str, str],
    summary: Mapping[str, Any],
) -> SignalStudy:
    """Keep what was read in a patient's signal.

    Args:
        database: the records.
        actor: who keeps it.
        patient_id: whose signal.
        kind: ``glucose``, ``rhythm`` or ``pressure``.
        days: the first and last day of it.
        file_hash: SHA-256, hexadecimal.
        models: version of each model that read it, by name.
        summary: anything that JSON can hold; no samples.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is no such patient.
        RecordsError: when the kind, the days or the summary cannot be kept.
    """
    require(actor, Role.CARE)
    if kind not in SIGNAL_KINDS:
        raise RecordsError(
            f"“{kind[:40]}” is no kind of signal.",
            hint=f"Choose one of {', '.join(SIGNAL_KINDS)}.",
            log="record refused: kind",
        )
    first, last = map(checked_day, days)
    if last < first:
        raise RecordsError("The signal ends before it begins.", hint="Correct its days.", log="record refused: days")
    values = {
        "kind": kind,
        "day": first,
        "last_day": last,
        "file_hash": checked_hash(file_hash, "file", "Read the file again."),
        "models": checked_result(models, "signal"),
        "summary": checked_result(summary, "signal"),
    }
    return _STUDIES.keep(database, actor, patient_id, values, {"kind": kind, "models": sorted(models)})
