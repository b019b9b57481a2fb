"""Named templates of the analyst at the screen: a mapping kept as JSON, recognised next time by its columns."""

from __future__ import annotations

import hashlib
from pathlib import Path

from riskmodels.errors import InputError
from riskmodels.interop.columns.layouts import Layout
from riskmodels.interop.columns.mapping import CohortMapping
from riskmodels.records import data_folder
from ui.cohort.jobs import owner

_LONGEST = 60


def folder() -> Path:
    """Where the templates of the person at the screen lie; the name is a hash, whatever the account's id holds."""
    return data_folder() / "templates" / hashlib.sha256(owner().encode()).hexdigest()[:16]


def saved() -> list[Layout]:
    """All templates of the person, the newest first; files that cannot be read are left out."""
    place = folder()
    paths = sorted(place.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True) if place.is_dir() else []
    found = []
    for path in paths:
        try:
            found.append(Layout.from_json(path.read_text(encoding="utf-8")))
        except (InputError, OSError, ValueError):
            continue
    return found


def save(name: str, mapping: CohortMapping) -> Layout:
    """Keep a mapping under a name; one of the same name is replaced.

    Raises:
        InputError: when the name is empty or too long.
    """
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST:
        raise InputError(f"A template needs a name of at most {_LONGEST} characters.", hint="Enter one.")
    layout = Layout(plain, mapping)
    place = folder()
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = _path(plain)
    work = path.with_suffix(".writing")
    work.write_text(layout.to_json(), encoding="utf-8")
    work.replace(path)
    return layout


def remove(name: str) -> None:
    """Forget the template of that name."""
    _path(name).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return folder() / f"{hashlib.sha256(name.encode()).hexdigest()[:24]}.json"
