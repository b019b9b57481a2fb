"""Image studies of patients: what a model read in a picture, and the picture's hash; the picture is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from riskmodels.records.access import Actor, Role, require
from riskmodels.records.engine import Database
from riskmodels.records.facts import checked_day, checked_hash
from riskmodels.records.schema import ImageStudyRow
from riskmodels.records.studies import Studies, checked_result


@dataclass(frozen=True)
class ImageStudy:
    """What a model read in a picture.

    Args:
        id, patient_id: random, unguessable.
        day: when the picture was taken, or read where that is not known.
        model, model_version: that read it.
        picture_hash: SHA-256 of the file.
        result: as the model gives it.
        created, created_by: when (UTC) and by which account.
        deleted: when; None while it is there.
    """

    id: str
    patient_id: str
    day: date = field(repr=False)
    model: str
    model_version: str
    picture_hash: str = field(repr=False)
    result: Mapping[str, Any] = field(repr=False)
    created: datetime
    created_by: str
    deleted: datetime | None


def _as_study(row: ImageStudyRow) -> ImageStudy:
    return ImageStudy(
        row.id, row.patient_id, row.day, row.model, row.model_version, row.picture_hash, row.result,
        row.created, row.created_by, row.deleted,
    )  # fmt: skip


_STUDIES = Studies(ImageStudyRow, _as_study)
of_patient, delete, restore = _STUDIES.of_patient, _STUDIES.delete, _STUDIES.restore


def add(
    database: Database,
    actor: Actor,
    patient_id: str,
    day: date,
    model: str,
    model_version: str,
    picture_hash: str,
    result: Mapping[str, Any],
) -> ImageStudy:
    """Keep what a model read in a patient's picture.

    Args:
        database: the records.
        actor: who keeps it.
        patient_id: whose picture.
        day: when it was taken, or read.
        model, model_version: that read it.
        picture_hash: SHA-256 of the file, hexadecimal.
        result: anything that JSON can hold; no pixels.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is no such patient.
        RecordsError: when the day or the result cannot be kept.
    """
    require(actor, Role.CARE)
    values = {
        "day": checked_day(day),
        "model": model,
        "model_version": model_version,
        "picture_hash": checked_hash(picture_hash, "picture", "Read the picture again."),
        "result": checked_result(result, "picture"),
    }
    return _STUDIES.keep(database, actor, patient_id, values, {"model": model})
