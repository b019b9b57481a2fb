"""``python -m riskmodels.scores.document`` writes docs/scores.md from the registry."""

from __future__ import annotations

from riskmodels import ROOT
from riskmodels.scores.inputs import EXTRA_INPUTS, variable_of
from riskmodels.scores.registry import SCORES, Score
from riskmodels.scores.score2 import COUNTRIES

PATH = ROOT / "docs" / "scores.md"

_HEAD = """# Published scores

Written by `python -m riskmodels.scores.document` from `riskmodels.scores.REGISTRY`; do not edit.

Every score is one function of a PatientFrame and keeps every row in its place. Outside the population or the ranges
below there is no number and the column `problems` says why; where a required input is not known there is no number and
`problems` and `missing` name it. Nothing is clipped, filled in or guessed. Risks are shares (0–1) and are rounded for
display only. Each score is checked against reference vectors of independent implementations and the papers' worked
examples (`tests/scores`, `tests/golden`).
"""


def markdown() -> str:
    """The page."""
    parts = [_HEAD, _overview(), *(_section(score) for score in SCORES), _countries(), _extra_inputs()]
    return "\n".join(parts)


def _overview() -> str:
    lines = ["| Score | Predicts | Horizon | Made for | Name in code |", "|---|---|---|---|---|"]
    lines += [f"| {s.title} | {s.predicts} | {s.horizon} | {s.made_for} | `{s.name}` |" for s in SCORES]
    return "\n".join([*lines, ""])


def _section(score: Score) -> str:
    facts = [
        ("Predicts", f"{score.predicts}; horizon: {score.horizon}"),
        ("For", score.population),
        ("Made for", score.made_for),
        ("Needs", _labels(score.inputs)),
        ("Uses where known", _labels(score.optional)),
        ("Columns", ", ".join(f"`{name}`" for name in (*score.values, "model", "category", "problems", "missing"))),
        ("Category", _categories(score)),
        ("Source", score.citation),
        ("Licence", score.licence),
    ]
    lines = [f"- **{name}:** {text}" for name, text in facts if text]
    limits = [f"  - {limit}" for limit in score.limits]
    return "\n".join([f"## {score.title}", "", *lines, "- **Limits:**", *limits, ""])


def _categories(score: Score) -> str:
    unit, scale = (" %", 100.0) if score.is_risk else ("", 1.0)
    texts = [f"{people}: {b.text(unit, scale)}".removeprefix(": ") for people, b in score.bands.items()]
    source = next(iter(score.bands.values())).source
    return f"{'; '.join(texts)}. {source}"


def _labels(names: tuple[str, ...]) -> str:
    return ", ".join(f"{variable_of(name).label} (`{name}`)" for name in names)


def _countries() -> str:
    lines = [f"- **{region.replace('_', ' ')}:** {', '.join(countries)}" for region, countries in COUNTRIES.items()]
    return "\n".join(["## SCORE2: risk region by country of residence", "", *lines, ""])


def _extra_inputs() -> str:
    lines = ["## Inputs the vocabulary lacks", "", "Optional columns of a frame.", ""]
    for variable in EXTRA_INPUTS.values():
        answers = ", ".join(f"{choice.code:g} {choice.label}" for choice in variable.choices)
        lines.append(f"- `{variable.name}`: {variable.label} ({answers})")
    lines.append("- `race` (text, PCE only): white, black, other; empty where not given")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    PATH.write_text(markdown(), encoding="utf-8")
