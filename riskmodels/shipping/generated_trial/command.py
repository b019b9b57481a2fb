"""``python -m riskmodels.shipping.generated_trial``: every generator fitted, measured and written into one page.

It can be stopped at any time: rows and cards lie in the cache when they are ready, and what they depend on is in their
names. ``--judge apart`` measures on the people kept apart instead of the test people, to choose by; it writes no page.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from riskmodels import ROOT
from riskmodels.generated.learning.relations import impossible
from riskmodels.generated.privacy.card import PrivacyCard, privacy_card
from riskmodels.generated.use.card import UseCard, use_card
from riskmodels.generated.use.transfer import RealFits
from riskmodels.shipping.adults import GROUPS, TARGETS, Parts, read_people, split_people
from riskmodels.shipping.generated_trial.adding import adding
from riskmodels.shipping.generated_trial.generators import EPOCHS, Maker, makers
from riskmodels.shipping.generated_trial.kept import Kept, fingerprint, table_hash
from riskmodels.shipping.generated_trial.page import page
from riskmodels.shipping.generated_trial.results import Result, short, signed
from riskmodels.tabular.model import today

PAGE = ROOT / "docs" / "generated.md"
SEED = 20261201
_USE = (*(f"use/{name}" for name in ("encoding", "transfer", "fidelity", "detect", "card")), "learning/relations")
_PRIVACY = tuple(
    f"privacy/{name}"
    for name in ("card", "attacks", "closest", "copies", "counted", "neighbours", "singling_out", "space")
)
#: whose rows are added to those of small clinics
_ADDED = ("vae", "copula")
Say = Callable[[str], None]


def main(arguments: Sequence[str] | None = None, say: Say | None = None) -> int:
    """Run the command.

    Args:
        arguments: those of the process when None.
        say: told of each step; nobody when None.

    Returns:
        0.

    Raises:
        SourceDataError: when the cohort is not there.
        InputError: when a peer's package is not installed.
    """
    options = _parser().parse_args(arguments)
    tell = say or (lambda text: None)
    parts = split_people(read_people(options.shared), options.people, SEED)
    trial = Trial(parts, options.judge, Kept(options.cache, tell))
    chosen = {key: maker for key, maker in makers(options.epochs).items() if key in options.peers}
    if options.rows_only:
        for key, maker in chosen.items():
            trial.made(key, maker)
        return 0
    results = [trial.real()] if options.judge == "test" else []
    for key, maker in chosen.items():
        results.append(trial.result(key, maker))
        tell(_line(results[-1]))
    if options.judge == "test":
        added = {
            chosen[k].name: trial.added(k, chosen[k]) for k in _ADDED if k in chosen and not options.without_adding
        }
        options.out.write_text(page(results, added, trial.sizes(chosen), today()), encoding="utf-8")
        tell(f"Written: {options.out}")
    return 0


def _parser() -> argparse.ArgumentParser:
    names = list(makers())
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.generated_trial", description=__doc__)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="folder of shared data")
    parser.add_argument("--cache", type=Path, default=ROOT / "build" / "generated", help="folder of what is ready")
    parser.add_argument("--peers", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--people", type=int, default=12_000, help="to fit on, and as many kept apart")
    parser.add_argument("--epochs", type=int, nargs=2, default=EPOCHS, metavar=("TVAE", "CTGAN"), help="of these peers")
    parser.add_argument("--judge", choices=("test", "apart"), default="test", help="apart: to choose by; no page")
    parser.add_argument("--rows-only", action="store_true", help="make and keep rows, measure nothing")
    parser.add_argument("--without-adding", action="store_true", help="leave out rows added to small clinics")
    parser.add_argument("--out", type=Path, default=PAGE, help="Markdown to write")
    return parser


class Trial:
    """Measures generators on the same people.

    Args:
        parts: the people.
        judge: "test", or "apart" to choose by.
        kept: where results lie.
    """

    def __init__(self, parts: Parts, judge: str, kept: Kept) -> None:
        self.parts, self.kept, self.rows = parts, kept, len(parts.fit)
        self.judged = parts.test if judge == "test" else parts.apart
        self._fits: RealFits = {}
        self._people = table_hash(parts.fit)
        self._tested = table_hash(self.judged)

    def sizes(self, chosen: dict[str, Maker]) -> dict[str, int]:
        """Of the page's head."""
        ours = next((m for m in chosen.values() if m.role == "ours"), None)
        sizes = {name: len(getattr(self.parts, name)) for name in ("fit", "apart", "test")}
        return {**sizes, "members": len(ours.members(self.parts.fit)) if ours else 0, "rows": self.rows}

    def real(self) -> Result:
        """Other real people, those kept apart, in place of invented ones: as good as it gets."""
        return Result("Other real people", "real", self._use("real", self.parts.apart), None)

    def made(self, key: str, maker: Maker) -> pd.DataFrame:
        """One generator's rows."""
        people = self.parts.fit.iloc[: maker.few] if maker.few else self.parts.fit
        mark = fingerprint(maker.modules, maker.settings, maker.few, self._people, self.rows)
        return self.kept.rows(key, mark, lambda: maker.make(people, self.rows, SEED))

    def result(self, key: str, maker: Maker) -> Result:
        """One generator's rows and cards."""
        rows = self.made(key, maker)
        members = maker.members(self.parts.fit)
        private = fingerprint(_PRIVACY, table_hash(rows), table_hash(members), table_hash(self.parts.apart))
        card = self.kept.figures(
            f"{key}-privacy", private, lambda: privacy_card(rows, members, self.parts.apart, SEED).as_dict()
        )
        return Result(maker.name, maker.role, self._use(key, rows), PrivacyCard.read(card))

    def added(self, key: str, maker: Maker) -> dict[str, Any]:
        """What its rows do beside those of small clinics."""
        mark = fingerprint((*maker.modules, *_USE), maker.settings, self._people, self._tested)
        return self.kept.figures(f"{key}-adding", mark, lambda: adding(self.parts, maker.make, TARGETS[0]))

    def _use(self, key: str, rows: pd.DataFrame) -> UseCard:
        def measured() -> dict[str, Any]:
            card = use_card(
                rows,
                self.parts.fit,
                self.judged,
                TARGETS,
                GROUPS,
                seed=SEED,
                impossible=impossible,
                fits=self._fits,
            )
            return card.as_dict()

        mark = fingerprint(_USE, repr([t.name for t in TARGETS]), table_hash(rows), self._people, self._tested)
        return UseCard.read(self.kept.figures(f"{key}-use", mark, measured))


def _line(result: Result) -> str:
    figures = ", ".join(f"{t.outcome} {signed(t.difference)}" for t in result.boosting)
    attack = "" if result.privacy is None else f", attack {short(result.privacy.membership.auc.value)}"
    return f"{result.name}: {figures}; told apart {short(result.use.detection.auroc)}{attack}"
