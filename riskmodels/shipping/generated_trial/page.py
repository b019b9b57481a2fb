"""docs/generated.md from the figures of the trial."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from riskmodels.generated.privacy.attacks import LIMIT
from riskmodels.generated.privacy.card import PrivacyCard
from riskmodels.generated.use.card import mean_distance
from riskmodels.generated.use.transfer import Transfer
from riskmodels.shipping.adults import GROUPS, TARGETS, VARIABLES, YOUNGEST
from riskmodels.shipping.generated_trial.adding import ADDED, CLINICS, FEW
from riskmodels.shipping.generated_trial.generators import EPOCHS, SETTINGS
from riskmodels.shipping.generated_trial.results import Result, aims, short, signed

_HEAD = """# Invented patients: how well they serve, and what they give away

Written by `python -m riskmodels.shipping.generated_trial`; do not edit. Date: {date}.

- **Table**: adults from {youngest} of NHANES 1999–2018, {variables} variables of the vocabulary as
  `riskmodels/cohorts/nhanes` reads them, with what is not measured, and months followed with how they ended.
- **People**: drawn once. {fit:,} to fit every generator on, {apart:,} kept apart to attack privacy and to choose by,
  {test:,} who decide nothing: the test people of every figure below. Nobody is in two parts.
- **Files**: {rows:,} rows of each generator. *Ours* learns from {members:,} of the {fit:,} and stops by the others.
  Its settings, chosen on the people kept apart: {settings}.
- **Use**: AUROC of boosted trees (fixed settings, nothing tuned) on the same test people, learnt from the file and
  learnt from the real rows: the difference ± its standard error (bootstrap over test people; another draw of the
  generator is not in it). *Told apart*: AUROC of boosted trees that tell the file from test people, on the half they
  were not fitted on.
- **Peers**: the package of TVAE and CTGAN fits {epochs} epochs; one with fewer in its name has not learnt all it could.
- **Privacy**: AUC of the strongest of three membership attacks with its 95 % interval, and rows that are a member's.
  A file with an attack above {limit} or with a copy is refused. Jittered copies and *learnt by heart*
  are controls, to be refused.
"""
_ADDING = """
## Invented rows are not more data

Told diabetes on the test people, learnt from {few} real people, and from these with {added:,} rows that a generator
fitted on the same {few} invented. Mean of {clinics} such clinics; the standard error is of the test people.

"""


def page(results: Sequence[Result], added: Mapping[str, Mapping[str, Any]], sizes: Mapping[str, int], date: str) -> str:
    """The page as Markdown.

    Args:
        results: one a generator, in the order of the tables.
        added: by name of a generator, what :func:`~riskmodels.shipping.generated_trial.adding.adding` found.
        sizes: people ``fit``, ``apart``, ``test``, ``members`` and ``rows``.
        date: ISO.
    """
    head = _HEAD.format(
        date=date,
        youngest=YOUNGEST,
        variables=len(VARIABLES),
        limit=short(LIMIT, 2),
        settings=SETTINGS,
        epochs=EPOCHS[0],
        **sizes,
    )
    text = f"{head}\n## Use and privacy at once\n\n{_both(results)}{_aims(results)}"
    text += f"\n## Learnt from real people\n\n{_real(results)}"
    text += f"\n## Other predictor, other direction\n\n{_other(results)}"
    text += f"\n## How alike\n\n{_alike(results)}\n## Group by group\n\n{_groups(results)}"
    text += f"\n## Privacy in full\n\n{_privacy(results)}"
    if added:
        text += _ADDING.format(few=FEW, added=ADDED, clinics=CLINICS) + _added(added)
    return text


_TITLES = {
    "diabetes": "diabetes",
    "coronary_disease": "coronary",
    "diabetes nobody told": "untold diabetes",
    "prediabetes or diabetes": "prediabetes",
    "cardiovascular death in 10 years": "death",
}


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(titles)} |", f"|---{'|---:' * (len(titles) - 1)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)]) + "\n"


def _both(results: Sequence[Result]) -> str:
    titles = ["file", *_TITLES.values(), "told apart", "impossible", "attack", "copies", "refused"]
    return _table(titles, [_both_row(r) for r in results])


def _both_row(result: Result) -> list[str]:
    use, privacy = result.use, result.privacy
    cells = [result.name, *(_change(t) for t in result.boosting), short(use.detection.auroc)]
    cells.append(f"{100 * use.impossible['invented']:.2f} %")
    if privacy is None:
        return [*cells, "", "", ""]
    attack = privacy.membership.auc
    copies = f"{privacy.copies.copies.number:g}"
    words = f"{short(attack.value)} ({short(attack.low)}–{short(attack.high)})"
    return [*cells, words, copies, "**yes**" if result.refused else "no"]


def _change(found: Transfer) -> str:
    if math.isnan(found.difference):
        return "–"
    return f"{signed(found.difference)} ± {short(found.difference_se)}"


def _aims(results: Sequence[Result]) -> str:
    found = aims(results, LIMIT)
    if not found:
        return ""
    rows = [[aim, words, "reached" if reached else "**short**"] for aim, words, reached in found]
    return "\n" + _table(["aim", "ours", ""], rows)


def _real(results: Sequence[Result]) -> str:
    whole = results[0].use
    titles = ["outcome", "test people", "with it", "boosting", "logistic on ranks", "not seen by the predictor"]
    apart = {target.name: ", ".join(target.apart) for target in TARGETS}
    rows = []
    for found in results[0].boosting:
        other = next(t for t in whole.transfers if t.outcome == found.outcome and t.predictor == "logistic")
        rows.append(
            [
                found.outcome,
                f"{found.people:,}",
                f"{found.events:,}",
                short(found.real),
                short(other.real),
                apart[found.outcome],
            ]
        )
    return _table(titles, rows)


def _other(results: Sequence[Result]) -> str:
    text = "Logistic regression on ranks, learnt from the file: difference to learnt from real rows.\n\n"
    logistic = [[r.name, *(_change(t) for t in r.use.transfers if t.predictor == "logistic")] for r in results]
    text += _table(["file", *_TITLES.values()], logistic)
    text += "\nBoosted trees learnt from real rows, tested on the file: AUROC ± standard error.\n\n"
    back = [[r.name, *(f"{short(t.reverse)} ± {short(t.reverse_se)}" for t in r.boosting)] for r in results]
    return text + _table(["file", *_TITLES.values()], back)


def _alike(results: Sequence[Result]) -> str:
    titles = [
        "file",
        "single columns",
        "pairs",
        "largest pair",
        "patterns",
        "known together",
        "told apart by",
    ]
    text = (
        "Mean distance to test people over columns (Kolmogorov–Smirnov, total variation); mean and largest difference\n"
        "of rank correlations over pairs; total variation between patterns of what is known; mean difference of their\n"
        "correlations. The line of real people is what chance alone makes.\n\n"
    )
    return text + _table(titles, [_alike_row(r) for r in results])


def _alike_row(result: Result) -> list[str]:
    use = result.use
    numbers = (mean_distance(use.marginals), use.pairs.mean, use.pairs.worst, use.masks.distance, use.masks.correlation)
    telling = ", ".join(name for name, _ in use.detection.telling[:3]) if use.detection.low > 0.5 else "nothing"
    return [result.name, *map(short, numbers), telling]


def _groups(results: Sequence[Result]) -> str:
    ours = next((r for r in results if r.role == "ours"), results[0])
    words = (
        f"{ours.name}, boosted trees: AUROC learnt from the file − learnt from real rows; then the share with the\n"
        "outcome, test people → file."
    )
    rows = []
    for column in GROUPS:
        for name in dict.fromkeys(g.group for g in ours.use.groups if g.column == column):
            mine = {g.figures.outcome: g.figures for g in ours.use.groups if (g.column, g.group) == (column, name)}
            label = {"0.0": "women", "1.0": "men"}.get(name, f"{name} years") if column in ("sex", "age") else name
            rows.append([label, *(_group_cell(mine.get(outcome)) for outcome in _TITLES)])
    return f"{words}\n\n" + _table(["group", *_TITLES.values()], rows)


def _group_cell(found: Transfer | None) -> str:
    if found is None:
        return "–"
    shares = f"{100 * found.prevalence_real:.1f} → {100 * found.prevalence_invented:.1f} %"
    return f"{_change(found)}; {shares}"


def _privacy(results: Sequence[Result]) -> str:
    titles = [
        "file",
        "nearer to a member",
        "nearest",
        "density",
        "count",
        "caught at 1 %",
        "equal in what is known",
        "copies",
    ]
    held = [(r, r.privacy) for r in results if r.privacy is not None]
    text = (
        "Invented people nearer to a member than to one of as many others (50 % is ideal); AUC of each attack;\n"
        "members caught by the strongest at one false alarm in a hundred (1 % is guessing); rows equal to a member in\n"
        "all that is known of them, and those of them that say enough to be copies.\n\n"
    )
    text += _table(titles, [_privacy_row(result.name, card) for result, card in held])
    ours = next((card for result, card in held if result.role == "ours"), None)
    return text if ours is None else f"{text}\n{_wrapped('**Ours.** ' + ' '.join(ours.sentences))}"


def _privacy_row(name: str, card: PrivacyCard) -> list[str]:
    attacks = {attack.name: attack for attack in card.membership.attacks}
    strongest = max(attacks.values(), key=lambda attack: attack.auc.value)
    found = [short(attacks[kind].auc.value) for kind in ("nearest", "density", "count")]
    caught = f"{100 * strongest.caught.value:.1f} %"
    equal, copies = f"{card.copies.equal.number:g}", f"{card.copies.copies.number:g}"
    return [name, f"{100 * card.closest.nearer.value:.1f} %", *found, caught, equal, copies]


def _wrapped(text: str, width: int = 125) -> str:
    """A list entry, its lines at most ``width`` long."""
    lines, line = [], "-"
    for word in text.split():
        if len(line) + len(word) + 1 > width:
            lines.append(line)
            line = f"  {word}"
        else:
            line += f" {word}"
    return "\n".join([*lines, line]) + "\n"


def _added(added: Mapping[str, Mapping[str, Any]]) -> str:
    titles = ["invented by", "predictor", "real alone", "with invented", "difference"]
    rows = [
        [
            name,
            kind,
            short(f["real"]),
            short(f["with_invented"]),
            f"{signed(f['difference'])} ± {short(f['difference_se'])}",
        ]
        for name, found in added.items()
        for kind, f in found.items()
    ]
    return _table(titles, rows)
