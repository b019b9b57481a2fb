"""``python -m riskmodels.shipping.transfer_trial``: few labels, with and without a start from a shipped model's curves.

Of each cohort so many people are drawn for their labels, the others judge. As ``train --data`` does, the penalty is
chosen by five folds of the drawn people; with a start, the candidates that start from a fitted outcome's curves stand
beside those that do not. For Pima the fitted outcomes are the shipped ones; for a hospital of UCI heart disease the
chest-pain recipe is fitted on the three others, since the shipped model has seen it. See docs/experiments.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold, train_test_split

from riskmodels.cohorts import read_uci_heart
from riskmodels.cohorts.pima import LABEL as PIMA_LABEL
from riskmodels.cohorts.pima import PIMA_INPUTS, read_pima
from riskmodels.cohorts.uci_heart import LABEL, SITES
from riskmodels.columns import Floats
from riskmodels.errors import TrainingError
from riskmodels.evaluation import auroc
from riskmodels.evaluation.calibration import fit_affine
from riskmodels.evaluation.metrics import log_loss
from riskmodels.own_models.training import CANDIDATES, config_for
from riskmodels.shipping.carried import Start
from riskmodels.shipping.say import Say, to_stdout
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.model import SHIPPED, RiskModel
from riskmodels.tabular.network import member_logits, pair_basis
from riskmodels.tabular.recipes import CHEST_PAIN_CONFIG, CHEST_PAIN_INPUTS
from riskmodels.tabular.training import Penalty, Trainer, TrainingData
from riskmodels.vocabulary import VOCABULARY

SIZES, DRAWS, FOLDS, SEED = (50, 100, 200), 20, 5, 20261201
#: fewest people left to judge on
LEAST_JUDGES = 70
#: an input is used that is known in so many of the drawn people, with two values or more
LEAST_KNOWN = 10
#: how much of the carried log-odds counts
SCALES = (0.5, 1.0)
#: penalties on what is learnt beside them
STIFF = tuple(
    Penalty(curves=curves, values=values, known_known=20, known_value=300, value_value=1500)
    for curves, values in ((10, 1), (30, 10), (100, 100))
)

Rows = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cohort:
    """People with an outcome, and what they could start from."""

    name: str
    frame: pd.DataFrame
    label: pd.Series
    inputs: tuple[str, ...]
    starts: tuple[Start, ...]


@dataclass(frozen=True)
class Tried:
    """Candidates fitted at once: log-odds of drawn people by networks that left them out, and of others, (·, C)."""

    inside: Floats
    outside: Floats


def cohorts(say: Say) -> Iterator[Cohort]:
    """Pima and the four hospitals."""
    population = RiskModel.load(SHIPPED / "population", "cpu")
    general = tuple(Start.of(population, outcome) for outcome in population.outcomes)
    pima = read_pima()
    chest = Start.of(RiskModel.load(SHIPPED / "chest_pain", "cpu"), "coronary_disease")
    yield Cohort("Pima", pima, pima[PIMA_LABEL], PIMA_INPUTS, (*general, chest))
    uci = read_uci_heart()
    for site in SITES:
        say.line(f"The chest-pain recipe without {site}")
        others, here = uci[uci["site"] != site], uci[uci["site"] == site]
        config = replace(CHEST_PAIN_CONFIG, members=0, folds=2, interval_steps=1)
        targets = others[[LABEL]].rename(columns={LABEL: "coronary_disease"})
        model = fit_model(others, targets, name="others", inputs=CHEST_PAIN_INPUTS, config=config)
        yield Cohort(site, here, here[LABEL], tuple(CHEST_PAIN_INPUTS), (Start.of(model, "coronary_disease"), *general))


def compare(cohort: Cohort, size: int, seed: int) -> dict[str, tuple[float, float]]:
    """AUROC and log loss of the people who were not drawn, by way, and whether a start was chosen.

    Args:
        cohort: people.
        size: how many are drawn.
        seed: of the drawing.
    """
    fit, test = train_test_split(
        np.arange(len(cohort.label)), train_size=size, stratify=cohort.label, random_state=SEED + seed
    )
    known = cohort.frame.iloc[fit][list(cohort.inputs)]
    varies = (known.notna().sum() >= LEAST_KNOWN) & (known.min() < known.max())
    inputs = tuple(name for name in cohort.inputs if varies[name])
    cohort = replace(cohort, inputs=inputs)
    alone = _tried(cohort, fit, test, None, CANDIDATES, (0.0,))
    start = nearest(cohort, fit)
    begun = _tried(cohort, fit, test, start, STIFF, SCALES)
    label = cohort.label.to_numpy(float)
    losses = [[log_loss(label[fit], expit(column)) for column in tried.inside.T] for tried in (alone, begun)]
    first, second = alone.outside[:, int(np.argmin(losses[0]))], begun.outside[:, int(np.argmin(losses[1]))]
    chosen = second if min(losses[1]) < min(losses[0]) else first
    said = {"none": first, "start": second, "chosen": chosen}
    found = {way: (auroc(label[test], expit(x)), log_loss(label[test], expit(x))) for way, x in said.items()}
    return found | {"taken": (float(chosen is second), 0.0)}


def nearest(cohort: Cohort, rows: Rows) -> Start:
    """The fitted outcome whose log-odds, with a slope and a level, tell the drawn people's labels best."""
    label = cohort.label.iloc[rows].to_numpy(float)
    losses = []
    for start in cohort.starts:
        logit = _of_start(start, cohort, cohort.frame.iloc[rows])
        try:
            slope, level = fit_affine(logit, label)
        except TrainingError:
            losses.append(np.inf)
            continue
        losses.append(log_loss(label, expit(slope * logit + level)) if slope > 0 else np.inf)
    return cohort.starts[int(np.argmin(losses))]


def _of_start(start: Start, cohort: Cohort, frame: pd.DataFrame) -> Floats:
    known = frame[list(cohort.inputs)].reindex(columns=list(start.encoding.names)).astype(float)
    with torch.no_grad():
        z = start.encoding(start.encoding.matrix(known)).float()
        return np.asarray(member_logits(z, start.weights)[:, 0, 0].numpy(), np.float64)


def _tried(
    cohort: Cohort, fit: Rows, test: Rows, start: Start | None, stiffness: Sequence[Penalty], scales: Sequence[float]
) -> Tried:
    """Every penalty with every share of the start, as so many outcomes, with folds as members."""
    candidates = [(penalty, scale) for scale in scales for penalty in stiffness]
    config = config_for(len(fit))
    drawn, label = cohort.frame.iloc[fit], cohort.label.iloc[fit].to_numpy(float)
    if start is None:
        encoding = Encoding.fit(drawn, cohort.inputs, config.knots)
    else:
        encoding = start.encoding_of(drawn, cohort.inputs, config.knots, VOCABULARY)
    with torch.no_grad():
        z, others = (encoding(encoding.matrix(part)).float() for part in (drawn, cohort.frame.iloc[test]))
    basis = pair_basis(z, encoding) if start is None else start.basis_of(z, encoding)
    logit = [
        torch.zeros(part.shape[1]) if start is None else start.logit(part, encoding, basis) for part in (z, others)
    ]
    offset, outside = (torch.stack([scale * part for _, scale in candidates], 1) for part in logit)
    fold = np.zeros(len(fit), np.int64)
    splits = StratifiedKFold(min(FOLDS, int(min(label.sum(), (1 - label).sum()))), shuffle=True, random_state=SEED)
    for k, (_, left_out) in enumerate(splits.split(label, label)):
        fold[left_out] = k
    folds = int(fold.max()) + 1
    left_in = torch.tensor(fold[:, None] != np.arange(folds)).float()
    names = tuple(map(str, range(len(candidates))))
    every = torch.ones(1, len(names))
    data = TrainingData(
        cohort.inputs,
        z,
        basis,
        torch.tensor(label, dtype=torch.float32)[:, None] * every,
        torch.ones(len(fit), len(names)),
        names,
        offset=offset,
        draws=torch.cat([torch.ones(len(fit), 1), left_in], dim=1),
    )
    chosen: Mapping[str, Penalty] = dict(zip(names, (penalty for penalty, _ in candidates), strict=True))
    plan = replace(config, members=0, folds=folds, penalties=dict(chosen))
    weights = Trainer(data, torch.ones(len(cohort.inputs), len(names)), plan, torch.device("cpu")).fit()
    with torch.no_grad():
        of_folds = member_logits(z, weights)[torch.arange(len(fit)), 1 + torch.tensor(fold)] + offset
        of_others = member_logits(others, weights)[:, 0] + outside
    return Tried(of_folds.double().numpy(), of_others.double().numpy())


def run(say: Say, draws: int = DRAWS, only: Sequence[str] = ()) -> pd.DataFrame:
    """Every cohort, size and draw: one row each with AUROC and log loss by way."""
    rows = []
    for cohort in cohorts(say):
        if only and cohort.name not in only:
            continue
        for size in SIZES:
            if len(cohort.label) - size < LEAST_JUDGES:
                continue
            for seed in range(draws):
                found = compare(cohort, size, seed)
                told = {
                    f"{way} {m}": v for way, of in found.items() for m, v in zip(("auroc", "loss"), of, strict=True)
                }
                rows.append({"cohort": cohort.name, "labels": size} | told)
            say.line(f"{cohort.name}, {size} labels: " + _line(pd.DataFrame(rows[-draws:])))
    return pd.DataFrame(rows)


def _line(rows: pd.DataFrame) -> str:
    """Means, and the paired difference with its 95 % interval of the mean over draws."""
    words = [f"AUROC {rows['none auroc'].mean():.3f} → {rows['chosen auroc'].mean():.3f}"]
    for metric in ("auroc", "loss"):
        for way in ("chosen", "start"):
            difference = rows[f"{way} {metric}"] - rows[f"none {metric}"]
            half = 1.96 * difference.std(ddof=1) / len(difference) ** 0.5
            words.append(f"{way} {metric} {difference.mean():+.4f} ± {half:.4f}")
    return ", ".join([*words, f"start taken in {rows['taken auroc'].mean():.0%}"])


def main(arguments: list[str] | None = None) -> int:
    """Run the trial and print its table."""
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.transfer_trial")
    parser.add_argument("--draws", type=int, default=DRAWS, help="of people, for each cohort and size")
    parser.add_argument("--only", action="append", default=[], help="a cohort; all when left out")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    run(Say(to_stdout), options.draws, options.only)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
