"""Names of leads: known ones are kept, any other text of a file is dropped, since it may name a person."""

from __future__ import annotations

import re

_KNOWN = {
    name.lower(): name
    for name in (
        *("I", "II", "III", "aVR", "aVL", "aVF", "-aVR", "X", "Y", "Z"),
        *(f"V{number}" for number in range(1, 10)),
        *(f"V{number}R" for number in range(1, 8)),
        *("MLI", "MLII", "MLIII", "ML1", "ML2", "ML3", "MV1", "MV2", "MV5", "MCL1", "MCL6", "D3", "D4", "CM2", "CM4"),
        *("CM5", "CC5", "mod.V1", "ES", "AS", "AI", "A-S", "E-S", "A-I"),
    )
}
_WORDS = re.compile(r"\b(ecg|ekg|lead|channel|kanal|ableitung|mdc_ecg_lead|derivation)\b[\s_:]*", re.IGNORECASE)


def lead_name(text: str, number: int) -> str:
    """The name of a lead that a label stands for, or ``lead 2`` where it is no known one.

    Args:
        text: label in the file, e.g. ``ECG aVF``.
        number: place of the lead, from 1.
    """
    bare = _WORDS.sub("", text.replace("MDC_ECG_LEAD_", "")).strip(" \t\"'._-:")
    return _KNOWN.get(bare.lower(), f"lead {number}")


def lead_names(texts: list[str]) -> tuple[str, ...]:
    """Names of all leads of a file; one that comes again is told apart by its place."""
    names: list[str] = []
    for number, text in enumerate(texts, start=1):
        name = lead_name(text, number)
        names.append(name if name not in names else f"{name} ({number})")
    return tuple(names)
