"""Whether the app is ready: every outcome has a model that loads, answers and explains its own answer, and what the
models stand on (:mod:`riskmodels.shipping.site_checks`) holds.

``python -m riskmodels selfcheck`` ends with 0 when it is and with 1 when not: a readiness probe.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from riskmodels import ROOT, SAMPLES
from riskmodels.errors import CareRiskError
from riskmodels.outcomes import OUTCOMES
from riskmodels.shipping.site_checks import (
    Check,
    database_checks,
    folder_checks,
    server_check,
    settings_check,
    sign_in_check,
)

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: largest accepted distance between an explanation's sum and the log-odds shown
LARGEST_GAP = 1e-5
_PERSON = pd.DataFrame({"age": [55.0], "sex": [0.0], "systolic_bp": [140.0], "chest_pain_type": [1.0]})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="one JSON object, for machines")
    parser.add_argument("--quick", action="store_true", help="leave the models out: for a probe every minute")
    parser.add_argument("--server", metavar="ADDRESS", help="ask a running app too, e.g. http://127.0.0.1:8501")


def selfcheck_command(options: argparse.Namespace, models: Path, say: Callable[[str], None]) -> int:
    """Check all that was asked for and say what was found.

    Args:
        options: as :func:`add_arguments` names them.
        models: folder of the shipped models.
        say: told line by line.

    Returns:
        0 when everything passed, else 1.
    """
    found = all_checks(models, quick=options.quick, server=options.server or "")
    for line in [as_json(found)] if options.json else as_lines(found):
        say(line)
    return 0 if ready(found) else 1


def all_checks(models: Path, *, quick: bool = False, server: str = "") -> list[Check]:
    """Everything that must hold before a patient's data are entered.

    Args:
        models: folder of the shipped models.
        quick: leave models and device out, and with them seconds of loading.
        server: address of a running app that must answer too; not asked when empty.
    """
    found = (
        [] if quick else [*checks(models), *version_checks(models), *image_checks(), *signal_checks(), device_check()]
    )
    found += [*database_checks(), *folder_checks(), sign_in_check(), settings_check()]
    return [*found, server_check(server)] if server else found


def ready(found: Iterable[Check]) -> bool:
    """Whether all passed."""
    return all(check.passed for check in found)


def as_lines(found: Iterable[Check]) -> list[str]:
    """For people: one line a check, then the verdict."""
    every = list(found)
    words = {True: "ok  ", False: "FAIL"}
    lines = [f"{'warn' if c.passed and c.caution else words[c.passed]} {c.name}: {c.detail}" for c in every]
    return [*lines, "ready" if ready(every) else "not ready"]


def as_json(found: Iterable[Check]) -> str:
    """For machines: ``{"ready": true, "checks": [{"name": …, "passed": …, "caution": …, "detail": …}, …]}``."""
    every = list(found)
    return json.dumps({"ready": ready(every), "checks": [vars(check) for check in every]}, ensure_ascii=False)


def checks(folder: Path) -> list[Check]:
    """Load every shipped model and ask it for one estimate with its reasons.

    Args:
        folder: holds one folder a model.
    """
    from riskmodels.tabular.model import load_shipped

    try:
        models = load_shipped(folder)
    except CareRiskError as error:
        return [Check("models", False, str(error))]
    results = [_check_model(model) for model in models.values()]
    served = {outcome for model in models.values() for outcome in model.outcomes}
    missing = [o.name for o in OUTCOMES if o.name not in served]
    return [*results, Check("outcomes", not missing, f"no model for {', '.join(missing)}" if missing else "all served")]


def version_checks(folder: Path) -> list[Check]:
    """Load every recalibrated version that is in force instead of the shipped model.

    Args:
        folder: of the shipped models, whose names count.
    """
    from riskmodels.tabular.versions import SHIPPED_VERSION, VersionStore

    results, store = [], VersionStore()
    for name in sorted(path.parent.name for path in folder.glob("*/card.json")):
        try:
            chosen = store.chosen(name)
            if chosen != SHIPPED_VERSION:
                results.append(_check_model(store.load(name, chosen), f"{name} in force"))
        except CareRiskError as error:
            results.append(Check(f"{name} in force", False, str(error)))
    return results


def image_checks() -> list[Check]:
    """Load every image model; the retina model must read the sample photo without refusing it."""
    from riskmodels.imaging.model import HINT, SHIPPED
    from riskmodels.imaging.picture import open_picture
    from riskmodels.imaging.registry import find_models
    from riskmodels.model_files.folder import CARD, read_card

    results = []
    for path in sorted(SHIPPED.glob(f"*/{CARD}")):  # one that cannot be read is not offered, and would not be missed
        try:
            read_card(path.parent, HINT)
        except CareRiskError as error:
            results.append(Check(path.parent.name, False, str(error)))
    for name, found in find_models().items():
        try:
            refused = ""
            model, photo = found.load(), SAMPLES / (found.card.get("sample") or "none")
            if photo.is_file():
                refused = model.read(open_picture(photo.read_bytes())).refused
            results.append(Check(name, not refused, refused or f"version {found.card['version']}"))
        except CareRiskError as error:
            results.append(Check(name, False, str(error)))
    return results


def signal_checks(folder: Path = ROOT / "data" / "signal_models") -> list[Check]:
    """Load the models of signals.

    Args:
        folder: with a folder a model.
    """
    from riskmodels.signals.ectopy.model import VentricularModel
    from riskmodels.signals.forecast.model import ForecastModel

    loads: dict[str, type[ForecastModel] | type[VentricularModel]]
    loads = {"glucose_forecast": ForecastModel, "ventricular": VentricularModel}
    results = []
    for name, model in loads.items():
        try:
            results.append(Check(name, True, f"version {model.load(folder / name).card['version']}"))
        except CareRiskError as error:
            results.append(Check(name, False, str(error)))
    return results


def device_check() -> Check:
    """Whether the device that models compute on adds up."""
    import torch

    from riskmodels.tabular.device import choose_device

    device = choose_device()
    try:
        right = float(torch.ones(8, device=device).sum()) == 8.0
    except RuntimeError:
        return Check(
            "device", False, f"{device} does not compute: check its driver, or hide it (CUDA_VISIBLE_DEVICES=)"
        )
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else f"{torch.get_num_threads()} threads"
    return Check("device", right, f"{device}, {name}")


def database_check() -> Check:
    """The first of :func:`riskmodels.shipping.site_checks.database_checks`."""
    return database_checks()[0]


def _check_model(model: RiskModel, name: str = "") -> Check:
    refused = [o for o in model.outcomes if model.predict(_PERSON).refused.iloc[0][o]]
    gap = max(float(model.explain(_PERSON, outcome).gap.max()) for outcome in model.outcomes)
    passed = not refused and gap < LARGEST_GAP
    detail = f"version {model.version}, on {model.device}, explanation gap {gap:.1e}"
    return Check(name or model.name, passed, detail if not refused else f"{detail}, refuses {', '.join(refused)}")


__all__ = [
    "Check",
    "add_arguments",
    "all_checks",
    "as_json",
    "as_lines",
    "checks",
    "database_check",
    "device_check",
    "image_checks",
    "ready",
    "selfcheck_command",
    "signal_checks",
    "version_checks",
]
