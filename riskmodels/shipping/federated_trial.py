"""``python -m riskmodels.shipping.federated_trial``: what four hospitals lose by not sharing patients, and by noise.

Folds within each hospital of UCI heart disease; everybody is judged by trainings that had not seen them. "Pooled" is
the shipped recipe on all rows together; "federated" the same inputs and penalties by :func:`together`, the code that
also averages over the network; "alone" the same on a hospital's own rows. Writes the figures into docs/federated.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.special import expit
from sklearn.model_selection import StratifiedKFold

from riskmodels import ROOT
from riskmodels.cohorts import read_uci_heart
from riskmodels.cohorts.uci_heart import LABEL, SITES
from riskmodels.columns import Floats
from riskmodels.evaluation import auroc, paired_difference
from riskmodels.evaluation.bootstrap import Estimate, bootstrap_metrics
from riskmodels.evaluation.bootstrap import Plan as Resampling
from riskmodels.federated.agreement import cells_of
from riskmodels.federated.coordinator import Answer, Coordinator, together
from riskmodels.federated.hospital import Hospital
from riskmodels.federated.plan import Plan, Privacy
from riskmodels.federated.privacy import epsilon_of, mu_of, noise_for
from riskmodels.shipping.say import Say, to_stdout
from riskmodels.tabular.fitting import fit_model
from riskmodels.tabular.network import member_logits
from riskmodels.tabular.recipes import CHEST_PAIN_CONFIG, CHEST_PAIN_INPUTS
from riskmodels.vocabulary import VOCABULARY

OUTCOME = "coronary_disease"
PAGE = ROOT / "docs" / "federated.md"
FOLDS, SEED, ROUNDS = 5, 20261201, 120
#: one network, nothing for calibration: what is compared is how it ranks
CONFIG = replace(CHEST_PAIN_CONFIG, members=0, folds=0, batch_size=1024)
#: of the noise: δ is below one in all patients
DELTA, EPSILONS, NOISY_ROUNDS, NOISY_RATE, CLIP, NOISE_SEEDS = 1e-4, (10.0, 3.0, 1.0), 60, 0.05, 1.0, 3
#: share of the budget (of μ²) that the counts for the encoding take
_COUNTS = 0.1
#: noise on whole hospitals: δ below one in four would be no promise; a longest move that cuts about half of them
HOSPITAL_DELTA, HOSPITAL_CLIP = 1e-2, 0.3
_BEGIN, _END = "<!-- figures -->", "<!-- end -->"

Rows = npt.NDArray[np.int64]
Score = Callable[[pd.DataFrame, pd.DataFrame], Floats]


@dataclass(frozen=True)
class Scores:
    """What each way of training says of everybody, by fits that had not seen them; several where noise is drawn."""

    cohort: pd.DataFrame
    by_way: dict[str, list[Floats]]


def plan(privacy: Privacy | None = None, inputs: Sequence[str] = tuple(CHEST_PAIN_INPUTS)) -> Plan:
    """The training of the trial."""
    if privacy is None:
        return Plan(tuple(inputs), OUTCOME, ROUNDS, CONFIG)
    return Plan(tuple(inputs), OUTCOME, NOISY_ROUNDS, replace(CONFIG, learning_rate=NOISY_RATE), privacy)


def privacy_of(epsilon: float) -> Privacy:
    """Noise with which all that a hospital sends keeps (ε, :data:`DELTA`) for each of its patients."""
    alone = noise_for(epsilon, DELTA, 1)
    counts, steps = alone / _COUNTS**0.5, alone * (NOISY_ROUNDS / (1 - _COUNTS)) ** 0.5
    spent = epsilon_of(mu_of([counts, *[steps] * NOISY_ROUNDS]), DELTA)
    if abs(spent - epsilon) > 1e-3 * epsilon:
        raise ArithmeticError(f"the releases together spend {spent}, not {epsilon}")
    return Privacy(CLIP, steps, counts)


class NoisyHospitals(Coordinator):
    """A coordinator that hides whether a hospital took part: its moves are shortened, and noise is added to their sum.

    Args:
        plan: of the training.
        noise: standard deviation, as a multiple of the longest move.
        seed: of the noise.
    """

    def __init__(self, plan: Plan, noise: float, seed: int) -> None:
        super().__init__(plan)
        self.deviation, self.random = noise * HOSPITAL_CLIP, np.random.default_rng(seed)

    def averaged(self, answers: Sequence[Answer]) -> list[Floats]:
        """The mean of the hospitals' shortened moves, with noise."""
        total = [np.zeros(array.shape) for array in self.state]
        for answer in answers:
            moved = [np.asarray(before - after) for before, after in zip(self.state, answer.arrays, strict=True)]
            length = np.sqrt(sum(float((array**2).sum()) for array in moved))
            factor = min(1.0, HOSPITAL_CLIP / max(length, 1e-12))
            total = [t + factor * m for t, m in zip(total, moved, strict=True)]
        return [(t + self.random.normal(0, self.deviation, t.shape) * (t != 0)) / len(answers) for t in total]


def hospitals_of(frame: pd.DataFrame, seed: int = 0) -> list[Hospital]:
    """Each hospital with its rows."""
    return [
        Hospital(frame[frame["site"] == site], frame.loc[frame["site"] == site, LABEL], 1000 * seed + i)
        for i, site in enumerate(SITES)
    ]


def federated(
    train: pd.DataFrame, test: pd.DataFrame, coordinator: Coordinator, hospitals: Sequence[Hospital]
) -> Floats:
    """Log-odds of some rows by a training of hospitals."""
    local, weights = hospitals[0].finished(together(coordinator, hospitals))
    with torch.no_grad():
        z = local.encoding(local.encoding.matrix(test)).float()
        return np.asarray(member_logits(z, weights)[:, 0, 0].numpy(), np.float64)


def pooled(train: pd.DataFrame, test: pd.DataFrame) -> Floats:
    """Log-odds of some rows by the shipped recipe on all others together."""
    config = replace(CHEST_PAIN_CONFIG, members=0, folds=2, interval_steps=1)
    targets = train[[LABEL]].rename(columns={LABEL: OUTCOME})
    model = fit_model(train, targets, name="pooled", inputs=CHEST_PAIN_INPUTS, config=config)
    (slope, intercept) = model.calibration[OUTCOME]
    return np.asarray((model.predict(test).logit[OUTCOME].to_numpy(float) - intercept) / slope)


def alone(train: pd.DataFrame, test: pd.DataFrame) -> Floats:
    """Log-odds of some rows, each by the training of its own hospital."""
    found = np.zeros(len(test))
    for hospital, site in zip(hospitals_of(train), SITES, strict=True):
        told = [(cells_of(VOCABULARY[name]).told(hospital.frame[name]) > 0).sum() for name in CHEST_PAIN_INPUTS]
        known = [name for name, cells in zip(CHEST_PAIN_INPUTS, told, strict=True) if cells > 1]
        rows = (test["site"] == site).to_numpy()
        found[rows] = federated(train, test[rows], Coordinator(plan(inputs=known)), [hospital])
    return found


def ways() -> dict[str, tuple[int, Callable[[pd.DataFrame, pd.DataFrame, int], Floats]]]:
    """Every way of training: how often it is repeated with other noise, and what it says of test rows."""
    found: dict[str, tuple[int, Callable[[pd.DataFrame, pd.DataFrame, int], Floats]]] = {
        "pooled": (1, lambda train, test, seed: pooled(train, test)),
        "federated": (1, lambda train, test, seed: federated(train, test, Coordinator(plan()), hospitals_of(train))),
        "each alone": (1, lambda train, test, seed: alone(train, test)),
        "no pairs, clipped, no noise": (1, _private(Privacy(CLIP, 0.0, 0.0))),
    }
    for epsilon in EPSILONS:
        found[f"patients, ε = {epsilon:g}"] = NOISE_SEEDS, _private(privacy_of(epsilon))
    for epsilon in EPSILONS:
        found[f"hospitals, ε = {epsilon:g}"] = NOISE_SEEDS, _hidden(noise_for(epsilon, HOSPITAL_DELTA, NOISY_ROUNDS))
    return found


def _private(privacy: Privacy) -> Callable[[pd.DataFrame, pd.DataFrame, int], Floats]:
    return lambda train, test, seed: federated(train, test, Coordinator(plan(privacy)), hospitals_of(train, seed))


def _hidden(noise: float) -> Callable[[pd.DataFrame, pd.DataFrame, int], Floats]:
    # the hospitals' own part of a noisy training without their noise: no pairs, patients shortened
    steps = plan(Privacy(CLIP, 0.0, 0.0))
    return lambda train, test, seed: federated(train, test, NoisyHospitals(steps, noise, seed), hospitals_of(train))


def run(cohort: pd.DataFrame, say: Say) -> Scores:
    """Train every way on every fold."""
    key = cohort["site"] + cohort[LABEL].astype(str)
    folds = list(StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(cohort, key))
    by_way: dict[str, list[Floats]] = {}
    for name, (repeats, train) in ways().items():
        say.line(name)
        by_way[name] = [np.zeros(len(cohort)) for _ in range(repeats)]
        for repeat, found in enumerate(by_way[name]):
            for fold, (fit, test) in enumerate(folds):
                found[test] = train(cohort.iloc[fit], cohort.iloc[test], 1 + FOLDS * repeat + fold)
    return Scores(cohort, by_way)


def document(scores: Scores) -> str:
    """The tables, as Markdown."""
    parts = {"all": np.ones(len(scores.cohort), bool)} | {s: (scores.cohort["site"] == s).to_numpy() for s in SITES}
    head = "| | " + " | ".join(f"{name} ({int(rows.sum())})" for name, rows in parts.items()) + " |"
    lines = [head, "|---|" + "---:|" * len(parts)]
    for name, found in scores.by_way.items():
        lines.append(f"| {name} | " + " | ".join(_told(scores.cohort, found, rows) for rows in parts.values()) + " |")
    lines += ["", "Differences of AUROC on the same patients:", "", head, "|---|" + "---:|" * len(parts)]
    for one, other in (("federated", "pooled"), ("federated", "each alone"), ("patients, ε = 3", "federated")):
        cells = [_difference(scores, one, other, rows) for rows in parts.values()]
        lines.append(f"| {one} − {other} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _told(cohort: pd.DataFrame, found: list[Floats], rows: npt.NDArray[np.bool_]) -> str:
    label = cohort.loc[rows, LABEL].to_numpy(float)
    if len(found) == 1:
        return _words(bootstrap_metrics(label, expit(found[0][rows]), ("auroc",), plan=Resampling(500, SEED))["auroc"])
    values = [auroc(label, expit(score[rows])) for score in found]
    return f"{np.mean(values):.3f} [{min(values):.3f}–{max(values):.3f}]"


def _difference(scores: Scores, one: str, other: str, rows: npt.NDArray[np.bool_]) -> str:
    label = scores.cohort.loc[rows, LABEL].to_numpy(float)
    first, second = (expit(scores.by_way[name][0][rows]) for name in (one, other))
    found = paired_difference(label, first, second, ("auroc",), plan=Resampling(500, SEED))["auroc"]
    return f"{found.value:+.3f} ({found.low:+.3f} to {found.high:+.3f})".replace("-", "−")


def _words(found: Estimate) -> str:
    return f"{found.value:.3f} ({found.low:.3f}–{found.high:.3f})"


def write(page: Path, text: str) -> None:
    """Put the tables between the marks of a page."""
    before, _, rest = page.read_text(encoding="utf-8").partition(_BEGIN)
    _, _, after = rest.partition(_END)
    page.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}", encoding="utf-8")


def main(arguments: list[str] | None = None) -> int:
    """Run the trial and write its figures."""
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.federated_trial")
    parser.add_argument("--out", type=Path, default=PAGE, help="page with the marks of the tables")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    say = Say(to_stdout)
    write(options.out, document(run(read_uci_heart(), say)))
    say.line(f"Written: {options.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
