"""How many people and replicates: all for the file that ships, few to try the command and in tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from riskmodels.evaluation import Plan

SEED = 20261124


@dataclass(frozen=True)
class Scale:
    """What is sampled.

    Args:
        people: at most so many of a part; all when None.
        replicates: of the bootstrap.
        hidden: people whose inputs are hidden, for :mod:`~riskmodels.shipping.evidence.missing`.
        asked: people who are asked for the most telling input, which takes longer.
    """

    people: int | None = None
    replicates: int = 500
    hidden: int = 4000
    asked: int = 600

    def sample(self, people: pd.DataFrame, times: int = 1) -> pd.DataFrame:
        """People drawn without replacement, in their order; all where none are sampled."""
        wanted = len(people) if self.people is None else min(len(people), times * self.people)
        return people if wanted == len(people) else people.sample(wanted, random_state=SEED).sort_index()

    def plan(self, groups: Any = None, *, fewer: bool = False) -> Plan:
        """The bootstrap; ``fewer`` replicates for the many rows of a table."""
        return Plan(min(self.replicates, 200) if fewer else self.replicates, SEED, 0.95, groups)


FULL = Scale()
QUICK = Scale(people=1500, replicates=40, hidden=400, asked=40)
