"""docs/molecules_optimise.md: matched pairs, generator and the search for better compounds, as they were measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from riskmodels import ROOT
from riskmodels.imaging.image_report import markdown_table
from riskmodels.molecules.better.propose import LEAST_LIKENESS
from riskmodels.molecules.endpoints import ENDPOINTS
from riskmodels.molecules.pairs.evidence import LEAST_PAIRS, Change
from riskmodels.shipping.molecules.generator_trial import AROUND, STARTS, Drawn
from riskmodels.shipping.molecules.optimise_trial import (
    DRAWN,
    MOST_SERIES,
    PICKED,
    Enrichment,
    Picks,
    Trial,
    enrichment,
)
from riskmodels.shipping.molecules.optimise_trial import STARTS as STARTS_OF_SERIES
from riskmodels.shipping.molecules.series import BEST, LEAST_TEST, LEAST_TRAINING

PAGE = ROOT / "docs" / "molecules_optimise.md"
#: of MOSES' variational autoencoder on its own data: validity, unique of 10,000, novelty.
#: Source: Polykovskiy et al., Front Pharmacol 2020;11:565644, table 2
_MOSES = (0.977, 0.998, 0.695)
_CHANGES = 5
#: mean likeness to the start below which draws are told to be hardly like it
_LIKE = 0.4
_HEAD = """# Compounds: matched pairs, the generator, and the search for better ones

Written by `python -m riskmodels molecules optimise`; do not edit. All of it is research, for chemists. **A proposal
is an estimate: it was never made or measured.** Table of pairs and generator learnt from the training parts alone: a
compound of any set's test part is in neither. Models, domain and intervals: docs/molecules_card.md; in the app they
have learnt the test parts as well."""
_PAIRS = f"""## Matched pairs

Two compounds that differ in one fragment (at most 12 heavy atoms, cut at one single bond outside rings) on the same
rest are a pair. A change is told as evidence from {LEAST_PAIRS} pairs on, with the mean difference and its 95 %
interval (Student's t); changes of 3 or 4 pairs suggest variants and are told to be no evidence. The noise of two
measurements is in the spread. Pairs mix laboratories; and of hundreds of changes, one in twenty without any effect
has an interval that leaves out 0: a change chosen because it is the best of many promises too much. The table
(data/reference/molecule_pairs.csv) holds fragments and figures, no compound; of hERG only fragments of at most 8
heavy atoms and {LEAST_PAIRS} pairs, since that collection's licence is not known."""
_LIMITS = """## What it does not do

Fragments are changed at one bond at a time, twice at most; rings are not opened and cores not swapped, except by the
generator. The generator knows no stereochemistry. Whether a proposal can be made is said by a score of parts and
complexity, not by a route. Ranking rests on estimates whose intervals are wider than most gains between neighbours of a
series. Selectivity beyond these six proteins, absorption, metabolism and toxicity are not looked at, but for alerts."""


def write_document(changes: Sequence[Change], card: dict[str, Any], drawn: Drawn, trials: Sequence[Trial]) -> None:
    """Write the page.

    Args:
        changes: the shipped table.
        card: of the shipped generator.
        drawn: what it draws.
        trials: one an endpoint.
    """
    parts = [_HEAD, _PAIRS, _pairs_table(changes), _generator(card, drawn), _trial(trials), _LIMITS, _commands(card)]
    PAGE.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


def _pairs_table(changes: Sequence[Change]) -> str:
    rows = []
    for endpoint in ENDPOINTS:
        own = [change for change in changes if change.endpoint == endpoint.name]
        told = [change for change in own if change.pairs >= LEAST_PAIRS]
        clear = [change for change in told if change.supported]
        rows.append([endpoint.title, f"{len(own):,}", f"{len(told):,}", f"{len(clear):,}"])
    head = ["Endpoint", "Changes shipped", f"with ≥ {LEAST_PAIRS} pairs", "of these, interval without 0"]
    herg = [c for c in changes if c.endpoint == "herg" and c.pairs >= LEAST_PAIRS]
    both = sorted([*herg, *(c.reverse() for c in herg)], key=lambda c: c.supported)[:_CHANGES]
    lines = "\n".join(f"- {change.sentence()}" for change in both)
    return f"{markdown_table(head, rows)}\n\nBest supported for less hERG:\n\n{lines}"


def _generator(card: dict[str, Any], drawn: Drawn) -> str:
    ours = (drawn.valid, drawn.unique, drawn.new)
    names = ("Valid", f"Unique among {drawn.number:,}", "New among the unique")
    table = markdown_table(
        ["", "this generator", "MOSES’ VAE"],
        [[name, f"{own:.3f}", f"{other:.3f}"] for name, own, other in zip(names, ours, _MOSES, strict=True)],
    )
    near = markdown_table(
        ["Radius", "is the start again", f"distinct others in {AROUND} draws", "their mean likeness to the start"],
        [[f"{r:.2f}", f"{same:.2f}", f"{others:.0f}", f"{like:.2f}"] for r, (same, others, like) in drawn.near.items()],
    )
    losses = card["training"]["epochs"][-1]
    return f"""## The generator

A variational autoencoder of SELFIES words (riskmodels/molecules/better/vae.py), learnt from
{card["training_rows"]:,} compounds in {card["training"]["cpu_seconds"]} s of CPU on one core; {losses[1]:.1f} nats a
compound that it did not learn from ({losses[0]:.1f} of those it did, with words hidden). Stereochemistry is left out.

{table}

MOSES' figures (Polykovskiy et al., Front Pharmacol 2020;11:565644) are of another data set, 1.6 million drug-like
compounds of ZINC, and of SMILES, where a row can be invalid: every row of SELFIES is valid, so the first line is a
property of the notation and no skill. Of the distinct compounds {drawn.standard:.3f} have a standard form here;
{drawn.alerted:.2f} of the new ones have a structural alert, {drawn.training_alerted:.2f} of the training compounds.

Around {STARTS} training compounds:

{near}{_weak(card, drawn)}"""


def _weak(card: dict[str, Any], drawn: Drawn) -> str:
    """A plain word where the generator does not draw what is like its start."""
    likeness = drawn.near[min(drawn.near)][2]
    if likeness >= _LIKE:
        return ""
    return (
        f"\n\n**The shipped generator is weak**: after {card['config']['epochs']} epochs it does not spell again what "
        "it reads, and what it draws is hardly like the start. On the page a draw that is less than "
        f"{LEAST_LIKENESS} like its start is put aside and counted. "
        "Rely on the changes by pairs; longer training is the remedy."
    )


def _trial(trials: Sequence[Trial]) -> str:
    known = _table([(trial.endpoint.title, trial.known) for trial in trials])
    ways = (
        ("measured pairs", [picks for trial in trials for picks in trial.by_pairs]),
        ("generator", [picks for trial in trials for picks in trial.by_generator]),
        ("both", [picks for trial in trials for picks in trial.together]),
    )
    return f"""## Looking back: are better compounds that are known found?

A series: compounds of one Bemis–Murcko scaffold, at least {LEAST_TRAINING} in the training part and {LEAST_TEST} in
the test part (MoleculeACE's split). One starts from its weaker half (up to the median of its training values); better
are test compounds above the best quarter of its training values. The models here are Gaussian processes on the
training part **without the stronger half of the series**, fitted anew for each. Enrichment is hits over those
expected of random picks of the same number from the same candidates; in brackets the 95 % interval from drawing
series with replacement (2,000 times).

**Ranking known compounds.** Candidates: the series' test compounds; picked are as many as are better.

{known}

**Making them.** For the {MOST_SERIES} series an endpoint with the most better test compounds: variants of
{STARTS_OF_SERIES} starts spread over the weaker half, by one change of measured pairs, and up to {DRAWN} drawn around
each; ranked by the model, {PICKED} picked a series. A hit is a variant that is, but for stereochemistry, a better
test compound; most other variants are not known to anybody, and count as misses.

{_made(ways)}

The split is random within clusters of like compounds, so a test compound often has near neighbours in training: a new
project will find less. “Best quarter” is {BEST:.2f} of the series' training values."""


def _table(rows: Sequence[tuple[str, Sequence[Picks]]]) -> str:
    every = [*rows, ("all", [picks for _, own in rows for picks in own])]
    head = ["Endpoint", "Series", "Candidates", "Better", "Hits", "By chance", "Enrichment"]
    cells = []
    for name, picks in every:
        found = enrichment(picks)
        numbers = [found.series, found.candidates, found.better, found.hits]
        cells.append([name, *(f"{number:,}" for number in numbers), f"{found.expected:.1f}", _ratio(found)])
    return markdown_table(head, cells)


def _made(ways: Sequence[tuple[str, Sequence[Picks]]]) -> str:
    head = ["Made by", "Series", "Variants", "Better known", "reproduced", "Hits", "By chance", "Enrichment"]
    cells = []
    for name, picks in ways:
        found = enrichment(picks)
        share = f"{found.made} ({100 * found.made / max(1, found.better):.0f} %)"
        counts = [f"{found.series:,}", f"{found.candidates:,}", f"{found.better:,}", share, f"{found.hits:,}"]
        cells.append([name, *counts, f"{found.expected:.1f}", _ratio(found)])
    return markdown_table(head, cells)


def _ratio(found: Enrichment) -> str:
    if found.ratio is None or found.low is None or found.high is None:
        return "not estimable: nothing to be found among the candidates"
    return f"{found.ratio:.2f} ({found.low:.2f}–{found.high:.2f})"


def _commands(card: dict[str, Any]) -> str:
    return f"""## The commands that made these figures

```
python -m riskmodels molecules pairs       # data/reference/molecule_pairs.csv
python -m riskmodels molecules generator   # data/molecule_models/selfies_vae, version {card["version"]}
python -m riskmodels molecules optimise    # this page
```"""
