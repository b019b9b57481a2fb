"""docs/molecules_card.md, written from the card of the models of compounds and nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from riskmodels import ROOT
from riskmodels.imaging.image_report import markdown_table
from riskmodels.model_files.folder import read_card
from riskmodels.molecules.endpoints import BY_NAME, HERG
from riskmodels.molecules.learning.model import HINT, SHIPPED

PAGE = ROOT / "docs" / "molecules_card.md"
NOT_KNOWN = "–"
#: aims of the task by endpoint: RMSE on the test part, or over scaffold folds for hERG
AIMS = {"ppar_gamma": 0.62, "herg": 0.65}
_HEAD = """# Models of compounds

Written by `make train-molecules` from the model's card (`python -m riskmodels molecules card` writes it again); do not
edit. Values are −log10 of mol/L, so an error of 1 is a factor of ten."""


def write_page(folder: Path = SHIPPED, page: Path = PAGE) -> None:
    """Write the page.

    Args:
        folder: of the models.
        page: to write.

    Raises:
        ModelFileError: when the card is damaged.
    """
    page.write_text(molecules_card(read_card(folder, HINT)), encoding="utf-8")


def molecules_card(card: Mapping[str, Any]) -> str:
    """The page as Markdown."""
    return "\n\n".join([_HEAD, *_sections(card)]) + "\n"


def _sections(card: Mapping[str, Any]) -> Iterator[str]:
    yield _facts(card)
    evaluation = card.get("evaluation") or {}
    if evaluation.get("sets"):
        yield _sets(evaluation["sets"])
        yield _published(evaluation["sets"])
    if evaluation.get("herg"):
        yield _herg(evaluation["herg"])
    if evaluation.get("intervals"):
        yield _intervals(evaluation["intervals"], evaluation.get("sets") or {})
    if card.get("choice"):
        yield _choice(card["choice"])
    yield _kernels(card["config"]["endpoints"])
    for title, key in (
        ("Data", "sources"),
        ("Split", "split"),
        ("Looks at the test part", "looks"),
        ("Limits", "limits"),
    ):
        if card.get(key):
            yield f"## {title}\n\n{_listed(card[key])}"


def _listed(told: Any) -> str:
    return told if isinstance(told, str) else "\n".join(f"- {line}" for line in told)


def _facts(card: Mapping[str, Any]) -> str:
    lines = [str(card.get("about", "")), ""]
    lines.append(f"- Version {card['version']}, weights SHA-256 `{card['weights_sha256'][:16]}…`")
    data = card["data"]
    measured = ", ".join(f"{BY_NAME[name].title} {count:,}" for name, count in data["measured"].items())
    lines.append(f"- {data['compounds']:,} measured compounds: {measured}")
    refused = ", ".join(f"{BY_NAME[name].title} {count}" for name, count in data["left_out"].items())
    lines.append(f"- Rows left out, since their structure is refused (mixtures, metals): {refused or 'none'}")
    if "cpu_seconds" in card.get("training", {}):
        lines.append(f"- Trained and judged in {card['training']['cpu_seconds'] / 60:.0f} minutes of one CPU core")
    return "\n".join(lines).strip()


def _number(value: Any, decimals: int = 3) -> str:
    return NOT_KNOWN if value is None else f"{value:.{decimals}f}"


def _sets(sets: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for name, found in sets.items():
        best = found["published"][0]
        best_cliff = min(one["cliff_rmse"] for one in found["published"])
        aim = min(best["rmse"], AIMS.get(name, best["rmse"]))
        rows.append(
            [
                BY_NAME[name].title,
                f"{found['train']:,} / {found['test']:,}",
                f"**{_number(found['rmse'])}**",
                f"{best['rmse']:.3f} ({best['method']})",
                f"{found['rank']} of {len(found['published']) + 1}",
                f"{aim:.3f}: {'reached' if found['rmse'] < aim else 'short'}",
                f"{_number(found['cliff_rmse'])} ({found['cliffs']})",
                f"{best_cliff:.3f}",
                f"{BY_NAME[name].noise:.2f}",
            ]
        )
    heads = ["", "train / test", "RMSE", "best of 24 published", "place", "aim", "RMSE, activity cliffs (n)",
             "best published there", "assays' own noise"]  # fmt: skip
    return (
        "## Five targets, MoleculeACE's own split\n\n"
        f"{markdown_table(heads, rows)}\n\n"
        "The noise is the standard deviation between two laboratories' public values of one compound (sources: "
        "`riskmodels/molecules/endpoints.py`); values of one set, often of one laboratory, differ less."
    )


def _published(sets: Mapping[str, Mapping[str, Any]]) -> str:
    methods = sorted({one["method"] for found in sets.values() for one in found["published"]})
    by_set = {name: {one["method"]: one for one in found["published"]} for name, found in sets.items()}
    mean = {m: sum(by_set[n][m]["rmse"] for n in sets if m in by_set[n]) for m in methods}
    rows = [["**these models**", *(f"**{found['rmse']:.3f} / {found['cliff_rmse']:.3f}**" for found in sets.values())]]
    for method in sorted(methods, key=lambda m: mean[m]):
        told = [by_set[name].get(method) for name in sets]
        rows.append([method, *(f"{one['rmse']:.3f} / {one['cliff_rmse']:.3f}" if one else NOT_KNOWN for one in told)])
    table = markdown_table(["RMSE, all / cliffs", *(BY_NAME[name].title for name in sets)], rows)
    return f"### Beside all published methods\n\n{table}\n\nMoleculeACE's results, repository at commit 7e6de0b."


def _herg(found: Mapping[str, Any]) -> str:
    rows = [
        [
            name,
            _number(one["rmse"]),
            _number(one["r2"]),
            _number(one["auroc_blocker"]),
        ]
        for name, one in found["folds"].items()
    ]
    rows.append(["published: LightGBM, Sato et al. 2021, their cross-validation", "0.630", "0.526", NOT_KNOWN])
    short = found["folds"]["scaffold"]["rmse"]
    aim = f"Aim over scaffold folds: {AIMS['herg']:.2f}, {'reached' if short <= AIMS['herg'] else 'short'}."
    noise = f"The assays' own noise between laboratories is {HERG.noise:.2f} ({HERG.noise_source})."
    table = markdown_table(["left out", "RMSE", "R²", "AUROC, pIC50 ≥ 5"], rows)
    return f"## {HERG.title}, five folds\n\n{table}\n\n{aim} {noise}"


def _intervals(found: Mapping[str, Any], sets: Mapping[str, Any]) -> str:
    heads = ["", "left out", "refused", "coverage inside", "RMSE inside", "half of the interval", "coverage outside",
             "RMSE outside"]  # fmt: skip
    rows = []
    for name, one in found.items():
        rows.append([BY_NAME[name].title, "by scaffold", *_interval_row(one)])
        if name in sets:
            rows.append(["", "MoleculeACE's test part", *_interval_row(sets[name]["intervals"])])
    return (
        "## Intervals of 90 %, and the domain\n\n"
        "Scaffold folds are judged by intervals and bounds that the other folds gave.\n\n" + markdown_table(heads, rows)
    )


def _interval_row(one: Mapping[str, Any]) -> list[str]:
    inside, outside = one["inside"], one["outside"]
    return [
        f"{100 * one['refused']:.1f} %",
        _number(inside["coverage"]),
        _number(inside["rmse"]),
        _number(inside["half_width"], 2),
        _number(outside["coverage"]),
        _number(outside["rmse"]),
    ]


def _choice(choice: Mapping[str, Mapping[str, float]]) -> str:
    rows = [
        [
            BY_NAME[name].title,
            *(_number(one.get(f"rmse_{share}")) for share in (0, 50, 100)),
            {0.0: "process", 0.5: "mean", 1.0: "network"}.get(one["share"], f"{one['share']:.2f}"),
        ]
        for name, one in choice.items()
    ]
    heads = ["RMSE on compounds kept of the training part", "process", "mean", "network", "served"]
    none = (
        "\n\nNowhere was the network, or its mean with the process, better: the process alone is served, and no "
        "network is shipped."
    )
    unused = none if not any(one["share"] for one in choice.values()) else ""
    return f"## What is served\n\n{markdown_table(heads, rows)}{unused}"


def _kernels(endpoints: Mapping[str, Mapping[str, Any]]) -> str:
    rows = []
    for name, one in endpoints.items():
        kernel = one["kernel"]
        shares = " / ".join(f"{share:.2f}" for share in kernel["shares"])
        noise, least = f"{kernel['noise'] ** 0.5:.2f}", f"{one['domain']['least']:.2f}"
        widths = f"{one['domain']['halves'][-1]:.2f}–{one['domain']['halves'][0]:.2f}"
        rows.append([BY_NAME[name].title, shares, noise, least, widths])
    heads = ["", "circular / functional / pairs", "noise, log units", "least likeness", "half of the interval"]
    return f"## The process, as fitted\n\n{markdown_table(heads, rows)}"
