"""The app's cohort of invented people: fitted to the adults of NHANES, drawn, judged, written with its cards.

    python -m riskmodels.shipping.generated_trial.invented --shared ../shared

Writes data/cohorts/invented_10000.csv, the privacy and the use card beside it, and invented_10000.md.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.cohorts.extracts import FOLDER
from riskmodels.cohorts.extracts import INVENTED_FILE as FILE
from riskmodels.generated.learning.training import GeneratorConfig
from riskmodels.generated.make import Made, make
from riskmodels.generated.written.cards import write_cards
from riskmodels.generated.written.write import csv_bytes
from riskmodels.runtime.hashes import file_hash
from riskmodels.shipping.adults import VARIABLES, YOUNGEST, read_people
from riskmodels.shipping.say import Say, to_stdout

if TYPE_CHECKING:
    import pandas as pd

ROWS = 10_000
#: whose prediction is tried for the use card
OUTCOMES = ("diabetes", "coronary_disease", "hypertension")
COMMAND = "python -m riskmodels.shipping.generated_trial.invented --shared ../shared"


def run_invented(people: pd.DataFrame, out: Path, say: Say, config: GeneratorConfig | None = None) -> Made:
    """Fit, draw, judge and write.

    Args:
        people: real ones; variables of the vocabulary.
        out: folder for the file, its cards and its data card.
        say: told how far it is.
        config: of the fit.

    Raises:
        InputError: when the privacy card refuses the file; then nothing is written.
    """
    told = -1

    def tell(share: float, doing: str) -> None:
        nonlocal told
        if int(10 * share) > told:
            told = int(10 * share)
            say.line(f"{share:.0%}: {doing}")

    made = make(people, config, rows=ROWS, outcomes=[name for name in OUTCOMES if name in people], tell=tell)
    made.cards.refuse()
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_bytes(csv_bytes(made.invented))
    write_cards(made.cards, out / FILE, folder=False)
    (out / FILE).with_suffix(".md").write_text(data_card(made, len(people), file_hash(out / FILE)), encoding="utf-8")
    return made


def data_card(made: Made, people: int, sha256: str) -> str:
    """What the file is, in Markdown.

    Args:
        made: with the cards.
        people: real ones it was made of.
        sha256: of the file.
    """
    sentences = "\n".join(f"- {line}" for line in (*made.cards.privacy.sentences, *made.cards.use.sentences))
    return f"""# {ROWS:,} invented patients ({FILE})

{ROWS:,} adults that do not exist, for trying the app, for teaching, and for testing a clinic's interfaces. Nothing is
learnt from them and no model is judged on them: adding invented to real people made prediction worse
(docs/generated.md).

- **Origin:** drawn by the project's generator (riskmodels/generated), fitted to
  {made.generator.card["training_rows"]:,} of {people:,} adults from {YOUNGEST} years on of NHANES 1999–2018 (CDC/NCHS,
  public domain), as they were seen: without the survey's weights, so shares are not those of the population.
- **Licence:** CC0.
- **Made by:** `{COMMAND}`
- **SHA-256 of {FILE}:** `{sha256}`
- **In other forms:** `python -m riskmodels generate write --data data/cohorts/{FILE} --as fhir --out FOLDER`
  (or `omop`).

Headers are the app's own (`name [unit]`), answers are words, empty is unknown; what is unknown together in NHANES (the
values of the fasting subsample, for example) is unknown together here.

## What its cards say

{sentences}
"""


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder of shared data")
    parser.add_argument("--out", type=Path, default=FOLDER, help="folder to write to")
    options = parser.parse_args()
    run_invented(read_people(options.shared)[list(VARIABLES)], options.out, Say(to_stdout))


if __name__ == "__main__":
    main()
