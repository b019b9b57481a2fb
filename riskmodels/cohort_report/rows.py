"""On which rows each figure of a report stands, who is left out of it, and the way from rows read to rows compared.

A figure of those who happen to have an estimate says nothing of the others, and the others often have more events.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import people, percent, together
from riskmodels.evaluation.subgroups import LEAST_EVENTS
from riskmodels.tabular.estimates import Prediction
from riskmodels.vocabulary import inside

#: smaller groups are counted but not described: a mean of a few people is nearly a patient's value
LEAST_DESCRIBED = 10
_SCORE_NEEDS = "an input of the score is unknown or outside its range"


@dataclass(frozen=True)
class Rows:
    """Which rows of a cohort have what; every part has the cohort's index.

    Args:
        refused: why there is no estimate; empty where there is one.
        estimated: whether there is one.
        measured: whether a measurement answers the outcome, so that no probability is given.
        label: 0, 1 or NaN; None without an outcome column.
        scores: risks (0–1) of the published scores that are compared, by title; NaN where there is none.
        too_few: titles of those that are not, since they would leave fewer than
            :data:`~riskmodels.evaluation.subgroups.LEAST_EVENTS` with or without the event.
    """

    refused: pd.Series = field(repr=False)
    estimated: pd.Series = field(repr=False)
    measured: pd.Series = field(repr=False)
    label: pd.Series | None = field(repr=False)
    scores: Mapping[str, pd.Series] = field(default_factory=dict, repr=False)
    too_few: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        prediction: Prediction,
        outcome: str,
        measured: pd.Series,
        label: pd.Series | None,
        published: Mapping[str, pd.Series],
    ) -> Rows:
        """Of a scored cohort; a published score is compared where enough rows have it and those before it."""
        estimated, scores, few = prediction.risk[outcome].notna(), {}, []
        both = estimated if label is None else estimated & label.notna()
        for title, score in published.items():
            if label is None:
                break
            with_it = both & score.notna()
            events = int(label[with_it].sum())
            if min(events, int(with_it.sum()) - events) < LEAST_EVENTS:
                few.append(title)
            else:
                both, scores[title] = with_it, score
        return cls(prediction.refused[outcome], estimated, measured, label, scores, tuple(few))

    @property
    def told(self) -> pd.Series:
        """Whether the outcome is known; of everybody without an outcome column."""
        return pd.Series(True, index=self.refused.index) if self.label is None else self.label.notna()

    @property
    def judged(self) -> pd.Series:
        """Whether there are an estimate and, with an outcome column, a known outcome."""
        return self.told & self.estimated

    @property
    def compared(self) -> pd.Series:
        """Whether there is every published score that is compared as well."""
        rows = self.judged
        for score in self.scores.values():
            rows &= score.notna()
        return rows

    def alone(self) -> dict[str, int]:
        """Rows with a known outcome on which each could be judged on its own: “Model”, then the scores."""
        told = self.told
        return {"Model": int(self.judged.sum())} | {t: int((told & s.notna()).sum()) for t, s in self.scores.items()}

    def event_rate(self, rows: pd.Series) -> float:
        """Share with the event among those of the rows with a known outcome; NaN of a few or without a column."""
        known = self.label[rows].dropna() if self.label is not None else pd.Series(dtype=float)
        return float(known.mean()) if len(known) >= LEAST_DESCRIBED else np.nan


def on_estimated(rows: Rows, used: int | None = None) -> str:
    """Basis of what is described of the rows with an estimate.

    Args:
        rows: of the cohort.
        used: rows drawn at random; all when None.
    """
    left = [(~rows.estimated, "without an estimate")]
    return f"{_on(rows.estimated, 'with an estimate', used)} {_left_out(rows, rows.estimated, left)}"


def on_flaggable(rows: Rows) -> str:
    """Basis of whom to flag: nobody is flagged by a probability whose outcome is measured."""
    kept, measured = rows.estimated & ~rows.measured, rows.estimated & rows.measured
    left = [(~rows.estimated, "without an estimate"), (measured, "with the outcome measured")]
    return f"{_on(kept, 'with an estimate and the outcome not measured')} {_left_out(rows, kept, left)}"


def on_judged(rows: Rows, used: int | None = None) -> str:
    """Basis of discrimination and calibration."""
    text = _on(rows.judged, "with an estimate and a known outcome", used)
    return f"{text} {_left_out(rows, rows.judged, _not_judged(rows))}"


def on_told(rows: Rows, used: int | None = None) -> str:
    """Basis of net benefit: everyone with a known outcome, those without an estimate as untested."""
    unknown = [(~rows.told, "without a known outcome")]
    return f"{_on(rows.told, 'with a known outcome', used)} {_left_out(rows, rows.told, unknown)}"


def on_compared(rows: Rows, used: int | None = None) -> str:
    """Basis of every comparison with published scores: the same rows for all of them."""
    kept = rows.compared
    left = [(rows.judged & ~kept, "without a published score"), *_not_judged(rows)]
    return (
        f"{_on(kept, 'with a known outcome, an estimate and each score compared', used)} {_left_out(rows, kept, left)}"
    )


def _not_judged(rows: Rows) -> list[tuple[pd.Series, str]]:
    return [
        (rows.told & ~rows.estimated, "with a known outcome but no estimate"),
        (~rows.told, "without a known outcome"),
    ]


def _on(rows: pd.Series, what: str, used: int | None = None) -> str:
    n = int(rows.sum())
    if used is not None and used < n:
        return f"On {used:,} drawn at random from the {n:,} rows {what}."
    return f"On {people(n)} {what}."


def _left_out(rows: Rows, kept: pd.Series, parts: list[tuple[pd.Series, str]]) -> str:
    """“Left out: 20 rows … (event rate 31 % against 12 %).”"""
    rate, texts = rows.event_rate(kept), []
    for part, words in parts:
        if part.any():
            other = rows.event_rate(part)
            known = not np.isnan([other, rate]).any()
            against = f" (event rate {percent(other)} against {percent(rate)})" if known else ""
            texts.append(f"{people(int(part.sum()))} {words}{against}")
    return f"Left out: {'; '.join(texts)}." if texts else "Nobody is left out."


def flow_section(rows: Rows) -> Section:
    """The way from the rows read to those that are compared, with how many fall out at each step and why.

    Returns:
        Section "flow": one line a step; ``aside`` marks parts of the step before, which the way does not go through.
    """
    table = pd.DataFrame(_steps(rows), columns=["step", "n", "left_out", "why", "aside"])
    table["fewer"] = [f"{n:,}" if n else "" for n in table["left_out"]]
    columns = (
        Column("step", "Step"),
        Column("n", "Rows", "count"),
        Column("fewer", "Left out"),
        Column("why", "Why"),
    )
    finding = f"{' → '.join(f'{n:,} {inside(step)}' for step, n, *_, aside in _steps(rows) if not aside)}."
    if rows.too_few:
        few = f"with fewer than {LEAST_EVENTS} rows with or without the event"
        finding += f" Not compared: {together(rows.too_few)}, {few}."
    return Section("flow", "From the rows read to the figures", finding, table, columns)


def _steps(rows: Rows) -> list[tuple[str, int, int, str, bool]]:
    """Step, rows, rows left out by it, why, and whether it stands aside."""
    read, told, judged = len(rows.refused), int(rows.told.sum()), int(rows.judged.sum())
    steps = [("Read", read, 0, "", False)]
    if rows.label is not None:
        why = "the outcome is not known" if told < read else ""
        steps.append(("With a known outcome", told, read - told, why, False))
    steps.append(("With an estimate", judged, told - judged, _reasons(rows.refused[rows.told]), False))
    measured = int((rows.judged & rows.measured).sum())
    if measured:
        why = "the criterion is told there, no probability"
        steps.append(("Of these measured", measured, 0, why, True))
    for title, score in rows.scores.items():
        n = int((rows.judged & score.notna()).sum())
        steps.append((f"With {title}", n, judged - n, _SCORE_NEEDS if n < judged else "", len(rows.scores) > 1))
    if len(rows.scores) > 1:
        n = int(rows.compared.sum())
        steps.append(("Compared", n, judged - n, "one of the scores is missing" if n < judged else "", False))
    return steps


def _reasons(refused: pd.Series) -> str:
    """The most frequent reason, and how many others."""
    found = refused[refused != ""].value_counts()
    if found.empty:
        return ""
    more = f", {len(found) - 1} more reason{'s' if len(found) > 2 else ''}" if len(found) > 1 else ""
    return f"{found.index[0].rstrip('.')} ({people(int(found.iloc[0]))}){more}"
