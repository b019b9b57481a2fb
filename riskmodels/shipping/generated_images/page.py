"""docs/generated_images.md from the figures of the trial."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from riskmodels.generated.images.photos import GRADES
from riskmodels.shipping.generated_images.fit import SMALL
from riskmodels.shipping.generated_images.rare import INVENTED, WAYS
from riskmodels.shipping.generated_images.strange import CAMERA, KIND, VAE
from riskmodels.shipping.generated_images.words import sentences

_HEAD = """# Invented photos of the retina: how good they are, and what they are good for

Written by `python -m riskmodels.shipping.generated_images --shared ../shared`; do not edit. Date: {date}, generator
{version}. **Research, not for diagnosis.** The same figures as JSON: data/reference/generated_images.json.

{found}

- **Generator**: a conditional GAN in the manner of StyleGAN2 (mapping network, modulated convolutions, noise, colours
  added up over the sides, lazy R1, minibatch standard deviation, averaged weights) with adaptive augmentation, 128
  pixels, asked for a grade and a source. It grows: {stages}. {size}
- **Learnt from**: {learnt} training photos of IDRiD (of which 14 mild), and RetinaMNIST's 1,080 training pictures (28
  pixels, therefore only while pictures are small). The {apart} photos of IDRiD's validation and test part are for the
  figures below and chose nothing.
- **Features**: mean of the last map of EfficientNet-Lite0 with ImageNet weights, every picture at 128 pixels. Weights
  of Inception are not to be had from the registry: **FID and KID here cannot be compared with published ones**, such as
  FID {published:.0f} of c-LGAN on IDRiD. What can be compared is a line with the floor, real photos against real ones.
"""


def page(figures: dict[str, Any], card: dict[str, Any]) -> str:
    """The page as Markdown.

    Args:
        figures: all of them.
        card: of the generator.
    """
    gan = card["training"]["gan"]
    stages = ", ".join(f"{s['steps']:,} steps at {s['side']} pixels" for s in gan["stages"])
    done = sum(stage["steps"] for stage in gan["stages"])
    text = _HEAD.format(
        date=card["created"],
        version=card["version"],
        found="\n".join(f"- {line}" for line in (*sentences(figures), *card["limits"])),
        stages=stages,
        size=f"Batches of {gan['batch']}; {done:,} steps; the settings for a CPU have {SMALL[0].steps:,}.",
        published=figures["published_fid"],
        **figures["sizes"],
    )
    text += f"\n## How near to photos\n\n{_distances(figures)}"
    text += f"\n## The rare grades\n\n{_rare(figures['rare'])}"
    text += f"\n## Whether photos are given back\n\n{_memory(figures)}"
    return text + f"\n## Telling strange pictures\n\n{_strange(figures['strange'])}"


def _table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(titles)} |", f"|---{'|---:' * (len(titles) - 1)}|"]
    return "\n".join([*lines, *(f"| {' | '.join(cells)} |" for cells in rows)]) + "\n"


def _distances(figures: dict[str, Any]) -> str:
    words = (
        "FID depends on how many pictures are compared, so only lines of equal sizes can be held against each\n"
        "other; KID (× 1,000, mean ± standard deviation over 100 random subsets of at most 100) does not.\n"
        "Halves: mean of five random ones.\n\n"
    )
    rows = [
        [
            name,
            f"{d['sizes'][0]} and {d['sizes'][1]}",
            f"{d['fid']:.1f}",
            f"{d['kid']:.2f} ± {d['kid_sd']:.2f}".replace("-", "−"),
        ]
        for name, d in figures["distances"].items()
    ]
    fid = f"{figures['published_fid']:.0f}"
    published = ["c-LGAN on IDRiD, published (Inception: **not comparable**)", "–", fid, "–"]
    return words + _table(["compared", "pictures", "FID", "KID"], [*rows, published])


def _rare(trial: dict[str, Any]) -> str:
    words = (
        f"Multinomial logistic regression on the features; {trial['seeds']} bootstrap samples of the training photos,\n"
        "each learnt from in all three ways. Invented photos are added until every grade is as frequent as the most\n"
        "frequent one. Recall on the photos kept apart; differences to real photos alone are of pairs, with 95 %\n"
        "intervals by Student's t: they hold for these very photos, few as they are, and for this one generator.\n\n"
    )
    titles = ["learnt from", *(f"{name} ({_tested(trial, g)})" for g, name in enumerate(GRADES)), "balanced accuracy"]
    grades = range(len(GRADES))
    rows = [[way, *(_recall(trial, way, g) for g in grades), _cell(*trial["accuracy"][way])] for way in WAYS]
    asked = [
        ["invented, grade asked for", *(_share(value) for value in trial["asked"])],
        ["real photos kept apart", *(_share(value) for value in trial["asked_real"])],
    ]
    text = words + _table(titles, rows)
    text += "\nWith invented photos, less real photos with grades weighted equally:\n\n"
    beyond = [row for row in trial["recalls"] if row["way"] == INVENTED]
    text += _table(
        ["", *GRADES], [["difference", *(_difference(row["beyond"], row["beyond_interval"]) for row in beyond)]]
    )
    text += "\nWhether the grade can be seen: found by the classifier of real photos, grades weighted equally.\n\n"
    return text + _table(["pictures", *GRADES], asked)


def _tested(trial: dict[str, Any], grade: int) -> int:
    return next(int(row["tested"]) for row in trial["recalls"] if row["grade"] == grade)


def _recall(trial: dict[str, Any], way: str, grade: int) -> str:
    row = next(row for row in trial["recalls"] if (row["way"], row["grade"]) == (way, grade))
    return _cell(row["recall"], row["difference"], row["interval"])


def _cell(value: float, difference: float, interval: Sequence[float]) -> str:
    if difference == 0 and interval[0] == interval[1] == 0:
        return _share(value)
    return f"{_share(value)}; {_difference(difference, interval)}"


def _difference(value: float, interval: Sequence[float]) -> str:
    return f"{_points(value)} ({' to '.join(_points(end) for end in interval)})"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _points(value: float) -> str:
    return f"{100 * value:+.1f}".replace("-", "−")


def _memory(figures: dict[str, Any]) -> str:
    words = (
        "A picture counts as memorised when it is nearer to a photo that was learnt from than 99 % of the photos\n"
        "kept apart (of other eyes) are to theirs: by features (root mean square, in standard deviations), or by\n"
        "fine detail of the middle (1 − correlation, mirrored or not). The control gives back photos learnt from.\n\n"
    )
    titles = ["pictures", "memorised", "by features", "by detail", "median distance, features", "median, detail"]
    rows = [
        [
            name,
            *(_share(figures[key][part]) for part in ("share", "by_features", "by_detail")),
            *(f"{value:.2f}" for value in figures[key]["medians"]),
        ]
        for name, key in (("invented", "memory"), ("photos given back (control)", "control"))
    ]
    apart = figures["memory"]
    limits = f"limits {apart['limits'][0]:.2f}, {apart['limits'][1]:.2f}"
    rows.append([f"real photos kept apart; {limits}", "–", "–", "–", *(f"{v:.2f}" for v in apart["medians_apart"])])
    return words + _table(titles, rows)


def _strange(strange: dict[str, Any]) -> str:
    words = (
        f"AUROC of telling strange pictures from {strange['photos']} test photos as they are. Autoencoder: −log\n"
        "likelihood and divergence, learnt from the same photos, 128 pixels. Familiarity: both distances of the\n"
        "shipped retina model (riskmodels/imaging/familiarity.py), 448 pixels.\n\n"
    )
    scores = (VAE, KIND, CAMERA)
    rows = [[t["strange"], *(f"{t['auroc'][name]:.2f}" for name in scores)] for t in strange["rows"]]
    rows.append(["**mean over simulated cameras**", *(f"**{strange['mean'][name]:.2f}**" for name in scores)])
    return words + _table(["pictures", *scores], rows)
