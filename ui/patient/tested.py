"""For whom estimates were off in tests: the models in use in; a sentence a group, or that it was not measured, out."""

from __future__ import annotations

from collections.abc import Iterable

from riskmodels.errors import ModelFileError
from riskmodels.evaluation.evidence import FILE, Evidence, read_evidence
from riskmodels.evaluation.evidence_words import origin_words
from riskmodels.tabular.model import SHIPPED, RiskModel
from ui.memo import remembered

NOT_TESTED = "How these estimates do by origin was not measured for the versions in force."


def by_origin(model: RiskModel, outcome: str) -> str:
    """For whom an estimate was too low or too high in tests, by origin, in sentences; empty where nothing is to say.

    Args:
        model: that answers.
        outcome: one of its outcomes.
    """
    evidence = _evidence(model)
    found = origin_words(evidence, outcome) if evidence else []
    others = (words.removeprefix("In tests ") for words in found[1:])  # said once
    return " ".join([*found[:1], *(words[0].upper() + words[1:] for words in others)])


def untested_text(models: Iterable[RiskModel]) -> str:
    """:data:`NOT_TESTED` where one of the models has no evidence of its very version; empty otherwise."""
    return NOT_TESTED if any(_evidence(model) is None for model in models) else ""


def _evidence(model: RiskModel) -> Evidence | None:
    """What was measured of this very version."""
    path = SHIPPED / model.name / FILE
    stamp = path.stat().st_mtime_ns if path.is_file() else 0

    def read() -> Evidence | None:
        try:
            return read_evidence(path.parent)
        except ModelFileError:  # of another model, or changed: as good as none
            return None

    found = remembered(f"patient.evidence.{model.name}", stamp, read)
    return found if found and found["version"] == model.version else None
