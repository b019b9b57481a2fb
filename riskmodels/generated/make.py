"""Real people in; a generator, invented people, their two cards and what these are drawn from out, in one go.

The people that the cards need are held here alone: neither the generator nor what is written keeps any of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pandas as pd

from riskmodels.errors import InputError
from riskmodels.generated.learning.generator import Generator, Parts, fit_generator, split_rows
from riskmodels.generated.learning.relations import impossible
from riskmodels.generated.learning.training import GeneratorConfig, GeneratorEpoch
from riskmodels.generated.pictures import Pictures, pictures
from riskmodels.generated.privacy.budget import Budget
from riskmodels.generated.privacy.card import privacy_card
from riskmodels.generated.private.fit import PRIVATE, fit_private
from riskmodels.generated.use.card import use_card
from riskmodels.generated.use.transfer import Target
from riskmodels.generated.written.cards import Cards
from riskmodels.outcomes import OUTCOME
from riskmodels.runtime.progress import Tell, silent
from riskmodels.vocabulary import CARDIOVASCULAR_HISTORY

#: outcomes whose prediction is tried when none is named
MOST_OUTCOMES = 3
#: people with, and without, an outcome for its prediction to be tried
LEAST_EVENTS = 50
#: age bands in which prediction is tried apart, by their lower bounds after the first
_AGES = (45.0, 65.0)
_FIT, _DRAW, _PRIVACY = 0.6, 0.65, 0.8
#: rounds after which the time that is left can be told
_ROUNDS_TOLD = 3


@dataclass(frozen=True)
class Made:
    """What was made of a table.

    Args:
        generator: fitted.
        invented: people it drew, as many as it was fitted on unless another number was asked for.
        cards: of these very people.
        drawn: what the cards' pictures show.
    """

    generator: Generator
    invented: pd.DataFrame = field(repr=False)
    cards: Cards
    drawn: Pictures


def config_of(steps: int | None = None, seed: int | None = None, *, private: bool = False) -> GeneratorConfig:
    """The choices of a fit, with what is asked for in their place.

    Args:
        steps: of learning at most: where they are fewer than usual, no number of epochs makes them more.
        seed: of everything drawn.
        private: whether it is a fit with differential privacy.
    """
    usual = PRIVATE if private else GeneratorConfig()
    asked = usual.steps if steps is None else steps
    least = usual.least_epochs if asked >= usual.steps else 1
    return replace(usual, steps=asked, least_epochs=least, seed=usual.seed if seed is None else seed)


def make(
    table: pd.DataFrame,
    config: GeneratorConfig | None = None,
    *,
    rows: int = 0,
    outcomes: Sequence[str] = (),
    budget: Budget | None = None,
    device: str | None = None,
    tell: Tell = silent,
) -> Made:
    """Fit a generator to real people, draw invented ones, and judge them.

    Args:
        table: of :func:`riskmodels.generated.read.read_file`.
        config: of the fit.
        rows: invented people; as many as the generator is fitted on when 0.
        outcomes: yes/no columns whose prediction is tried for the use card; :func:`outcomes_of` when empty.
        budget: of differential privacy, which is kept; without it when None.
        device: "cpu", "cuda", "mps"; the best there is when None.
        tell: told how far it is; may raise to stop.

    Raises:
        InputError: when a column cannot be invented, an outcome is none, or there are too few people for the cards.
        TrainingError: when there are too few people to learn from, or what a private fit needs is not installed.
    """
    config = config or (PRIVATE if budget else GeneratorConfig())
    named = outcomes or outcomes_of(table)
    _refuse_outcomes(table, outcomes)

    def epoch(done: GeneratorEpoch) -> None:
        tell(_FIT * done.epoch / done.epochs, f"Learning, round {done.epoch} of at most {done.epochs}{_left(done)}")

    tell(0.0, "Learning")
    if budget:
        generator = fit_private(table, budget, config, progress=epoch, device=device)
        spent = Budget(generator.card["privacy"]["epsilon"], generator.card["privacy"]["delta"])
    else:
        generator, spent = fit_generator(table, config, epoch, device), None
    tell(_FIT, "Inventing people")
    parts = split_rows(table, config)
    invented = generator.sample(rows or len(parts.members), config.seed)
    cards = judge(invented, parts, named, config.seed, tell, spent)
    return Made(generator, invented, cards, pictures(parts.others, invented))


def _left(done: GeneratorEpoch) -> str:
    """How long the learning takes at most from here on, once that can be told."""
    if done.epoch < _ROUNDS_TOLD:
        return ""
    minutes = done.seconds_left / 60
    return f", at most {minutes:.0f} min more" if minutes >= 1.5 else f", at most {done.seconds_left:.0f} s more"


def judge(
    invented: pd.DataFrame,
    parts: Parts,
    outcomes: Sequence[str],
    seed: int,
    tell: Tell = silent,
    spent: Budget | None = None,
) -> Cards:
    """Both cards of invented people.

    Args:
        invented: as drawn.
        parts: of the real people.
        outcomes: yes/no columns.
        seed: of what is drawn.
        tell: told how far it is.
        spent: of differential privacy by the fit; None for a fit without.

    Raises:
        InputError: when there are too few people.
    """
    tell(_DRAW, "Attacking their privacy")
    privacy = privacy_card(invented, parts.members, parts.others, seed, spent)
    tell(_PRIVACY, "Trying what they serve for")
    groups: dict[str, tuple[float, ...]] = {"sex": (), "age": _AGES}
    use = use_card(
        invented,
        parts.members,
        parts.others,
        [Target(name, _apart(name, parts.members)) for name in outcomes],
        {name: bands for name, bands in groups.items() if name in parts.members},
        seed=seed,
        impossible=impossible,
    )
    tell(1.0, "Done")
    return Cards(privacy, use, f"These figures are of the {len(invented):,} invented people that were judged.")


def outcomes_of(table: pd.DataFrame) -> tuple[str, ...]:
    """Yes/no columns whose prediction is worth trying: diseases that the app knows, else the commonest."""
    yes_no = [str(name) for name in table if _is_tried(table[name])]
    rarer = sorted(yes_no, key=lambda name: -min(table[name].mean(), 1 - table[name].mean()))
    known = [name for name in (*OUTCOME, *CARDIOVASCULAR_HISTORY, "hypertension") if name in rarer]
    return tuple(dict.fromkeys(known or [name for name in rarer if name != "sex"]))[:MOST_OUTCOMES]


def _is_tried(cells: pd.Series) -> bool:
    known = cells.dropna()
    if not pd.api.types.is_numeric_dtype(known) or not known.isin((0.0, 1.0)).all():
        return False
    return bool(min(known.sum(), (1 - known).sum()) >= LEAST_EVENTS)


def _refuse_outcomes(table: pd.DataFrame, outcomes: Sequence[str]) -> None:
    for name in outcomes:
        if name not in table or not _is_tried(table[name]):
            raise InputError(
                f"“{name}” is no yes/no column with at least {LEAST_EVENTS} people of either answer.",
                hint="Name another outcome.",
            )


def _apart(name: str, table: pd.DataFrame) -> tuple[str, ...]:
    """Columns of the table that define an outcome of the app's or follow from it."""
    return tuple(
        column for column in (OUTCOME[name].not_inputs if name in OUTCOME else ()) if column in table and column != name
    )
