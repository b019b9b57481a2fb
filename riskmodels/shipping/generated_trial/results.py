"""The figures of one generator in the trial, and how generators stand to one another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from riskmodels.generated.privacy.card import PrivacyCard
from riskmodels.generated.use.card import HARD_TO_TELL, UseCard
from riskmodels.generated.use.transfer import Transfer


@dataclass(frozen=True)
class Result:
    """One generator.

    Args:
        name: for people.
        role: "real", "ours", "peer" or "control".
        use: its use card.
        privacy: its privacy card; None for real people, of whom it is not asked.
    """

    name: str
    role: str
    use: UseCard
    privacy: PrivacyCard | None

    @property
    def boosting(self) -> list[Transfer]:
        """Transfer of boosted trees, in the order of the outcomes."""
        return [t for t in self.use.transfers if t.predictor == "boosting"]

    @property
    def lost(self) -> float:
        """Mean AUROC lost by learning from its rows: over the outcomes, with boosting."""
        return -mean(t.difference for t in self.boosting)

    @property
    def refused(self) -> bool:
        """Whether its rows may not be given away."""
        return self.privacy is not None and self.privacy.refusal is not None


def first(results: Sequence[Result], role: str) -> Result | None:
    """The first of a role."""
    return next((r for r in results if r.role == role), None)


def aims(results: Sequence[Result], limit: float) -> list[tuple[str, str, bool]]:
    """What was aimed at, what came out and whether it was reached; nothing without our generator.

    Args:
        results: of the trial.
        limit: highest AUC of an attack.
    """
    ours = first(results, "ours")
    if ours is None or ours.privacy is None:
        return []
    worst, attack = min(ours.boosting, key=lambda t: t.difference), ours.privacy.membership.auc
    found = [
        ("each outcome within .010 of real people", f"worst {worst.outcome}: {signed(worst.difference)}",
         worst.difference >= -0.010),
        (f"strongest attack at most {short(limit, 2)}", short(attack.value), attack.value <= limit),
        ("no copy", f"{ours.privacy.copies.copies.number:g}", ours.privacy.copies.copies.number == 0),
        (f"told apart with at most {short(HARD_TO_TELL, 2)}", short(ours.use.detection.auroc),
         ours.use.detection.auroc <= HARD_TO_TELL),
        ("no impossible row", f"{100 * ours.use.impossible['invented']:.2f} %", ours.use.impossible["invented"] == 0),
    ]  # fmt: skip
    allowed = [r for r in results if r.role == "peer" and not r.refused]
    if allowed:
        best = min(allowed, key=lambda r: r.lost)
        words = f"{short(ours.lost)} lost on average; {best.name} {short(best.lost)}"
        found.append(("least AUROC lost of all that are not refused", words, ours.lost < best.lost))
    return found


def short(value: float, digits: int = 3) -> str:
    """A number below 1 as papers write it: .928; a dash where there is none."""
    if math.isnan(value):
        return "–"
    text = f"{value:.{digits}f}".replace("-", "−")
    return text.replace("0.", ".", 1) if abs(value) < 1 else text


def signed(value: float) -> str:
    """A difference with its sign: −.004."""
    return "–" if math.isnan(value) else ("+" if value >= 0 else "") + short(value)
