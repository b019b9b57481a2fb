"""``python -m riskmodels.shipping.label_efficiency``: does learning to fill hidden inputs save labels?

NHANES up to 2014 alone: labels of 1999–2010, everybody judged on 2011–2014. A network of two layers learns from all
people of 1999–2010, labelled or not, to tell inputs that were hidden from those that were not (the same hiding as
always); then it learns the outcomes from a share of the labels, beside the same network with new weights and beside
the additive network of the app. See docs/experiments.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from scipy.special import expit

from riskmodels import ROOT
from riskmodels.cohorts.nhanes import read_nhanes
from riskmodels.columns import Floats
from riskmodels.evaluation import auroc
from riskmodels.evaluation.metrics import log_loss
from riskmodels.outcomes import OUTCOME
from riskmodels.shipping.population import COHORT, GLYCAEMIA
from riskmodels.shipping.say import Say, to_stdout
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.hiding import Hiding
from riskmodels.tabular.network import member_logits, pair_basis
from riskmodels.tabular.recipes import POPULATION_CONFIG, POPULATION_INPUTS, label_population
from riskmodels.tabular.training import Trainer, TrainingConfig, TrainingData, one_cycle

SHARES, SEEDS = (0.01, 0.03, 0.1, 0.3, 1.0), 2
LAST_YEAR, JUDGED = 2009, (2011, 2013)
#: of the network of two layers
WIDTH, BATCH, RATE, DECAY = 128, 256, 2e-3, 1e-2
FILLING_STEPS, OUTCOME_STEPS = 2_000, 300
#: rows of which inputs are hidden, as share
HIDDEN = 0.85
#: inputs of the population model that serve both outcomes: what defines a label is neither told nor filled
INPUTS = tuple(i for i in POPULATION_INPUTS if not any(i in OUTCOME[o].not_inputs for o in GLYCAEMIA))
WAYS = ("additive network", "two layers, new weights", "two layers, after filling")


@dataclass(frozen=True)
class People:
    """Encoded people with labels.

    Args:
        z: (p, n, d) for the additive network.
        flat: (n, 2p) known flags and standardised values, 0 where unknown, for the other.
        targets: (n, O) 0/1, NaN where there is none.
    """

    z: torch.Tensor
    flat: torch.Tensor
    targets: torch.Tensor

    def rows(self, index: torch.Tensor) -> People:
        """Some of them."""
        return People(self.z[:, index], self.flat[index], self.targets[index])


class TwoLayers(torch.nn.Module):
    """Flags and values in; the same standardised values, and log-odds of the outcomes, out."""

    def __init__(self, inputs: int, outcomes: int) -> None:
        super().__init__()
        self.body = torch.nn.Sequential(
            torch.nn.Linear(2 * inputs, WIDTH), torch.nn.GELU(), torch.nn.Linear(WIDTH, WIDTH), torch.nn.GELU()
        )
        self.fill, self.tell = torch.nn.Linear(WIDTH, inputs), torch.nn.Linear(WIDTH, outcomes)
        torch.nn.init.zeros_(self.tell.weight)

    def forward(self, flat: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(n, 2p) → filled values (n, p), log-odds (n, O)."""
        hidden = self.body(flat)
        return self.fill(hidden), self.tell(hidden)


def people_of(shared: Path) -> tuple[People, People, Encoding]:
    """Those to learn from, those to judge on, and how they are encoded."""
    data = label_population(read_nhanes(shared / COHORT))
    year = data.frame["cycle"].str[:4].astype(int)
    fit, judged = year <= LAST_YEAR, year.isin(JUDGED)
    encoding = Encoding.fit(data.frame[fit], INPUTS, POPULATION_CONFIG.knots)
    values = data.frame[list(INPUTS)].astype(float)
    standard = ((values - values[fit].mean()) / values[fit].std()).clip(-4, 4)

    def part(rows: pd.Series) -> People:
        with torch.no_grad():
            z = torch.cat([encoding(c).float() for c in torch.split(encoding.matrix(data.frame[rows]), 512)], dim=1)
        flat = np.hstack([values[rows].notna(), standard[rows].fillna(0.0)])
        targets = data.targets.loc[rows, list(GLYCAEMIA)]
        return People(z, torch.tensor(flat, dtype=torch.float32), torch.tensor(targets.to_numpy(np.float32)))

    return part(fit), part(judged), encoding


def _hidden(flat: torch.Tensor, keep: torch.Tensor) -> torch.Tensor:
    return flat * keep.T.repeat(1, 2)


def fill(network: TwoLayers, people: People, hiding: Hiding, seed: int) -> float:
    """Teach a network to tell hidden inputs, in place.

    Returns:
        Mean squared error of hidden standardised values over the last tenth of the steps; 1 is what their means have.
    """
    generator = torch.Generator().manual_seed(seed)
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE, weight_decay=DECAY)
    p, errors = people.flat.shape[1] // 2, []
    for step in range(FILLING_STEPS):
        flat = people.flat[torch.randint(len(people.flat), (BATCH,), generator=generator)]
        keep = hiding.keep(len(flat), generator)
        was_hidden = flat[:, :p] * (~keep.T)
        found, _ = network(_hidden(flat, keep))
        loss = ((found - flat[:, p:]).square() * was_hidden).sum() / was_hidden.sum().clamp_min(1.0)
        _step(optimizer, loss, step / FILLING_STEPS)
        if step >= 0.9 * FILLING_STEPS:
            errors.append(float(loss.detach()))
    return float(np.mean(errors))


def learn(network: TwoLayers, people: People, hiding: Hiding, seed: int) -> None:
    """Teach a network the outcomes from labelled people, in place."""
    generator = torch.Generator().manual_seed(seed)
    labelled = ~people.targets.isnan()
    rate = people.targets.nanmean(0).clamp(1e-3, 1 - 1e-3)
    with torch.no_grad():
        network.tell.bias.copy_(torch.logit(rate))
    optimizer = torch.optim.AdamW(network.parameters(), lr=RATE / 2, weight_decay=DECAY)
    for step in range(OUTCOME_STEPS):
        index = torch.randint(len(people.flat), (BATCH,), generator=generator)
        flat = _hidden(people.flat[index], hiding.keep(BATCH, generator))
        known = labelled[index]
        _, logit = network(flat)
        target = torch.nan_to_num(people.targets[index])
        losses = torch.nn.functional.binary_cross_entropy_with_logits(logit, target, reduction="none")
        _step(optimizer, (losses * known).sum() / known.sum().clamp_min(1), step / OUTCOME_STEPS)


def _step(optimizer: torch.optim.Optimizer, loss: torch.Tensor, at: float) -> None:
    for group in optimizer.param_groups:
        group.setdefault("first", group["lr"])
        group["lr"] = group["first"] * one_cycle(at)
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimizer.step()


def additive(fit: People, judged: People, encoding: Encoding, basis: torch.Tensor, seed: int) -> Floats:
    """What the app's network says, fitted on labelled people with the population's penalties; one network."""
    weights = (~fit.targets.isnan()).float()
    config = TrainingConfig(
        members=0,
        folds=0,
        epochs=max(4, min(60, OUTCOME_STEPS * BATCH // len(fit.flat))),
        batch_size=BATCH,
        hidden_rows=HIDDEN,
        penalties={outcome: POPULATION_CONFIG.penalties[outcome] for outcome in GLYCAEMIA},
        seed=seed,
    )
    data = TrainingData(encoding.names, fit.z, basis, fit.targets, weights, GLYCAEMIA)
    found = Trainer(data, torch.ones(len(encoding.names), len(GLYCAEMIA)), config, torch.device("cpu")).fit()
    with torch.no_grad():
        parts = [member_logits(z, found)[:, 0] for z in torch.split(judged.z, 1024, dim=1)]
    return np.asarray(torch.cat(parts).double().numpy())


def run(shared: Path, say: Say, seeds: int = SEEDS, shares: Sequence[float] = SHARES) -> pd.DataFrame:
    """AUROC and log loss of the judged people by way, share of labels, seed and outcome."""
    fit, judged, encoding = people_of(shared)
    hiding, p = Hiding(encoding.names, HIDDEN), len(encoding.names)
    basis = pair_basis(fit.z, encoding)  # needs no labels, so it may know everybody
    labelled = torch.nonzero((~fit.targets.isnan()).any(1))[:, 0]
    say.line(
        f"{len(fit.flat):,} people to learn from, {len(labelled):,} with a label, {len(judged.flat):,} to judge on"
    )
    rows = []
    torch.manual_seed(0)
    new, filled = TwoLayers(p, len(GLYCAEMIA)), TwoLayers(p, len(GLYCAEMIA))
    filled.load_state_dict(new.state_dict())
    say.line(f"Squared error of filled values: {fill(filled, fit, hiding, 0):.3f}")
    for seed in range(seeds):
        order = labelled[torch.randperm(len(labelled), generator=torch.Generator().manual_seed(seed))]
        for share in shares:
            few = fit.rows(order[: max(1, round(share * len(order)))])
            said = {WAYS[0]: additive(few, judged, encoding, basis, seed)}
            for way, begun in zip(WAYS[1:], (new, filled), strict=True):
                network = TwoLayers(p, len(GLYCAEMIA))
                network.load_state_dict(begun.state_dict())
                learn(network, few, hiding, seed)
                with torch.no_grad():
                    said[way] = network(judged.flat)[1].double().numpy()
            for way, logit in said.items():
                for o, outcome in enumerate(GLYCAEMIA):
                    label, risk = judged.targets[:, o].double().numpy(), expit(logit[:, o])
                    known = ~np.isnan(label)
                    told = {"auroc": auroc(label[known], risk[known]), "loss": log_loss(label[known], risk[known])}
                    rows.append(
                        {"outcome": outcome, "share": share, "n": len(few.flat), "way": way, "seed": seed} | told
                    )
            say.line(f"Draw {seed + 1}: {share:.0%} of the labels")
    return pd.DataFrame(rows)


def table(found: pd.DataFrame, ways: Sequence[str] = WAYS, difference_by: str = "difference by filling") -> str:
    """Means over draws, and what the last way differs from the one before by, in pairs, as Markdown.

    Args:
        found: see :func:`run`.
        ways: columns of the table.
        difference_by: title of the last column; there stands twice the standard error as well.
    """
    lines = [
        "| | labels | " + " | ".join(ways) + f" | {difference_by} |",
        "|---|---:|" + "---:|" * (len(ways) + 1),
    ]
    for (outcome, n), part in found.groupby(["outcome", "n"], sort=False):
        wide = part.pivot(index="seed", columns="way", values="auroc")
        difference = wide[ways[-1]] - wide[ways[-2]]
        half = 2 * difference.std(ddof=1) / len(difference) ** 0.5
        cells = " | ".join(f"{wide[way].mean():.3f}" for way in ways)
        lines.append(f"| {outcome} | {n:,} | {cells} | {difference.mean():+.4f} ± {half:.4f} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Run the trial and print its table."""
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.label_efficiency")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--draws", type=int, default=SEEDS, help="of who is labelled")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    to_stdout(table(run(options.shared, Say(to_stdout), options.draws)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
