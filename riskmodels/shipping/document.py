"""docs/model_card.md, written from the cards of the shipped models, the evidence beside them, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from riskmodels import ROOT
from riskmodels.evaluation import markdown
from riskmodels.evaluation.evidence import Evidence
from riskmodels.outcomes import OUTCOME
from riskmodels.shipping.evidence_document import evidence_lines
from riskmodels.tabular.model import RiskModel
from riskmodels.vocabulary import VOCABULARY

PAGE = ROOT / "docs" / "model_card.md"
_HEAD = """# Model card

Written by `make train` from `card.json` and `evidence.json` in `data/models/*`; do not edit. `make evaluate` measures
the evidence again, `python -m riskmodels card` writes this page from what is there. Intervals are 95 % bootstrap
intervals; the probabilities' own intervals in the app are 90 %.

**Intended use.** Decision support for care teams and analysts: who is likely to have undiagnosed diabetes or
prediabetes, to develop cardiovascular disease within ten years, or to have coronary disease behind chest pain.
**Not for**: children, pregnancy, people who already have the disease, a diagnosis, or people unlike the training data:
there the model refuses and says why, or holds a value at the edge of what it learnt from and says so. Race and
ethnicity are not inputs; they serve only to audit subgroups.

**How it works.** An additive network with pairwise interactions on spline encodings, fitted to everybody; unknown
inputs are the normal case; reasons are exact Shapley values (riskmodels/explain/shapley.py). Bootstrap members tell how
far it could have come out; heads taught by them give the interval: if everything unknown were measured, 90 of 100
people with these facts would get a number in it (riskmodels/tabular/interval.py). Directions that are settled are kept
(riskmodels/directions.py). What it associates is not what causes. Death from heart disease or stroke leans on death
from any cause: it reads partly as general mortality.

**What was looked at.** Settings were chosen on cycles up to 2014. The test part 2015–18 and the people held out for
death had been looked at by earlier versions of these models, several times, and seven times more for the figures below.
"""


def model_card(models: dict[str, RiskModel], evidence: Mapping[str, Evidence | None]) -> str:
    """The page as Markdown.

    Args:
        models: by name.
        evidence: of each, None or absent where nothing was measured.
    """
    sections = [_section(model, evidence.get(name)) for name, model in models.items()]
    return "\n".join([_HEAD, *sections]).rstrip() + "\n"


def _section(model: RiskModel, evidence: Evidence | None) -> str:
    card = model.card
    data = card["data"]
    lines = [
        f"## {model.name.replace('_', ' ').capitalize()} model",
        "",
        f"- Version {model.version}, weights SHA-256 `{card['weights_sha256'][:16]}…`",
        f"- Data: {data['source']}; file `{data['file']}`, SHA-256 "
        f"`{data['file_sha256'][:16]}…`, {data['people']:,} people",
        f"- Split: {card['split']}",
        f"- Config: {_config(card['config'])}",
        "",
        "### People, events, base value",
        "",
        "| outcome | part | people | events | prevalence | base value |",
        "|---|---|---:|---:|---:|---:|",
        *_parts(model),
        "",
        "For `cvd_10y` events are the sum of PREVENT's probabilities. The base value is the estimate for a person of "
        "whom nothing is known.",
        "",
        "### Unknown inputs in the data",
        "",
        ", ".join(f"{VOCABULARY[i].label} {100 * share:.0f} %" for i, share in card["missing"].items()),
        "",
    ]
    for outcome, reports in card["evaluation"].items():
        told = OUTCOME[outcome]
        lines += ["", f"## {told.label} (`{outcome}`)", "", f"The {told.definition}. Valid for {told.population}.", ""]
        if evidence and outcome in evidence["outcomes"]:
            lines += ["\n\n".join(evidence_lines(outcome, evidence["outcomes"][outcome])), ""]
        lines += [_report(name, report) for name, report in reports.items()]
    return "\n".join(lines)


def _config(config: dict[str, Any]) -> str:
    plain = {k: v for k, v in config.items() if not isinstance(v, dict)}
    return ", ".join(f"{k} {v}" for k, v in plain.items())


def _parts(model: RiskModel) -> list[str]:
    rows = []
    for outcome, parts in model.card["parts"].items():
        base = 100 / (1 + np.exp(-model.form(outcome).base))
        rows += [
            f"| {outcome} | {part} | {c['n']:,} | {c['events']:,.0f} | {100 * c['prevalence']:.2f} % | {base:.2f} % |"
            for part, c in parts.items()
        ]
    return rows


def _report(name: str, report: dict[str, Any]) -> str:
    if name == "agreement":
        return _agreement(report)
    text = markdown(report, name[0].upper() + name[1:])
    if report.get("peers"):
        seconds = ", ".join(f"{p['name']} {p['seconds']:.0f} s" for p in report["peers"])
        text += f"\nPeers were tuned on the same people; fitting took {seconds}.\n"
    if "beside_prevent" in report:
        text += "\n" + markdown(report["beside_prevent"], "On the people who have PREVENT's inputs")
    return text


def _agreement(report: dict[str, Any]) -> str:
    rows = [
        "### Agreement with the published equation",
        "",
        f"{report['n']:,} test people for whom PREVENT can be computed. Differences in percentage points.",
        "",
        "| known to the model | mean absolute | mean | 99th percentile of absolute |",
        "|---|---|---|---|",
    ]
    for name, found in report.items():
        if name == "n":
            continue
        absolute, mean = (found[k] for k in ("mean_absolute_points", "mean_points"))
        rows.append(
            f"| {name} | {absolute[0]:.2f} ({absolute[1]:.2f} to {absolute[2]:.2f}) "
            f"| {mean[0]:+.2f} ({mean[1]:+.2f} to {mean[2]:+.2f}) | {found['p99_absolute_points']:.1f} |"
        )
    return "\n".join(rows) + "\n"
