"""A patient's facts in words that stay on their side of a limit."""

from __future__ import annotations

from riskmodels.outcomes import already_text

#: what a plan is, before it wherever it stands
NATURE = "What guidelines say for a patient with these facts: decision support, never an order."
#: how far the rules can be trusted, beside every plan; take it back when somebody has read them against their sources
CHECKED = (
    "The rules and doses were written from what is known of the guidelines named and have not yet been read against "
    "their texts by a clinician: open the source before you act on one."
)
#: creatinine clearances, mL/min, at which a dose changes
CLEARANCE_LIMITS = (15.0, 25.0, 30.0, 50.0)


def capital(text: str) -> str:
    """A phrase as a sentence begins; “eGFR” stays as it is."""
    return text if text.startswith("eGFR") else f"{text[:1].upper()}{text[1:]}"


def told_words(name: str, value: float) -> str:
    """“told of angina”, “takes insulin”, “does not take insulin”; empty for a disease that is not there."""
    text = already_text(name).removeprefix("already ")
    if value == 1:
        return text
    if value != value or text.startswith(("told", "on ")):
        return ""
    return f"does not take {text.removeprefix('takes ')}" if text.startswith("takes ") else f"no {text}"


def clearance_text(clearance: float, limits: tuple[float, ...] = CLEARANCE_LIMITS) -> str:
    """Creatinine clearance with as many decimals as keep it on its side of every limit: ``29.6 mL/min``."""
    for decimals in (0, 1, 2):
        shown = round(clearance, decimals)
        if all((shown >= limit) == (clearance >= limit) for limit in limits):
            break
    return f"{clearance:.{decimals}f} mL/min"
