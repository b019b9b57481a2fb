"""Image studies of patients: what a model read in a picture, and the picture's hash; the picture is not kept."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from riskmodels.records import audit, undo
from riskmodels.records.access import Actor, Role, require
from riskmodels.records.audit import Action
from riskmodels.records.engine import Database
from riskmodels.records.errors import RecordsError
from riskmodels.records.facts import checked_day, checked_hash
from riskmodels.records.jobs import now
from riskmodels.records.schema import ImageStudyRow
from riskmodels.records.summary import lock_patient

KIND = undo.KINDS[ImageStudyRow]


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
        "picture_hash": checked_hash(picture_hash, "picture", "Read the picture again."),
        "result": _checked_result(result),
    }
    with database.write() as session:
        lock_patient(session, patient_id)
        row = ImageStudyRow(id=secrets.token_hex(16), patient_id=patient_id, model=model, model_version=model_version,
                            created=now(), created_by=actor.id, **values)  # fmt: skip
        session.add(row)
        session.flush()
        audit.append(session, actor, Action.CREATE, KIND, row.id, {"model": model})
        return _as_study(row)


def of_patient(database: Database, actor: Actor, patient_id: str) -> list[ImageStudy]:
    """The image studies of a patient, oldest first; none when the patient was deleted.

    Raises:
        NotAllowedError: without the role.
    """
    require(actor, Role.CARE)
    with database.read() as session:
        return [_as_study(row) for row in session.scalars(undo.kept(ImageStudyRow, patient_id))]


def delete(database: Database, actor: Actor, study_id: str) -> None:
    """Take an image study out of sight; for :data:`~riskmodels.records.undo.UNDO` it can be brought back.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is no such study.
    """
    require(actor, Role.CARE)
    with database.write() as session:
        undo.delete(session, actor, ImageStudyRow, study_id)


def restore(database: Database, actor: Actor, study_id: str) -> ImageStudy:
    """Bring a deleted image study back.

    Raises:
        NotAllowedError: without the role.
        NotFoundError: when there is none, or it was deleted too long ago.
    """
    require(actor, Role.CARE)
    with database.write() as session:
        return _as_study(undo.restore(session, actor, ImageStudyRow, study_id))


def _checked_result(result: Mapping[str, Any]) -> dict[str, Any]:
    try:
        json.dumps(dict(result), allow_nan=False)
    except (TypeError, ValueError):
        raise RecordsError(
            "The result of the picture holds what cannot be kept: a number that is none, or an object.",
            hint="Keep numbers and texts only.",
            log="record refused: result",
        ) from None
    return dict(result)


def _as_study(row: ImageStudyRow) -> ImageStudy:
    return ImageStudy(
        row.id, row.patient_id, row.day, row.model, row.model_version, row.picture_hash, row.result,
        row.created, row.created_by, row.deleted,
    )  # fmt: skip
