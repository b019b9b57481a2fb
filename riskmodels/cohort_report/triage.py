"""Whom to look at first: the rows flagged at a capacity or at a threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import people, percent
from riskmodels.errors import InputError
from riskmodels.scoring.cohort import top_share
from riskmodels.scoring.words import Words

#: most rows a triage list shows; all are flagged nevertheless
MOST_LISTED = 500


@dataclass(frozen=True)
class Rule:
    """Whom to flag; exactly one is given, the highest tenth when none is.

    Args:
        share: the highest share of those with an estimate, 0–1.
        count: the highest so many.
        threshold: a risk of at least this, 0–1.
    """

    share: float | None = None
    count: int | None = None
    threshold: float | None = None

    def __post_init__(self) -> None:
        given = [v for v in (self.share, self.count, self.threshold) if v is not None]
        if not given:
            object.__setattr__(self, "share", 0.1)
        if len(given) > 1:
            raise InputError("A capacity and a threshold are given.", hint="Give one of them.")
        if self.share is not None and not 0 < self.share <= 1:
            raise InputError("The share to flag is not between 0 and 1.")
        if self.count is not None and self.count < 1:
            raise InputError("The number to flag is less than 1.")
        if self.threshold is not None and not 0 < self.threshold < 1:
            raise InputError("The threshold is not between 0 and 1.", hint="Give a fraction, not per cent.")

    @property
    def words(self) -> str:
        """The rule in words: “the highest 10 %”."""
        if self.threshold is not None:
            return f"a risk of {percent(self.threshold)} or more"
        return f"the highest {self.count:,}" if self.count is not None else f"the highest {percent(self.share or 0)}"

    def flag(self, risk: pd.Series) -> pd.Series:
        """Who is flagged (bool, same index); never someone without an estimate, always everyone tied with the last."""
        if self.threshold is not None:
            return (risk >= self.threshold).fillna(False).astype(bool)
        known = int(risk.notna().sum())
        share = min(1.0, (self.count or 0) / known) if self.count is not None and known else self.share or 0.0
        return top_share(risk, share)

    def cut(self, risk: pd.Series) -> float:
        """The threshold the rule comes to in these people: the lowest risk flagged; NaN where nobody is."""
        if self.threshold is not None:
            return self.threshold
        flagged = risk[self.flag(risk)]
        return float(flagged.min()) if len(flagged) else float("nan")


def triage_section(risk: pd.Series, rule: Rule, measured: int = 0) -> Section:
    """How many are flagged at this rule and at others, without naming anyone.

    Args:
        risk: probability of each row; NaN where refused or measured.
        rule: the analyst's.
        measured: rows that a measurement answers, which are not flagged by a probability.
    """
    known = risk.dropna()
    rules = [rule, *(Rule(share=s) for s in (0.01, 0.05, 0.1, 0.2) if Rule(share=s) != rule)]
    rows = []
    for one in rules:
        flagged = one.flag(known)
        rows.append((one.words, int(flagged.sum()), float(flagged.mean()), one.cut(known), known[flagged].mean()))
    table = pd.DataFrame(rows, columns=["rule", "flagged", "share", "cut", "mean_risk"])
    first = table.iloc[0]
    finding = (
        f"Flagging {rule.words} flags {people(int(first['flagged']))} of {len(known):,}, each with a risk of "
        f"{percent(float(first['cut']))} or more."
        if first["flagged"]
        else f"Flagging {rule.words} flags nobody."
    )
    if measured:
        finding += f" {people(measured)} with HbA1c or fasting glucose measured cannot be flagged: see them first."
    columns = (
        Column("rule", "Rule"),
        Column("flagged", "Rows flagged", "count"),
        Column("share", "Share of estimates", "percent"),
        Column("cut", "Lowest risk flagged", "percent"),
        Column("mean_risk", "Mean risk of those flagged", "percent"),
    )
    return Section("triage", "Triage", finding, table, columns)


def triage_list(
    frame: pd.DataFrame,
    risk: pd.DataFrame,
    reasons: pd.DataFrame,
    rule: Rule,
    ids: pd.Series | None = None,
    units: dict[str, str] | None = None,
) -> Section:
    """The flagged rows one by one, highest risk first. Holds patients' values: only where the analyst asks for it.

    Args:
        frame: PatientFrame.
        risk: columns ``risk``, ``low``, ``high`` (0–1), and ``held`` (what is counted as the edge of the training
            data) where it is known; rows as in ``frame``.
        reasons: Shapley values (log-odds) of the flagged rows at least, indexed like ``frame``.
        rule: whom to flag.
        ids: the patient's id of each row; the row's label when None.
        units: unit symbol by variable for the reasons' words.

    Returns:
        At most :data:`MOST_LISTED` rows: ``rank``, ``row``, ``risk``, ``low``, ``high``, ``reasons``, and
        ``held`` where it says something of one of them.
    """
    flagged = rule.flag(risk["risk"])
    order = risk.loc[flagged, "risk"].sort_values(ascending=False, kind="stable").index
    shown = order[:MOST_LISTED]
    names = pd.Series(frame.index, index=frame.index) if ids is None else ids
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(shown) + 1),
            "row": names.loc[shown].astype(str).to_numpy(),
            **{part: risk.loc[shown, part].to_numpy(float) for part in ("risk", "low", "high")},
            "reasons": Words(units or {}).reasons(frame.loc[shown], reasons.loc[shown]) if len(shown) else [],
        }
    )
    more = f" The first {MOST_LISTED} of {len(order):,} are listed." if len(order) > len(shown) else ""
    finding = f"{people(len(order))} flagged by {rule.words}, highest risk first.{more}"
    columns: tuple[Column, ...] = (
        Column("rank", "Rank", "count"),
        Column("row", "Row" if ids is None else "Id"),
        Column("risk", "Risk (90 % interval)", "percent", "low", "high"),
        Column("reasons", "Main reasons"),
    )
    if "held" in risk and (risk.loc[shown, "held"] != "").any():
        table["held"] = risk.loc[shown, "held"].to_numpy()
        columns += (Column("held", "Values held at the edge of the training data"),)
    return Section("triage_list", "Triage list", finding, table, columns, private=True)
