"""Where a published score stands among people of the same sex and age: percentiles of NHANES 2011–2016 adults.

The percentiles are a committed file, data/reference/score_standing.json, written by
``python -m riskmodels.shipping.fit_standing``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels import ROOT
from riskmodels.errors import SourceDataError
from riskmodels.scores import prevent
from riskmodels.scores.framingham import framingham
from riskmodels.scores.percentiles import Tables, percentile_tables, rounded, share_below
from riskmodels.scores.registry import REGISTRY
from riskmodels.scores.score2 import REGIONS

PATH = ROOT / "data" / "reference" / "score_standing.json"
#: columns ranked, by score; SCORE2 once a region
RANKED: dict[str, tuple[str, ...]] = {
    "prevent": prevent.MAIN,
    "pce": ("ascvd_10y",),
    "framingham": ("general_cvd_10y",),
    "score2": ("cvd_10y",),
    "ada_risk_test": ("points",),
}
#: NHANES gives higher ages as this one
TOP_CODED = 80
#: scores and people without percentiles, and why
NOT_RANKED: dict[str, str] = {
    "findrisc": "NHANES did not ask for daily vegetables, high glucose ever and the degree of the relative with "
    "diabetes as FINDRISC does",
    "ada_risk_test, women": "the NHANES table here has no diabetes in pregnancy, which the test asks of women",
    "framingham, office": "the percentiles are those of the model with cholesterol",
    "score2, from 80 years": "NHANES gives every age from 80 on as 80",
    "ckd_epi": "not a risk",
    "cha2ds2_va": "the NHANES table here does not tell of atrial fibrillation",
    "has_bled": "the NHANES table here does not tell of atrial fibrillation",
}


@dataclass(frozen=True)
class Standings:
    """The tables of one reference population.

    Args:
        population: who they are, in words.
        people: how many have a value, by score, then column.
        tables: percentiles by score (``score2`` once a region, see :func:`key_of`), then column.
        source: SHA-256 of the data file.
    """

    population: str
    people: dict[str, dict[str, int]]
    tables: dict[str, dict[str, Tables]]
    source: str = ""

    def share(self, score: str, column: str, value: float, age: float, sex: float) -> float:
        """As :func:`standing`, with the score's :func:`key_of`."""
        return share_below(self.tables.get(score, {}).get(column, {}), value, age, sex)

    def to_dict(self) -> dict[str, Any]:
        """For the file."""
        tables = {
            score: {name: rounded(groups) for name, groups in columns.items()} for score, columns in self.tables.items()
        }
        return {
            "made_by": "python -m riskmodels.shipping.fit_standing",
            "source_sha256": self.source,
            "population": self.population,
            "not_ranked": NOT_RANKED,
            "people": self.people,
            "tables": tables,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Standings:
        """The inverse of :meth:`to_dict`."""
        return cls(data["population"], data["people"], data["tables"], data["source_sha256"])


def standing(score: str, column: str, value: float, age: float, sex: float, *, region: str = "") -> float:
    """Share of reference people of the same sex and ten-year age band with a lower value of a score.

    Args:
        score: name in :data:`riskmodels.scores.REGISTRY`.
        column: one of the score's values.
        value: the patient's (risk 0–1, or points).
        age: years.
        sex: as coded in a PatientFrame.
        region: SCORE2 only, one of its regions.

    Returns:
        0–1; half of those with the very same value count as lower. NaN where there are no percentiles
        (:data:`NOT_RANKED`), no value, or too few people (:data:`riskmodels.scores.percentiles.FEWEST`).

    Raises:
        SourceDataError: when the committed file is missing or damaged.
    """
    return load_standings().share(key_of(score, region), column, value, age, sex)


def key_of(score: str, region: str = "") -> str:
    """The name of a score's tables: its own, with the region for SCORE2."""
    return f"{score}:{region}" if score == "score2" else score


@cache
def load_standings(path: Path = PATH) -> Standings:
    """The committed tables.

    Args:
        path: the JSON file.

    Raises:
        SourceDataError: when it is missing or damaged.
    """
    try:
        return Standings.from_dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SourceDataError(
            f"The percentiles of the published scores cannot be read from {path.name}.",
            hint="Restore data/reference, or run python -m riskmodels.shipping.fit_standing.",
        ) from error


def fit_standings(people: pd.DataFrame, weight: pd.Series, who: str, source: str = "") -> Standings:
    """Compute the tables.

    Args:
        people: PatientFrame of the reference people.
        weight: survey weight of each.
        who: the people, in words.
        source: SHA-256 of the data file.
    """
    tables: dict[str, dict[str, Tables]] = {}
    counts: dict[str, dict[str, int]] = {}
    for key, score, values in _values(people):
        tables[key] = {name: percentile_tables(people, values[name], weight) for name in RANKED[score]}
        counts[key] = {name: int((values[name].notna() & (weight > 0)).sum()) for name in RANKED[score]}
    return Standings(who, counts, tables, source)


def _values(people: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Key of the tables, score and its values for everybody."""
    for score in RANKED:
        if score == "score2":
            exact = people["age"] < TOP_CODED
            for region in REGIONS:
                values = REGISTRY[score].function(people, region=region)
                yield key_of(score, region), score, values.where(exact)
        elif score == "framingham":
            yield score, score, framingham(people, "lipid")
        else:
            yield score, score, REGISTRY[score].function(people)
