"""How those who are left out of a figure differ from those it stands on: standardised differences, input by input.

Source: Austin 2009, doi 10.1002/sim.3697: the difference of two means by the root of the mean of both variances, of two
shares likewise; below 0.1 it is called negligible there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from riskmodels.cohort_report.rows import LEAST_DESCRIBED, Rows
from riskmodels.cohort_report.tables import Column, Section
from riskmodels.cohort_report.wording import people, percent, signed
from riskmodels.evaluation import Plan
from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.bootstrap import interval, resample
from riskmodels.evaluation.metrics import Kernel
from riskmodels.variable import Kind
from riskmodels.vocabulary import VOCABULARY, inside

#: difference from which it is worth a word, and inputs listed beside age, sex and the outcome
NEGLIGIBLE = 0.1
MOST_LISTED = 6
_FIRST = ("age", "sex")
_NUMBERS = ("left_mean", "left_n", "kept_mean", "kept_n", "smd", "smd_low", "smd_high")


class Split(NamedTuple):
    """Two parts of a cohort.

    Args:
        title: who is left out, in words.
        left, kept: bool, index of the cohort; a row in neither is in no figure.
    """

    title: str
    left: pd.Series
    kept: pd.Series


class Trait(NamedTuple):
    """A number, or whether a choice was made: what two parts are compared by.

    Args:
        name: variable, or “event”.
        label: for people, e.g. “Sex: female”.
        cells: (n,) NaN = not known.
        share: whether it is 0 or 1.
    """

    name: str
    label: str
    cells: FloatArray
    share: bool


def splits(rows: Rows) -> tuple[Split, ...]:
    """Who falls out on the way to the figures, step by step; only steps at which somebody does."""
    judged = rows.judged
    known = "" if rows.label is None else " but a known outcome"
    found = (
        Split("Without a known outcome", ~rows.told, rows.told),
        Split(f"Without an estimate{known}", rows.told & ~rows.estimated, judged),
        Split("With the outcome measured", judged & rows.measured, judged & ~rows.measured),
        Split("Without a published score", judged & ~rows.compared, rows.compared),
    )
    return tuple(split for split in found if split.left.any())


def left_out_section(frame: pd.DataFrame, rows: Rows, inputs: Sequence[str], plan: Plan) -> Section:
    """Age, sex, event rate and the inputs that differ most, of those left out and of those kept, at each step.

    Args:
        frame: PatientFrame.
        rows: who has what.
        inputs: variables to compare besides age and sex.
        plan: how to resample; its groups are of the frame's rows.

    Returns:
        Section "left_out": one line a step and trait: ``left_mean``, ``kept_mean`` (canonical unit, or a share),
        ``left_n``, ``kept_n`` (rows in which it is known), ``smd`` with its interval. A step at which fewer than
        :data:`~riskmodels.cohort_report.rows.LEAST_DESCRIBED` rows fall out, or stay, is counted only.
    """
    found = splits(rows)
    traits = tuple(_traits(frame, rows.label, inputs))
    tables = [_table(split, traits, plan) for split in found if _described(split)]
    names = ["step", "name", "trait", "left", "kept", *_NUMBERS]
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=names)
    columns = (
        Column("step", "Who"),
        Column("trait", "Compared by"),
        Column("left", "They"),
        Column("left_n", "Known in them", "count"),
        Column("kept", "The others"),
        Column("kept_n", "Known in the others", "count"),
        Column("smd", "Standardised difference (95 % interval)", "signed", "smd_low", "smd_high"),
    )
    texts = [_finding(split, table[table["step"] == split.title]) for split in found]
    finding = " ".join(texts) or "Nobody is left out of any figure."
    return Section("left_out", "Who is left out, and how they differ", finding, table, columns)


def _described(split: Split) -> bool:
    return min(int(split.left.sum()), int(split.kept.sum())) >= LEAST_DESCRIBED


def _traits(frame: pd.DataFrame, outcome: pd.Series | None, inputs: Sequence[str]) -> Iterator[Trait]:
    """The outcome first, then age and sex, then the inputs; of a choice every answer but the first of two."""
    if outcome is not None:
        yield Trait("event", "Event rate", outcome.to_numpy(float), True)
    for name in dict.fromkeys((*_FIRST, *inputs)):
        if name not in frame:
            continue
        variable, values = VOCABULARY[name], frame[name].to_numpy(float)
        if not variable.choices:
            yield Trait(name, variable.label, values, False)
            continue
        choices = variable.choices[1:] if len(variable.choices) == 2 else variable.choices
        for choice in choices:
            chosen = np.where(np.isnan(values), np.nan, values == choice.code)
            label = variable.label if variable.kind is Kind.YES_NO else f"{variable.label}: {inside(choice.label)}"
            yield Trait(name, label, chosen, True)


def _table(split: Split, traits: tuple[Trait, ...], plan: Plan) -> pd.DataFrame:
    """The traits of a split that are known often enough in both parts: the first ones, then those that differ most."""
    left, kept = split.left.to_numpy(bool), split.kept.to_numpy(bool)
    enough = [t for t in traits if min(_known(t, left), _known(t, kept)) >= LEAST_DESCRIBED]
    numbers = _differences(np.column_stack([t.cells for t in enough]), left, kept, plan) if enough else {}
    table = pd.DataFrame(
        {"step": split.title, "name": [t.name for t in enough], "trait": [t.label for t in enough]} | numbers
    )
    for part in ("left", "kept"):
        means = numbers.get(f"{part}_mean", ())
        table[part] = [_words(trait, mean) for trait, mean in zip(enough, means, strict=True)]
    first = table["name"].isin(("event", *_FIRST))
    rest = table[~first].dropna(subset=["smd"])
    order = rest["smd"].abs().sort_values(ascending=False, kind="stable").index
    others = rest.loc[order].drop_duplicates("name").head(MOST_LISTED)
    return pd.concat([table[first], others], ignore_index=True)


def _known(trait: Trait, rows: npt.NDArray[np.bool_]) -> int:
    return int((~np.isnan(trait.cells[rows])).sum())


def _words(trait: Trait, mean: float) -> str:
    return percent(mean) if trait.share else VOCABULARY[trait.name].format(mean)


def _differences(
    values: FloatArray, left: npt.NDArray[np.bool_], kept: npt.NDArray[np.bool_], plan: Plan
) -> dict[str, FloatArray]:
    """Means, known rows and standardised difference of k traits, (k,) each."""
    either = left | kept
    kernel = _kernel(values[either], left[either])
    ones = np.ones(int(either.sum()))
    point = {name: found[0] for name, found in kernel(ones[None, :]).items()}
    draws = resample(kernel, ones, plan.of(either)).get("smd", np.empty((0, values.shape[1])))
    low, high = interval(draws, plan.level)
    return point | {"smd_low": low, "smd_high": high}


def _kernel(values: FloatArray, left: npt.NDArray[np.bool_]) -> Kernel:
    known = (~np.isnan(values)).astype(np.float64)
    centre = np.nanmean(values, axis=0)  # squares of small numbers lose no digits
    x = np.where(known > 0, values - centre, 0.0)

    def kernel(weights: FloatArray) -> dict[str, FloatArray]:
        parts = {}
        for name, rows in (("left", left), ("kept", ~left)):
            w = weights[:, rows]
            n, first, second = (w @ column[rows] for column in (known, x, x * x))
            with np.errstate(invalid="ignore", divide="ignore"):  # a replicate may know a trait of nobody
                mean = first / n
                parts[name] = (n, mean, np.maximum(second / n - mean**2, 0.0))
        (left_n, left_mean, left_var), (kept_n, kept_mean, kept_var) = parts["left"], parts["kept"]
        spread = np.sqrt((left_var + kept_var) / 2)
        smd = np.divide(left_mean - kept_mean, spread, out=np.full_like(spread, np.nan), where=spread > 1e-9)
        means = {"left_mean": left_mean + centre, "kept_mean": kept_mean + centre}
        return means | {"left_n": left_n, "kept_n": kept_n, "smd": smd}

    return kernel


def _finding(split: Split, table: pd.DataFrame) -> str:
    """“200 rows without an estimate: age 71 years against 55 years, …”"""
    head = f"{people(int(split.left.sum()))} {inside(split.title)}"
    if table.empty:
        return f"{head}: too few of them, or of the others, to be described."
    first = table[table["name"].isin(("event", *_FIRST))]
    texts = [f"{inside(row['trait'])} {row['left']} against {row['kept']}" for _, row in first.iterrows()]
    rest = table[~table.index.isin(first.index)]
    most = rest[rest["smd"].abs() >= NEGLIGIBLE].head(3)
    listed = ", ".join(f"{inside(row['trait'])} ({signed(row['smd'])})" for _, row in most.iterrows())
    texts.append(f"most different in {listed}" if listed else "no other known input differs clearly")
    return f"{head}: {', '.join(texts)}."
