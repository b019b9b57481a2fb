"""How linked inputs move together: two identities, and the population's own regression lines.

Identities: BMI = weight ÷ height²; total cholesterol = HDL + LDL + triglycerides ÷ 5. Lines: waist and BMI, diastolic
on systolic pressure, HbA1c and glucose, these two on BMI (said of a plan, never moved along): each the survey-weighted
regression among the adults of NHANES, with its slope, standard error and number of people in
``data/reference/links.json`` (written by ``python -m riskmodels.shipping.fit_links``). A line says how people differ,
not what a treatment does.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels import ROOT
from riskmodels.criteria import FASTING_PREDIABETES, HBA1C_PREDIABETES
from riskmodels.errors import SourceDataError
from riskmodels.vocabulary import VOCABULARY

LINKS_FILE = ROOT / "data" / "reference" / "links.json"

BMI_IDENTITY = "BMI = weight ÷ height²"
FRIEDEWALD = (
    "total = HDL + LDL + triglycerides ÷ 5, in mg/dL (Friedewald 1972, doi 10.1093/clinchem/18.6.499); "
    "triglycerides above 400 mg/dL move nothing, since it does not hold there"
)
#: Friedewald 1972: not above this, mg/dL
FRIEDEWALD_HIGHEST = 400.0
SMOKING = "smoking can only go from current to former: nobody who has smoked becomes a never smoker"

#: lowest diastolic pressure aimed at, mmHg (ESC 2024, doi 10.1093/eurheartj/ehae178: 70–79); where underweight
#: begins, kg/m² (WHO)
DIASTOLIC_LOWEST, BMI_LOWEST = 70.0, 18.5
#: how far a line may take a follower, canonical unit; one that is further already stays where it is
STOPS: dict[str, tuple[float, float]] = {
    name: (lowest, VOCABULARY[name].usual[1])
    for name, lowest in (
        ("waist", VOCABULARY["waist"].usual[0]),
        ("bmi", BMI_LOWEST),
        ("diastolic_bp", DIASTOLIC_LOWEST),
        ("hba1c", HBA1C_PREDIABETES),
        ("glucose", FASTING_PREDIABETES),
    )
}


@dataclass(frozen=True)
class Slope:
    """How much a follower differs between people who differ by one in its leader.

    Args:
        follower, leader: variables; units are the canonical ones.
        group, code: among whom: people with that code of that variable.
        people: the same in words: “women”.
        slope: follower's units for one unit of the leader.
        standard_error: of the slope.
        n: people it was fitted on.
        adjusted_for: what was held equal.
        survey: where the people are from.
    """

    follower: str
    leader: str
    group: str
    code: float
    people: str
    slope: float
    standard_error: float
    n: int
    adjusted_for: str
    survey: str

    @property
    def text(self) -> str:
        """“2.2 cm for each 1 kg/m² of body mass index (regression among 21,000 women of NHANES 1999–2016, …)”."""
        follower, leader = VOCABULARY[self.follower], VOCABULARY[self.leader]
        name = leader.label if leader.name == "hba1c" else leader.label.lower()
        return (
            f"{self.slope:.2g} {follower.unit} for each 1 {leader.unit} of {name} "
            f"(regression among {self.n:,} {self.people}, {self.survey}, same {self.adjusted_for})"
        )


@dataclass(frozen=True)
class Links:
    """The regression lines that linked inputs move along.

    Args:
        slopes: every line, one a follower, leader and group of people.
        source: the people and the method, in words.
    """

    slopes: tuple[Slope, ...]
    source: str

    def slope(self, follower: str, leader: str, patient: pd.Series) -> Slope | None:
        """The line for a patient.

        Args:
            follower, leader: variables.
            patient: one row of a PatientFrame.

        Returns:
            None where there is no such line, or the patient's sex is not known. Somebody of whom it is not known
            whether they were told of diabetes counts as never told.
        """
        for slope in self.slopes:
            if (slope.follower, slope.leader) != (follower, leader):
                continue
            code = patient.get(slope.group, float("nan"))
            if slope.group == "diabetes" and pd.isna(code):
                code = 0.0
            if code == slope.code:
                return slope
        return None

    def words(self) -> list[str]:
        """Every link in words, identities first."""
        lines = [f"{VOCABULARY[s.follower].label}: {s.text}" for s in self.slopes]
        return [BMI_IDENTITY, FRIEDEWALD, *lines, SMOKING]

    def to_dict(self) -> dict[str, Any]:
        """For the JSON file."""
        return {"source": self.source, "slopes": [asdict(s) for s in self.slopes]}

    @classmethod
    def read(cls, path: Path = LINKS_FILE) -> Links:
        """Read the JSON file.

        Raises:
            SourceDataError: when it is missing or not complete.
        """
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
            return cls(tuple(Slope(**row) for row in data["slopes"]), str(data["source"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            hint = "Write it again: python -m riskmodels.shipping.fit_links"
            raise SourceDataError(f"The table of linked inputs at {path} cannot be read.", hint=hint) from error


@cache
def load_links() -> Links:
    """The links that come with the app, read once."""
    return Links.read()
