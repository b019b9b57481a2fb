"""What a model and its version are called wherever they are named to people."""

from __future__ import annotations

from riskmodels.tabular.model import RiskModel

#: what each shipped model is called
MODEL_LABEL = {"population": "Population model", "chest_pain": "Chest-pain model"}


def version_number(model: RiskModel) -> str:
    """Its version, without the day of training where it begins with it."""
    return model.version.removeprefix(f"{model.created[:10]}-")


def version_text(model: RiskModel) -> str:
    """Version and date of training; the date once where the version begins with it."""
    return f"version {version_number(model)} of {model.created[:10]}"
