"""What a change of a model does to people: two versions and some people in; who moves, and how good both are, out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from riskmodels.evaluation import METRICS
from riskmodels.evaluation.arrays import log_odds
from riskmodels.evaluation.metrics import measure
from riskmodels.revision.people import People
from riskmodels.vocabulary import VOCABULARY, inside

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: a risk that moves by more than this is counted: probability, and share of the risk before
POINT, TENTH = 0.01, 0.1
JUDGED = ("auroc", "brier", "calibration_in_the_large", "calibration_slope", "ici")
#: fewest people with, and fewest without, the event for figures at all
LEAST = 20
#: what the people who move are described by, beside the input that was changed
_DESCRIBED = ("age", "bmi", "systolic_bp")


@dataclass(frozen=True)
class Effect:
    """One outcome's estimates by two versions, on the same people.

    Args:
        outcome: name.
        people: who they are, in words.
        risks: ``before``, ``after``, ``change`` of those estimated by both; index as the people's.
        frame: their facts.
        metrics: ``metric``, ``label``, ``before``, ``after``, ``change``, ``ideal``; empty where too few had the event,
            or nobody's outcome is known.
        events: of those estimated whose outcome is known; ``(0, 0)`` where nobody's is: with the event, and in all.
        estimated: how many were estimated before, and after.
    """

    outcome: str
    people: str
    risks: pd.DataFrame = field(repr=False)
    frame: pd.DataFrame = field(repr=False)
    metrics: pd.DataFrame = field(repr=False)
    events: tuple[int, int]
    estimated: tuple[int, int]

    @property
    def by_point(self) -> pd.Series:
        """Whose risk moves by more than one percentage point."""
        return self.risks["change"].abs() > POINT

    @property
    def by_tenth(self) -> pd.Series:
        """Whose risk moves by more than a tenth of itself."""
        return self.risks["change"].abs() > TENTH * self.risks["before"]

    def largest(self, most: int = 6) -> pd.DataFrame:
        """Those who move most: their facts that are known, ``before``, ``after``, ``change``; the largest first."""
        order = self.risks["change"].abs().sort_values(ascending=False, kind="stable").index[:most]
        return self.risks.loc[order]

    def described(self, names: tuple[str, ...] = ()) -> pd.DataFrame:
        """Who moves by more than a point or a tenth, beside all who are estimated.

        Args:
            names: inputs to describe them by, beside sex, age, BMI and pressure.

        Returns:
            ``what``, ``moved``, ``everybody``: number, share of women, medians in the canonical unit as words.
        """
        moved = self.frame[self.by_point | self.by_tenth]
        shown = [n for n in dict.fromkeys((*names, *_DESCRIBED)) if n in self.frame and VOCABULARY[n].units]
        rows = [("People", f"{len(moved):,}", f"{len(self.frame):,}")]
        if "sex" in self.frame:
            rows.append(("Women", _share(moved["sex"] == 0), _share(self.frame["sex"] == 0)))
        for name in shown:
            one, other = (VOCABULARY[name].format(float(part[name].median())) for part in (moved, self.frame))
            rows.append((f"Median {inside(VOCABULARY[name].label)}", one, other))
        return pd.DataFrame(rows, columns=["what", "moved", "everybody"])


def effect_of(before: RiskModel, after: RiskModel, people: People, outcome: str) -> Effect:
    """Compare two versions on some people.

    Args:
        before, after: versions that both estimate the outcome.
        people: on whom.
        outcome: name.
    """
    old, new = (model.predict(people.frame).risk[outcome] for model in (before, after))
    both = old.notna() & new.notna()
    risks = pd.DataFrame({"before": old[both], "after": new[both]})
    risks["change"] = risks["after"] - risks["before"]
    label = people.label[both].dropna() if people.label is not None else pd.Series(dtype=float)
    events = (int(label.sum()), len(label))
    metrics = _metrics(label, risks.loc[label.index])
    counts = (int(old.notna().sum()), int(new.notna().sum()))
    return Effect(outcome, people.told, risks, people.frame[both], metrics, events, counts)


def _metrics(label: pd.Series, risks: pd.DataFrame) -> pd.DataFrame:
    columns = ["metric", "label", "before", "after", "change", "ideal"]
    if min(label.sum(), len(label) - label.sum()) < LEAST:
        return pd.DataFrame(columns=columns)
    before, after = (measure(label, risks[part], names=JUDGED) for part in ("before", "after"))
    rows = [(n, METRICS[n].label, before[n], after[n], after[n] - before[n], METRICS[n].ideal) for n in JUDGED]
    return pd.DataFrame(rows, columns=columns)


def _share(flags: pd.Series) -> str:
    return f"{100 * flags.mean():.0f} %" if len(flags) else "none"


def moved_standing(
    standing: dict[str, list[float]], effect: Effect, key: pd.Series, fewest: int = 30
) -> dict[str, list[float]]:
    """Percentiles of risk by sex and age band after a change that is no map of the risk alone.

    The reference people are not here, so each percentile moves as the same percentile of ``effect``'s people of the
    group does, in log-odds; of everybody's where the group has too few.

    Args:
        standing: percentiles (0th … 100th) by group, probability.
        effect: of the change.
        key: the group of each of its people.
        fewest: people that a group needs.
    """
    moved = {}
    for group, risks in standing.items():
        rows = effect.risks[(key == group).to_numpy()]
        rows = rows if len(rows) >= fewest else effect.risks
        levels = np.linspace(0, 1, len(risks))
        old, new = (np.quantile(log_odds(rows[part].to_numpy(float)), levels) for part in ("before", "after"))
        shown = log_odds(np.array(risks)) + new - old
        moved[group] = np.maximum.accumulate(1 / (1 + np.exp(-shown))).tolist()
    return moved
