"""The privacy card of a file of invented people: what it gives away about the real people behind it, and its refusal.

In: the invented table, the members (real people the generator was fitted on) and others (real people kept apart, drawn
at random from the same). Out: a :class:`PrivacyCard` of four looks: distances to the closest record, membership
inference, singling out, copies. The split must be at random: attacks call a difference between members and others
leakage.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from riskmodels.errors import InputError
from riskmodels.evaluation.bootstrap import Estimate
from riskmodels.generated.privacy.attacks import LIMIT, Attack, Membership, attack_members
from riskmodels.generated.privacy.budget import Budget
from riskmodels.generated.privacy.closest import Closest, closest_records
from riskmodels.generated.privacy.copies import Copies, count_copies
from riskmodels.generated.privacy.counted import Share
from riskmodels.generated.privacy.singling_out import SinglingOut, singled_out
from riskmodels.generated.privacy.space import Space
from riskmodels.generated.privacy.words import promised, reasons, sentences

#: real people of either kind below which no card is made
LEAST = 50
_VERSION = 1


@dataclass(frozen=True)
class PrivacyCard:
    """What a file of invented people gives away.

    Args:
        invented, members, others: people in the three tables.
        columns: how many they have.
        closest: distances to the closest record.
        membership: the three attacks.
        singling_out: by questions of one column and of several.
        copies: invented people who are a member.
        budget: of the fit with differential privacy; None where there was none.
    """

    invented: int
    members: int
    others: int
    columns: int
    closest: Closest
    membership: Membership
    singling_out: tuple[SinglingOut, ...]
    copies: Copies
    budget: Budget | None = None

    @property
    def refusal(self) -> str | None:
        """Why the file must not be given away and what to do, or None: an attack's AUC above 0.52, or a copy."""
        return " ".join(reasons(self.membership, self.copies)) or None

    @property
    def sentences(self) -> tuple[str, ...]:
        """The card in words, each figure with how many people it is of."""
        first = (
            f"{self.invented:,} invented people, {self.members:,} the generator was fitted on (members), "
            f"{self.others:,} others it never saw; {self.columns} columns."
        )
        found = sentences(self.closest, self.membership, self.singling_out, self.copies)
        return (first, *found, promised(self.budget))

    def as_dict(self) -> dict[str, Any]:
        """For a JSON file, with the refusal and the sentences for whoever reads it without this program."""
        figures: dict[str, Any] = json.loads(json.dumps(asdict(self), allow_nan=False))
        return {"version": _VERSION, **figures, "refusal": self.refusal, "sentences": list(self.sentences)}

    @classmethod
    def read(cls, saved: Mapping[str, Any]) -> PrivacyCard:
        """The card again; refusal and sentences are made of the figures, not read.

        Args:
            saved: as :meth:`as_dict` gives it.

        Raises:
            InputError: when it is not of this form.
        """
        try:
            if saved["version"] != _VERSION:
                raise ValueError("version")
            return cls(
                **{name: int(saved[name]) for name in ("invented", "members", "others", "columns")},
                closest=Closest(**{**saved["closest"], **_shares(saved["closest"], "nearer")}),
                membership=_membership(saved["membership"]),
                singling_out=tuple(map(_singling_out, saved["singling_out"])),
                copies=Copies(**{**saved["copies"], **_shares(saved["copies"], "equal", "copies", "others")}),
                budget=saved["budget"] and Budget.of(*saved["budget"]),
            )
        except (KeyError, TypeError, ValueError, InputError) as error:
            raise InputError(
                "This is not a privacy card of this version.", hint="Make the file of invented people again."
            ) from error


def privacy_card(
    invented: pd.DataFrame,
    members: pd.DataFrame,
    others: pd.DataFrame,
    seed: int = 0,
    budget: Budget | None = None,
) -> PrivacyCard:
    """Look at a file of invented people with the eyes of someone who wants to know whose it is.

    Args:
        invented: one row a person: numbers (NaN where not measured), yes/no (0, 1, NaN or bool), text (None where not
            known). Names and identifiers do not belong into it.
        members: the people the generator was fitted on, with the same columns.
        others: people kept apart at random, with the same columns.
        seed: of everything drawn.
        budget: what a fit with differential privacy spent.

    Returns:
        :class:`PrivacyCard`. Of more than 10,000 real people of a kind some looks draw (each says of how many it is);
        copies are looked for among all.

    Raises:
        InputError: when columns differ, nobody was invented, or there are fewer than 50 members or others.
    """
    _check_sizes(invented, members, others)
    space = Space.of(members, others)
    made, inside, apart = (space.place(frame) for frame in (invented, members, others))
    return PrivacyCard(
        invented=len(invented),
        members=len(members),
        others=len(others),
        columns=len(space.columns),
        closest=closest_records(made, inside, apart, seed),
        membership=attack_members(made, inside, apart, seed),
        singling_out=singled_out(invented, members, others, space, seed),
        copies=count_copies(invented, members, others, space),
        budget=budget,
    )


def _check_sizes(invented: pd.DataFrame, members: pd.DataFrame, others: pd.DataFrame) -> None:
    if invented.empty:
        raise InputError("Nobody was invented.", hint="Ask for at least one person.")
    if min(len(members), len(others)) < LEAST:
        raise InputError(
            f"{len(members)} people fitted on and {len(others)} kept apart are too few to tell what a file gives away.",
            hint=f"Have at least {LEAST} of both; about 2,000 for an answer that is more than chance (limit {LIMIT}).",
        )


def _membership(saved: Mapping[str, Any]) -> Membership:
    attacks = (Attack(a["name"], Estimate(*a["auc"]), Share(*a["caught"])) for a in saved["attacks"])
    return Membership(**{**saved, "attacks": tuple(attacks), "auc": Estimate(*saved["auc"])})


def _singling_out(saved: Mapping[str, Any]) -> SinglingOut:
    return SinglingOut(**{**saved, **_shares(saved, "members", "others")})


def _shares(saved: Mapping[str, Any], *names: str) -> dict[str, Share]:
    return {name: Share(*saved[name]) for name in names}
