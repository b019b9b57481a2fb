"""Whether a generator sees a value that belongs to somebody else: in people it was not fitted to, one value swapped.

    python -m riskmodels.shipping.generated_trial.swapped --shared ../shared

Says how well people with a swapped value are told from others, how many of the alarms are right when one person in a
hundred is flagged, and how often the value flagged is the one that was swapped.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from riskmodels.columns import Floats
from riskmodels.generated.learning import Generator, GeneratorConfig, fit_generator
from riskmodels.generated.learning.generator import split_rows
from riskmodels.generated.learning.plausibility import plausibility
from riskmodels.shipping.adults import VARIABLES, read_people
from riskmodels.shipping.say import Say, to_stdout

#: people looked at
PEOPLE = 1000
#: one in so many has a swapped value, and one in so many is flagged
WRONG, ALARMS = 20, 100


@dataclass(frozen=True)
class Seen:
    """How well swapped values were seen.

    Args:
        auroc: of telling people with a swapped value from the same people without.
        precision: share of the alarms that are right, where one person in :data:`ALARMS` is flagged and one in
            :data:`WRONG` has a swapped value.
        named: share of the people with a swapped value and an alarm in whom it is the value that is flagged.
        people: looked at.
    """

    auroc: float
    precision: float
    named: float
    people: int


def swapped(people: pd.DataFrame, columns: Sequence[str], rng: np.random.Generator) -> tuple[pd.DataFrame, list[str]]:
    """Each person with one known value replaced by another person's, and which.

    Args:
        people: one a row.
        columns: that may be chosen; everybody must know one of them.
        rng: draws column and person.
    """
    table, chosen = people.reset_index(drop=True).copy(), []
    for row in range(len(table)):
        known = table.loc[row, list(columns)].dropna().index
        name = str(rng.choice(known))
        others = people[name].dropna()
        different = others[others != people[name].iloc[row]]
        table.at[row, name] = different.iloc[int(rng.integers(len(different)))]
        chosen.append(name)
    return table, chosen


def seen(right: pd.DataFrame, wrong: pd.DataFrame, chosen: Sequence[str]) -> Seen:
    """Figures of both tables' plausibilities.

    Args:
        right: of people as they are.
        wrong: of the same people with one value swapped.
        chosen: the column swapped in each.
    """
    least = right.min(axis=1).to_numpy(), wrong.min(axis=1).to_numpy()
    labels = np.repeat([0, 1], [len(right), len(wrong)])
    flagged = least[1] <= _limit(*least)
    among = (1 - 1 / WRONG) * np.mean(least[0] <= _limit(*least)), flagged.mean() / WRONG
    named = wrong.idxmin(axis=1).to_numpy() == np.asarray(chosen)
    return Seen(
        float(roc_auc_score(labels, -np.concatenate(least))),
        float(among[1] / sum(among)),
        float(named[flagged].mean()),
        len(right),
    )


def _limit(right: Floats, wrong: Floats) -> float:
    """The plausibility at and below which one person in :data:`ALARMS` lies."""
    values = np.concatenate([right, wrong])
    weights = np.repeat([(1 - 1 / WRONG) / len(right), 1 / WRONG / len(wrong)], [len(right), len(wrong)])
    order = np.argsort(values)
    return float(values[order][np.searchsorted(np.cumsum(weights[order]), 1 / ALARMS)])


def try_plausibility(people: pd.DataFrame, generator: Generator, config: GeneratorConfig, number: int) -> Seen:
    """Swap and look, among people kept apart from the fit."""
    apart = split_rows(people, config).others.iloc[:number]
    numbers = [column.name for column in generator.layout.columns if column.edges]
    table, chosen = swapped(apart, numbers, np.random.default_rng(config.seed))
    return seen(plausibility(generator, apart), plausibility(generator, table), chosen)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of shared data")
    parser.add_argument("--people", type=int, default=PEOPLE, help="how many to look at")
    parser.add_argument("--without", nargs="*", default=[], choices=VARIABLES, help="columns left out")
    options = parser.parse_args()
    say, config = Say(to_stdout), GeneratorConfig()
    people = read_people(options.shared)[[name for name in VARIABLES if name not in options.without]]
    generator = fit_generator(people, config, lambda e: say.line(f"round {e.epoch} of at most {e.epochs}"))
    found = try_plausibility(people, generator, config, options.people)
    say.line(
        f"{found.people:,} people, one number of each swapped: AUROC {found.auroc:.3f}; one person in {ALARMS} flagged "
        f"where one in {WRONG} is wrong: {found.precision:.2f} of the alarms right, "
        f"the value named in {found.named:.2f} of the right ones"
    )


if __name__ == "__main__":
    main()
