"""Inputs that some scores take and the vocabulary lacks. Optional columns of a frame, described in the same way."""

from __future__ import annotations

from riskmodels.vocabulary import NO_YES, VOCABULARY, Choice, Kind, Variable


def _yes_no(name: str, label: str, group: str, help: str = "") -> Variable:
    return Variable(name, label, group, Kind.YES_NO, choices=NO_YES, help=help, source="FINDRISC, ADA risk test")


EXTRA_INPUTS: dict[str, Variable] = {
    v.name: v
    for v in (
        _yes_no(
            "daily_activity",
            "Active for 30 minutes on most days",
            "lifestyle",
            "Any physical activity, at work or in leisure; the models' own input asks for vigorous activity only.",
        ),
        _yes_no("daily_vegetables", "Vegetables, fruit or berries every day", "lifestyle"),
        _yes_no(
            "high_glucose_ever",
            "High blood glucose ever measured",
            "sugar",
            "At a check-up, during an illness or in pregnancy.",
        ),
        Variable(
            "family_history_degree",
            "Closest relative with diabetes",
            "sugar",
            Kind.CHOICE,
            choices=(
                Choice(0, "none", "none"),
                Choice(1, "second_degree", "grandparent, aunt, uncle or first cousin"),
                Choice(2, "first_degree", "parent, brother, sister or own child"),
            ),
            source="FINDRISC",
        ),
        _yes_no("gestational_diabetes", "Told: diabetes in pregnancy", "sugar"),
        _yes_no("asian_american", "Asian American", "about", "Lowers the first body-mass cut of the ADA test to 23."),
    )
}


def variable_of(name: str) -> Variable:
    """An input of a score, from the vocabulary or from :data:`EXTRA_INPUTS`."""
    return VOCABULARY.get(name) or EXTRA_INPUTS[name]
