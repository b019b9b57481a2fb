"""What the analyst says of a file that a model shall learn from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from riskmodels.errors import InputError


@dataclass(frozen=True)
class TrainingRequest:
    """One training.

    Args:
        outcome: header of the outcome. Without ``time``: 1/0 or yes/no. With it: 0 censored, 1 event, 2 other death.
        event: the cell that says that it happened, where the column has two other values than yes and no.
        time: header of the follow-up time; empty for an outcome that is there now.
        horizon: within which time, in the unit of that column; needed with ``time``.
        keep: headers of columns that are no variables of the app and become inputs of their own.
        keep_others: whether every column that is not read otherwise and can be an input is kept.
        leave_out: variables or headers not to use, e.g. those that define the outcome.
        labels: header → name of an own input; the header where absent.
        units: header → unit of an own input, in words; nothing is converted.
        categories: headers of own inputs whose numbers are names of categories.
        modifiable: headers of own inputs that care can change.
        missing: header → cells that mean “not measured”.
        measured: header → numbers that look like a code for “not measured” and are measurements.
        allow: headers that are used although they look like the outcome itself, or like an identifier.
    """

    outcome: str
    event: str = ""
    time: str = ""
    horizon: float | None = None
    keep: tuple[str, ...] = ()
    keep_others: bool = False
    leave_out: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    modifiable: tuple[str, ...] = ()
    missing: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    measured: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allow: tuple[str, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """Every header that is named in it, but for what is left out."""
        told = (*self.keep, *self.labels, *self.units, *self.categories, *self.modifiable, *self.missing)
        return (self.outcome, *([self.time] if self.time else []), *told, *self.measured, *self.allow)

    def refuse_unclear(self, headers: tuple[str, ...]) -> None:
        """Refuse what cannot be done with a file of these columns.

        Raises:
            InputError: with the name that is not there, or what is missing.
        """
        for header in self.named:
            if header not in headers:
                listed = ", ".join(headers[:12]) + (" …" if len(headers) > 12 else "")
                raise InputError(f"There is no column “{header}”.", hint=f"The file has {listed}.")
        both = {self.outcome, self.time} & set(self.keep)
        if both:
            raise InputError(f"“{both.pop()}” cannot be the outcome and an input.", hint="Keep it for one of the two.")
        if self.time and (self.horizon is None or not self.horizon > 0):
            raise InputError(
                "With a time of follow-up a horizon is needed.", hint="Give it in the unit of that column."
            )
        if self.time and self.event:
            raise InputError(
                "With a time the outcome is coded 0 censored, 1 event, 2 other death.", hint="Leave out the event."
            )
