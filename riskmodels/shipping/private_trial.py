"""What differential privacy costs: NHANES in; use and privacy of generators fitted at several ε, beside none, out.

``python -m riskmodels.shipping.private_trial --shared ../shared`` prints a table (Markdown). The rows with ε need
requirements-private.txt, and differ from run to run, since nobody keeps their noise.

The vocabulary's usual ranges were set by looking at NHANES: of this table, unlike a clinic's, ε does not cover them.

One small network and one public layout for all, so that noise and clipping are the only difference. Use is the AUROC of
boosting that learns from invented people who has been told of diabetes or coronary disease, on real people kept apart.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.stats import ks_2samp
from sklearn.ensemble import HistGradientBoostingClassifier

from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.errors import CareRiskError
from riskmodels.evaluation import auroc
from riskmodels.generated.learning.generator import Generator, make_network, split_rows
from riskmodels.generated.learning.training import train_vae
from riskmodels.generated.privacy.budget import Budget
from riskmodels.generated.privacy.card import PrivacyCard, privacy_card
from riskmodels.generated.private.fit import PRIVATE, fit_private
from riskmodels.generated.private.public_layout import public_layout
from riskmodels.shipping.population import COHORT
from riskmodels.shipping.say import Say, to_stdout

#: adults of NHANES from this age on, in columns of the vocabulary
YOUNGEST = 20
COLUMNS = (
    "age", "sex", "height", "bmi", "waist", "systolic_bp", "diastolic_bp", "hypertension", "total_cholesterol",
    "hdl_cholesterol", "triglycerides", "glucose", "hba1c", "diabetes", "family_history_diabetes", "creatinine", "egfr",
    "uric_acid", "albumin", "heart_attack", "coronary_disease", "heart_failure", "stroke", "smoking",
)  # fmt: skip
#: what boosting learns, and what says the same and is therefore not told
TARGETS = {"diabetes": ("hba1c",), "coronary_disease": ("heart_attack",)}


@dataclass(frozen=True)
class Row:
    """One generator.

    Args:
        name: of the row.
        people: learnt from.
        use: AUROC on real people kept apart, by target.
        marginals: mean Kolmogorov–Smirnov distance of the numbers to people kept apart.
        missing: mean difference of the share not measured.
        card: its privacy card; None for the real people.
    """

    name: str
    people: int
    use: dict[str, float]
    marginals: float
    missing: float
    card: PrivacyCard | None


def read_people(shared: Path, most: int | None = None) -> pd.DataFrame:
    """Adults in the columns of the trial; at most so many, drawn."""
    frame = read_nhanes(shared / COHORT)
    frame = frame.loc[frame["age"] >= YOUNGEST, [c for c in COLUMNS if c in frame]].reset_index(drop=True)
    return frame if most is None or len(frame) <= most else frame.sample(most, random_state=0, ignore_index=True)


def use_of(learnt_from: pd.DataFrame, tested_on: pd.DataFrame, target: str) -> float:
    """AUROC of boosting; NaN where the people it learns from are all alike."""
    untold = (target, *TARGETS.get(target, ()))
    inputs = [name for name in learnt_from if name not in untold and learnt_from[name].notna().any()]
    known, real = learnt_from.dropna(subset=[target]), tested_on.dropna(subset=[target])
    if known[target].nunique() < 2:
        return float("nan")
    model = HistGradientBoostingClassifier(max_iter=100, learning_rate=0.07, max_leaf_nodes=15, random_state=0)
    model.fit(known[inputs], known[target])
    return auroc(real[target], model.predict_proba(real[inputs])[:, 1])


def measure(name: str, people: pd.DataFrame, others: pd.DataFrame, members: pd.DataFrame | None = None) -> Row:
    """A row of the table.

    Args:
        name: of the row.
        people: invented, or real ones learnt from.
        others: real people kept apart.
        members: fitted on; None for real people, who get no card.
    """
    numbers = [c for c in people if others[c].nunique() > 12 and people[c].notna().any()]
    return Row(
        name=name,
        people=len(people),
        use={target: use_of(people, others, target) for target in TARGETS if target in people},
        marginals=float(np.mean([ks_2samp(people[c].dropna(), others[c].dropna()).statistic for c in numbers])),
        missing=float((people.isna().mean() - others.isna().mean()).abs().mean()),
        card=None if members is None else privacy_card(people, members, others),
    )


def fit_without(table: pd.DataFrame) -> Generator:
    """The same network on the same layout, without noise or clipping."""
    parts, layout = split_rows(table, PRIVATE), public_layout(map(str, table))
    torch.manual_seed(PRIVATE.seed)
    network, where = make_network(layout, PRIVATE), torch.device("cpu")
    rows, watched = (torch.from_numpy(layout.levels(part)) for part in (parts.members, parts.watched))
    train_vae(network, rows, watched, PRIVATE, where)
    return Generator(layout, network, {"identities": []}, where)


def trial(table: pd.DataFrame, epsilons: list[float], rows: int, say: Say) -> list[Row]:
    """Fit, invent and measure.

    Args:
        table: real people.
        epsilons: budgets; δ is that of :class:`Budget`.
        rows: people each generator invents.
        say: told what is done.
    """
    parts = split_rows(table, PRIVATE)
    found = [measure("real people", parts.members, parts.others)]
    for epsilon in (None, *epsilons):
        name = "no privacy" if epsilon is None else f"ε = {epsilon:g}"
        say.line(f"fits: {name}")
        made = fit_without(table) if epsilon is None else fit_private(table, Budget.of(epsilon), device="cpu")
        found.append(measure(name, made.sample(rows, 1), parts.others, parts.members))
        say.line(_line(found[-1]))
    return found


def table_of(rows: list[Row]) -> str:
    """Markdown."""
    targets = list(rows[0].use)
    lines = [
        "| learnt from | people | "
        + " | ".join(f"AUROC {t}" for t in targets)
        + " | KS | missing | strongest attack | |",
        "|---|" + "---|" * (len(targets) + 5),
    ]
    return "\n".join([*lines, *map(_line, rows)])


def _line(row: Row) -> str:
    auc = row.card.membership.auc if row.card else None
    attack = f"{auc.value:.3f} ({auc.low:.3f}–{auc.high:.3f})" if auc else ""
    verdict = "" if not row.card else "refused" if row.card.refusal else "passes"
    use = " | ".join(f"{value:.3f}" for value in row.use.values())
    return f"| {row.name} | {row.people:,} | {use} | {row.marginals:.3f} | {row.missing:.3f} | {attack} | {verdict} |"


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.private_trial", description=__doc__)
    parser.add_argument("--shared", type=Path, default=Path("../shared"), help="folder of shared data")
    parser.add_argument("--epsilon", type=float, nargs="*", default=[1.0, 3.0, 8.0])
    parser.add_argument("--people", type=int, help="real people at most; all when absent")
    parser.add_argument("--rows", type=int, default=10_000, help="people each generator invents")
    options = parser.parse_args(arguments)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # sklearn's on names of columns
        rows = trial(read_people(options.shared, options.people), options.epsilon, options.rows, Say(to_stdout))
    to_stdout(table_of(rows))


if __name__ == "__main__":
    torch.set_num_threads(1)
    try:
        main()
    except CareRiskError as error:
        sys.exit(f"carerisk: {error}")
