"""``python -m riskmodels.shipping.fit_standing``: the percentiles of the published scores from NHANES 2011–2016."""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

from riskmodels import ROOT
from riskmodels.cohorts.nhanes.frame import FILE, REFERENCE_CYCLES, read_nhanes
from riskmodels.runtime.hashes import file_hash
from riskmodels.scores.standing import PATH, Standings, fit_standings

SOURCE = Path("cohorts") / "nhanes_adults_1999_2018" / FILE
POPULATION = "US adults for whom the score gives a number, NHANES 2011–2016, survey-weighted"


def fit_from(shared: Path) -> Standings:
    """The tables from the shared NHANES file.

    Args:
        shared: folder of shared data.

    Raises:
        SourceDataError: when the file is missing or not as expected.
    """
    cohort = read_nhanes(shared / SOURCE)
    people = cohort[cohort["cycle"].isin(REFERENCE_CYCLES)]
    # NHANES asks for vigorous activity only: the points of some active people are one too high here
    people = people.assign(daily_activity=people["physical_activity"])
    return fit_standings(people, people["survey_weight"].fillna(0.0), POPULATION, file_hash(shared / SOURCE))


def write(standings: Standings, path: Path) -> None:
    """Write the tables as JSON, each on one line."""
    text = json.dumps(standings.to_dict(), ensure_ascii=False, indent=1)
    text = re.sub(r"\[[^\]]*\]", lambda numbers: " ".join(numbers[0].split()), text)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.fit_standing", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--out", type=Path, default=PATH, help="file to write")
    options = parser.parse_args()
    write(fit_from(options.shared), options.out)


if __name__ == "__main__":
    main()
