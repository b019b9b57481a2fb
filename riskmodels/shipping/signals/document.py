"""docs/signals_card.md, written from the cards of the models of signals and the measured rhythm, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels import ROOT
from riskmodels.imaging.image_report import markdown_table
from riskmodels.model_files.folder import CARD, read_card
from riskmodels.shipping.signals.document_figures import (
    at,
    figure,
    forecast_sections,
    rhythm_sections,
    ventricular_sections,
)

PAGE = ROOT / "docs" / "signals_card.md"
MODELS = ROOT / "data" / "signal_models"
RHYTHM = ROOT / "data" / "reference" / "rhythm.json"
_HINT = "Restore the folder from the repository, or train it again with make train-signals."
_HEAD = """# Models of signals: card

Written by `make train-signals` from `data/signal_models/*/card.json` and `data/reference/rhythm.json`; do not edit.
`python -m riskmodels signals card` writes it again from those alone. In brackets stand 95 % bootstrap intervals over
people, who are drawn whole: readings and beats of one person are alike.

**Intended use.** A second look for care teams at a glucose sensor's file, an electrocardiogram or a series of blood
pressures, after the fact. **Not for**: alarms, a diagnosis, a decision on insulin or on a drug of the heart, children,
pregnancy (the glucose report has ranges for it, the forecast has seen none), or anything read live.

**How figures were made.** What is chosen is chosen on people who are not in the test part, but for what is said below.
Where the test part was looked at more than once it says so. The figures are those of the weights as rounded for
shipping. The glucose report, heart-rate variability and the means of blood pressure are arithmetic of the guidelines:
they have tests against published values and no card."""
_LOOKS = (
    "### Looks at the test part\n\nEverything was chosen on DS1. DS2 was looked at several times while this was built, "
    "after the first choice of the lead had failed there: it is no untouched test."
)
_COMMANDS = """## The commands that made these figures

```
make train-signals                              # all of it, from ../shared
python -m riskmodels signals ship --only forecast
python -m riskmodels signals ship --only ventricular
python -m riskmodels signals ship --only rhythm
python -m riskmodels signals card               # this page, from the cards
```"""


@dataclass(frozen=True)
class Aim:
    """What was aimed at before the test part was looked at.

    Args:
        words: what it is.
        path: place of the figure.
        least, most: bounds that it must keep.
        decimals: that are told.
    """

    words: str
    path: tuple[str, ...]
    least: float = float("-inf")
    most: float = float("inf")
    decimals: int = 3

    def row(self, card: Mapping[str, Any]) -> list[str]:
        """Its row of the table: aim, found, and whether it was reached."""
        found = at(card, *self.path)
        value = found[0] if isinstance(found, list) else found
        reached = "not measured" if value is None else "yes" if self.least <= value <= self.most else "**no**"
        return [self.words, self._bounds(), figure(found, self.decimals), reached]

    def _bounds(self) -> str:
        least, most = (f"{bound:.{self.decimals}f}" for bound in (self.least, self.most))
        if self.most == float("inf"):
            return f"at least {least}"
        return f"at most {most}" if self.least == float("-inf") else f"{least}–{most}"


_KEPT_BACK = ("metrics", "test", "people kept back", "network")
_BETTER = ("metrics", "people in whom the network is better than boosting")
_MARKED = ("evaluation", "marked beats, both leads", "metrics")
_FOUND = ("evaluation", "found beats, both leads", "metrics")
_HERE = ("beats", "DS2", "here")
#: by model; ``rhythm`` is the finding of beats
AIMS = {
    "glucose_forecast": (
        Aim("RMSE at 30 min, mg/dL", (*_KEPT_BACK, "rmse30"), most=20.0, decimals=2),
        Aim("RMSE at 60 min, mg/dL", (*_KEPT_BACK, "rmse60"), most=32.8, decimals=2),
        Aim("low within 60 min: AUPRC", (*_KEPT_BACK, "lows", "auprc"), least=0.37),
        Aim("coverage of the 90 % interval, 30 min", (*_KEPT_BACK, "coverage30"), 0.88, 0.92),
        Aim("coverage of the 90 % interval, 60 min", (*_KEPT_BACK, "coverage60"), 0.88, 0.92),
        Aim("people of 10 in whom it is better than tuned boosting, 30 min", (*_BETTER, "rmse30"), 9, decimals=0),
        Aim("people of 10 in whom it is better than tuned boosting, 60 min", (*_BETTER, "rmse60"), 9, decimals=0),
    ),
    "ventricular": (
        Aim("F1 of ventricular beats, beats as readers marked them", (*_MARKED, "f1"), least=0.945),
        Aim("the same in use, beats as the app finds them", (*_FOUND, "f1"), least=0.945),
    ),
    "rhythm": (
        Aim("beats found: sensitivity", (*_HERE, "sensitivity"), least=0.99),
        Aim("beats found: predictive value", (*_HERE, "positive_predictive_value"), least=0.99),
    ),
}
_FIGURES: dict[str, Callable[[Mapping[str, Any]], Iterator[str]]] = {
    "glucose_forecast": forecast_sections,
    "ventricular": ventricular_sections,
}


def write_page(folder: Path = MODELS, rhythm: Path = RHYTHM, page: Path = PAGE) -> None:
    """Write the page.

    Args:
        folder: of the models.
        rhythm: the figures of beats found; left out where there is no such file.
        page: to write.

    Raises:
        ModelFileError: when a card is damaged.
    """
    cards = [read_card(path.parent, _HINT) for path in sorted(folder.glob(f"*/{CARD}"))]
    measured = json.loads(rhythm.read_text(encoding="utf-8")) if rhythm.is_file() else None
    page.write_text(signals_card(cards, measured), encoding="utf-8")


def signals_card(cards: list[dict[str, Any]], rhythm: Mapping[str, Any] | None = None) -> str:
    """The page as Markdown.

    Args:
        cards: of the models.
        rhythm: as ``data/reference/rhythm.json`` holds it; None where it was not measured.
    """
    sections = [_HEAD, *(_model(card) for card in cards)]
    sections += [_rhythm(rhythm)] if rhythm else []
    return "\n\n".join([*sections, _COMMANDS]) + "\n"


def _model(card: Mapping[str, Any]) -> str:
    name = str(card["name"])
    sections = [f"## {card['title']}", _facts(card), _aims(name, card)]
    sections += _FIGURES[name](card) if name in _FIGURES else []
    sections.append(_data(card.get("data") or {}))
    for title, key in (
        ("Split", "split"),
        ("Looks at the test part", "looks"),
        ("Defects found in the data", "defects"),
        ("Limits", "limits"),
    ):
        sections += [f"### {title}\n\n{_listed(card[key])}"] if card.get(key) else []
    return "\n\n".join(section for section in sections if section)


def _facts(card: Mapping[str, Any]) -> str:
    lines = [str(card.get("about", "")), ""]
    if "version" in card:
        lines.append(f"- Version {card['version']}, weights SHA-256 `{card['weights_sha256'][:16]}…`")
    training = card.get("training") or {}
    if "seconds" in training:
        lines.append(f"- Trained and judged in {training['seconds'] / 60:.0f} minutes")
    for part, count in (training.get("people") or {}).items() if isinstance(training.get("people"), Mapping) else ():
        lines.append(f"- {count} people for {part}")
    return "\n".join(lines).strip()


def _aims(name: str, card: Mapping[str, Any]) -> str:
    if name not in AIMS:
        return ""
    table = markdown_table(["", "aim", "found", "reached"], [aim.row(card) for aim in AIMS[name]])
    return f"### What was aimed at\n\n{table}"


def _data(data: Mapping[str, Any]) -> str:
    """Data with their licences: a table of several sets, points for one."""
    if not data:
        return ""
    sets = data.get("sets")
    if sets:
        heads = ["name", "people", "licence", "citation"]
        table = markdown_table(heads, [[str(one.get(head, "")) for head in heads] for one in sets])
        return f"### Data\n\n{data.get('collection', '')}\n\n{table}"
    points = "\n".join(f"- {key.replace('_', ' ').capitalize()}: {value}" for key, value in data.items())
    return f"### Data\n\n{points}"


def _listed(value: Any) -> str:
    """A text as it is, a list as points."""
    return str(value) if isinstance(value, str) else "\n".join(f"- {item}" for item in value)


def _rhythm(measured: Mapping[str, Any]) -> str:
    facts = f"{measured.get('data', '')}. A beat is found when one is marked within {measured['tolerance_seconds']} s."
    parts = ["## Beats in an electrocardiogram", facts, _aims("rhythm", measured), *rhythm_sections(measured), _LOOKS]
    return "\n\n".join(parts)
