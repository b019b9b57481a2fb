"""Named templates of this analyst: a mapping kept as JSON under its columns' fingerprint, recognised next time."""

from __future__ import annotations

import hashlib
from pathlib import Path

from riskmodels.errors import InputError
from riskmodels.interop.layouts import Layout
from riskmodels.interop.mapping import CohortMapping
from riskmodels.records import data_folder
from ui.cohort_jobs import LOCAL

_LONGEST = 60


def folder(owner: str = LOCAL) -> Path:
    """Where an owner's templates lie in the data folder."""
    return data_folder() / "templates" / hashlib.sha256(owner.encode()).hexdigest()[:16]


def saved(owner: str = LOCAL) -> list[Layout]:
    """All templates of an owner, the newest first; files that cannot be read are left out."""
    place = folder(owner)
    paths = sorted(place.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True) if place.is_dir() else []
    found = []
    for path in paths:
        try:
            found.append(Layout.from_json(path.read_text(encoding="utf-8")))
        except (InputError, OSError, ValueError):
            continue
    return found


def save(name: str, mapping: CohortMapping, owner: str = LOCAL) -> Layout:
    """Keep a mapping under a name; one of the same name is replaced.

    Raises:
        InputError: when the name is empty or too long.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST:
        raise InputError(f"A template needs a name of at most {_LONGEST} characters.", hint="Enter one.")
    layout = Layout(plain, mapping)
    place = folder(owner)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _path(plain, owner)
    work = path.with_suffix(".writing")
    work.write_text(layout.to_json(), encoding="utf-8")
    work.replace(path)
    return layout


def remove(name: str, owner: str = LOCAL) -> None:
    """Forget the template of that name."""
    _path(name, owner).unlink(missing_ok=True)


def _path(name: str, owner: str) -> Path:
    return folder(owner) / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.json"
