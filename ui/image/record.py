"""A picture's reading kept in a patient's record."""

from __future__ import annotations

from datetime import date

from riskmodels.imaging.reading import Item
from riskmodels.imaging.registry import Found
from riskmodels.records import Database, images
from riskmodels.records.access import Actor
from riskmodels.records.patients import Patient
from ui.record.image_study import study_of
from ui.records.keeping import Keepable, draw_keeping


def draw_keep(item: Item, found: Found) -> None:
    """A button that keeps what was read in a record; nothing for whoever may not, or where nothing was read.

    Args:
        item: a picture with a reading.
        found: the model that read it.
    """
    if item.refused:
        return
    name, version = str(found.card["name"]), str(found.card.get("version", ""))

    def add(opened: Database, actor: Actor, patient: Patient, day: date) -> str:
        there = images.of_patient(opened, actor, patient.id)
        result = study_of(item.reading, found.title)
        wanted = item.sha256, name, version, result.get("calibration")
        if any((s.picture_hash, s.model, s.model_version, s.result.get("calibration")) == wanted for s in there):
            return ""
        return images.add(opened, actor, patient.id, day, name, version, item.sha256, result).id

    label = "Date of the picture"
    draw_keeping(Keepable("image.record", "picture", item.sha256, add, images.delete, day_label=label))
