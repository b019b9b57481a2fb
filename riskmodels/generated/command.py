"""``python -m riskmodels generate fit|sample|write``: arguments in; a generator, invented people and their cards out.

Nothing leaves without its cards, nothing leaves that its privacy card refuses, and nothing is overwritten unasked.
"""

from __future__ import annotations

import argparse
import datetime
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from riskmodels.errors import InputError
from riskmodels.runtime.arguments import Say, refuse_existing

if TYPE_CHECKING:
    import pandas as pd

    from riskmodels.generated.learning.generator import Generator
    from riskmodels.generated.written.cards import Cards
    from riskmodels.generated.written.people import Written
    from riskmodels.generated.written.write import Form


def generate_command(options: argparse.Namespace, say: Say) -> int:
    """Run one of the commands.

    Args:
        options: as :mod:`riskmodels.cli.generated` names them.
        say: told line by line.

    Returns:
        0.

    Raises:
        CareRiskError: what was wrong, or why a file is refused, in words.
    """
    import torch

    torch.set_num_threads(1)  # faster on products this small, and the same sums whatever the number of cores
    {"fit": fit_command, "sample": sample_command, "write": write_command}[options.step](options, say)
    return 0


def fit_command(options: argparse.Namespace, say: Say) -> None:
    """Learn from a file, judge what it invents, and keep the generator unless that is refused.

    Raises:
        CareRiskError: what was wrong; or the privacy card's refusal, after the cards were written.
    """
    from riskmodels.generated.make import config_of, make
    from riskmodels.generated.privacy.budget import Budget
    from riskmodels.generated.read import read_file
    from riskmodels.generated.written.cards import write_cards

    refuse_existing(options.out, options.overwrite)
    budget = None if options.epsilon is None else Budget.of(options.epsilon)
    people = read_file(options.data, options.mapping)
    table = _without(people.table, options.leave_out)
    say(f"{len(table):,} people, {table.shape[1]} columns: {', '.join(map(str, table))}.")
    for line in (*(f"Left out: “{name}”: {why}." for name, why in people.left_out.items()), *people.remarks):
        say(line)
    config, start = config_of(options.steps, options.seed, private=budget is not None), time.monotonic()
    asked = {"rows": options.rows or 0, "outcomes": options.outcome, "budget": budget, "device": options.device}
    made = make(table, config, **asked, tell=_Every(say, start).tell)
    for sentence in (*made.cards.privacy.sentences, *made.cards.use.sentences):
        say(sentence)
    options.out.mkdir(parents=True, exist_ok=True)
    if made.cards.privacy.refusal:
        _forget(options.out)
        write_cards(made.cards, options.out, folder=True)
        say(f"Written: the cards in {options.out}. The generator is not kept.")
        made.cards.refuse()
    made.generator.card["left_out"] = people.left_out
    made.generator.save(options.out)
    write_cards(made.cards, options.out, folder=True)
    say(f"Written: {options.out}. Invent people: python -m riskmodels generate sample --model {options.out} …")


def sample_command(options: argparse.Namespace, say: Say) -> None:
    """Invent people as CSV, their cards beside them: those of the generator, or with ``--data`` of these very people.

    Raises:
        CareRiskError: what was wrong; the refusal of a generator whose card refuses it.
    """
    from riskmodels.generated.written.write import Form

    refuse_existing(options.out, options.overwrite)
    generator, cards = _opened(options.model)
    table = _drawn(generator, options)
    cards = _judged(table, generator, cards, options) if options.data else _of_others(cards, table, options.given)
    cards.refuse()
    _write(table, cards, Form.CSV, options, say)


def write_command(options: argparse.Namespace, say: Say) -> None:
    """Write invented people in a form, their cards with them.

    Raises:
        CareRiskError: what was wrong; people without cards, or whose card refuses them.
    """
    from riskmodels.generated.read import read_invented
    from riskmodels.generated.written.cards import read_cards
    from riskmodels.generated.written.write import Form

    if options.bundles and options.form != "fhir":
        raise InputError("--bundles goes with --as fhir.", hint="Leave it out.")
    refuse_existing(options.out, options.overwrite)
    form = Form.BUNDLES if options.bundles else Form(options.form)
    if options.model:
        generator, cards = _opened(options.model)
        table = _drawn(generator, options)
        cards = _of_others(cards, table, options.given)
    else:
        if options.given:
            raise InputError("--given goes with --model.", hint="Leave it out.")
        cards = read_cards(options.data, folder=False)
        cards.refuse()
        table = read_invented(options.data)
    _write(table, cards, form, options, say)


def _opened(folder: Path) -> tuple[Generator, Cards]:
    """A generator and its cards, unless they refuse it."""
    from riskmodels.generated.learning.generator import Generator
    from riskmodels.generated.written.cards import read_cards

    cards = read_cards(folder, folder=True)
    cards.refuse()
    return Generator.load(folder), cards


def _drawn(generator: Generator, options: argparse.Namespace) -> pd.DataFrame:
    return generator.sample(options.rows, options.seed, given_of(options.given))


def given_of(pairs: Sequence[str]) -> dict[str, float | str]:
    """``sex=female`` → code 0; ``smoking=current`` → 2; ``age=60`` → 60; what is no number stays a word.

    Raises:
        InputError: when one has no equals sign, or no such answer.
    """
    from riskmodels.vocabulary import VOCABULARY

    found: dict[str, float | str] = {}
    for pair in pairs:
        name, equals, word = (part.strip() for part in pair.partition("="))
        if not equals or not name:
            raise InputError(f"“{pair}” is no NAME=VALUE.", hint="Write sex=female.")
        codes = {c.word: c.code for c in VOCABULARY[name].choices} if name in VOCABULARY else {}
        if codes and word not in codes:
            raise InputError(f"“{word}” is no answer of {name}.", hint=f"Write one of {', '.join(codes)}.")
        found[name] = codes.get(word, _number(word))
    return found


def _number(word: str) -> float | str:
    try:
        return float(word)
    except ValueError:
        return word


def _of_others(cards: Cards, table: pd.DataFrame, given: Sequence[str]) -> Cards:
    """A generator's cards for other people that it drew."""
    which = f", given {' and '.join(given)}," if given else ""
    about = f"{cards.about} This file holds {len(table):,} other people whom the same generator drew{which} later."
    return replace(cards, about=about)


def _judged(table: pd.DataFrame, generator: Generator, cards: Cards, options: argparse.Namespace) -> Cards:
    """The cards of these very people, held against the file that the generator was fitted on.

    Raises:
        InputError: when it is another file.
    """
    from riskmodels.generated.learning.generator import split_rows
    from riskmodels.generated.learning.layout import Layout
    from riskmodels.generated.learning.training import GeneratorConfig
    from riskmodels.generated.make import judge
    from riskmodels.generated.read import read_file

    config, names = GeneratorConfig(**generator.card["config"]), generator.layout.names
    real = read_file(options.data, options.mapping).table
    parts = split_rows(real[names], config) if set(names) <= set(real) else None
    if parts is None or Layout.of(parts.members) != generator.layout:
        raise InputError(
            f"{options.data.name} is not the file that the generator was fitted on.", hint="Name that file."
        )
    return judge(table, parts, [t.outcome for t in cards.use.transfers if t.predictor == "boosting"], config.seed)


def _write(table: pd.DataFrame, cards: Cards, form: Form, options: argparse.Namespace, say: Say) -> None:
    """The people, with the cards beside the file or folder."""
    from riskmodels.generated.written.cards import write_cards
    from riskmodels.generated.written.write import write_table

    at = getattr(options, "at", None) or datetime.datetime.now(datetime.UTC).date()
    written = write_table(table, form, options.out, at)
    write_cards(cards, options.out, folder=False)
    for line in _told(written, options.out):
        say(line)


def _told(written: Written, out: Path) -> list[str]:
    lines = [f"Not written: {name}: {why}." for name, why in written.not_carried.items()]
    return [*lines, f"Written: {written.people:,} invented people in {out}, with their cards."]


def _without(table: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    unknown = [name for name in names if name not in table]
    if unknown:
        raise InputError(
            f"There is no column “{unknown[0]}” to leave out.", hint=f"There are {', '.join(map(str, table))}."
        )
    return table.drop(columns=list(names))


def _forget(folder: Path) -> None:
    """Take away a generator of before: beside cards that refuse, it would look like theirs."""
    for name in ("model.safetensors", "card.json"):
        (folder / name).unlink(missing_ok=True)


class _Every:
    """Says how far it is, not more often than every five seconds."""

    def __init__(self, say: Say, start: float) -> None:
        self._say, self._start, self._last = say, start, float("-inf")

    def tell(self, share: float, words: str) -> None:
        """Told a share and words."""
        now = time.monotonic()
        if now - self._last >= 5 or share >= 1:
            self._last = now
            self._say(f"[{now - self._start:4.0f} s, {100 * share:3.0f} %] {words}")
