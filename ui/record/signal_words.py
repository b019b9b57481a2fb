"""A signal study in words, as the timeline lists it. No Streamlit here."""

from __future__ import annotations

from riskmodels.records.signals import SignalStudy
from riskmodels.signals.told import tell

#: for people
KIND_LABEL = {"glucose": "Glucose sensor", "rhythm": "Heart rhythm", "pressure": "Blood pressure"}


def days_words(study: SignalStudy) -> str:
    """``2026-03-02``, or ``2026-03-02 to 2026-03-15``."""
    first, last = study.day.isoformat(), study.last_day.isoformat()
    return first if first == last else f"{first} to {last}"


def study_words(study: SignalStudy) -> str:
    """The main figures of a study."""
    return tell(study.kind, study.summary) or "no figures were kept"


def reader_words(study: SignalStudy) -> str:
    """The models that read it with their versions, or that it is arithmetic."""
    models = (f"{name.replace('_', ' ')}, {version}" for name, version in study.models.items())
    return "; ".join(models) or "arithmetic of the guideline"
