"""Bill of materials of the app, as CycloneDX JSON: what is installed here of what the locks allow.

    python tools/sbom.py --out build/sbom.cdx.json

Each package with its version, its licence as the package itself states it, the SHA-256 of every file that the lock
allows for that release, and what it needs. Runs where nothing but the app is installed, so that the image carries its
own; where CycloneDX's library is installed too, the bill is held against the schema before it is written.
"""

from __future__ import annotations

import argparse
import datetime
import json
import sys
import tomllib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.requirements import Requirement

import locks

SPECIFICATION = "1.6"
#: longest licence that is a name; a longer one is the licence itself, whose kind stands in the classifiers
LONGEST_NAME = 60
UNSTATED = {"", "UNKNOWN"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the bill and say what it holds."""
    parser = argparse.ArgumentParser(description="Bill of materials of the app, as CycloneDX JSON.")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    path: Path = parser.parse_args(arguments).out
    bill = make(datetime.datetime.now(tz=datetime.UTC))
    text = json.dumps(bill, indent=2) + "\n"
    checked = check(text)
    path.write_text(text, encoding="utf-8")
    bare = [part["name"] for part in bill["components"] if "licenses" not in part]
    licences = f"no licence stated by {', '.join(bare)}" if bare else "each states its licence"
    sys.stdout.write(f"sbom: {len(bill['components'])} packages in {path}, {checked}; {licences}\n")
    return 0


def make(now: datetime.datetime, root: Path = locks.ROOT) -> dict[str, Any]:
    """The bill.

    Args:
        now: when it is made.
        root: folder with pyproject.toml, requirements.txt and the locks.

    Returns:
        A CycloneDX document.

    Raises:
        SystemExit: when what is installed is not what the locks say.
    """
    found = {one.name: one for one in installed(allowed(root))}
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    direct = locks.asked((root / "requirements.txt").read_text(encoding="utf-8"))
    app = {"type": "application", "bom-ref": project["name"], "name": project["name"], "version": project["version"],
           "description": project["description"], "licenses": [{"expression": project["license"]["text"]}]}  # fmt: skip
    needs = {name: _needs(name, found) for name in found} | {project["name"]: sorted(found.keys() & direct.keys())}
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "serialNumber": uuid.uuid4().urn,
        "version": 1,
        "metadata": {"timestamp": now.isoformat(timespec="seconds"), "component": app},
        "components": [_component(one) for one in found.values()],
        "dependencies": [
            {"ref": _ref(who, found), "dependsOn": [_ref(other, found) for other in others]}
            for who, others in needs.items()
        ],
    }


def allowed(root: Path) -> list[locks.Locked]:
    """What the app's own locks hold; torch twice, as its two builds."""
    names = [*locks.ASKED["requirements.txt"], locks.CPU_LOCK]
    return [one for name in names for one in locks.read((root / "locks" / name).read_text(encoding="utf-8"))]


def installed(packages: Iterable[locks.Locked]) -> list[locks.Locked]:
    """Those that are installed here, by name.

    Raises:
        SystemExit: when one is installed in a release that is not locked.
    """
    by_name: dict[str, dict[str, locks.Locked]] = {}
    for one in packages:
        by_name.setdefault(one.name, {})[one.version] = one
    here = {locks.normal(each.name): each.version for each in metadata.distributions()}
    strange = [f"{name} {here[name]}" for name in by_name if name in here and here[name] not in by_name[name]]
    if strange:
        raise SystemExit(f"sbom: installed but not locked: {', '.join(strange)}")
    return [by_name[name][here[name]] for name in sorted(by_name) if name in here]


def _component(one: locks.Locked) -> dict[str, Any]:
    stated = metadata.metadata(one.name)
    made = {"type": "library", "bom-ref": _purl(one), "name": one.name, "version": one.version, "purl": _purl(one)}
    licences = licences_of(stated.json)
    files = {
        "type": "distribution",
        "url": f"https://pypi.org/project/{one.name}/{one.version}/#files",
        "comment": "the files that the lock allows for this release",
        "hashes": [{"alg": "SHA-256", "content": digest} for digest in one.hashes],
    }
    if one.version.endswith("+cpu"):
        files["url"] = "https://download.pytorch.org/whl/cpu/torch/"
    return made | ({"licenses": licences} if licences else {}) | {"externalReferences": [files]}


def licences_of(stated: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A package's licence: an SPDX expression where it states one, else the names it gives.

    Args:
        stated: the package's metadata, as JSON.

    Returns:
        As CycloneDX wants it; empty when the package states none.

    Source: PEP 639 (License-Expression), PEP 566 (License and classifiers before it).
    """
    written = str(stated.get("license_expression") or stated.get("license") or "").strip()
    try:
        return [{"expression": str(canonicalize_license_expression(written))}]
    except InvalidLicenseExpression:
        classes = [line.rsplit(" :: ", 1)[-1] for line in stated.get("classifier", ()) if line.startswith("License ::")]
    if written not in UNSTATED and len(written) <= LONGEST_NAME:
        return [{"license": {"name": written}}]
    return [{"license": {"name": name}} for name in classes]


def _needs(name: str, found: Mapping[str, locks.Locked]) -> list[str]:
    asked_for = [Requirement(line) for line in metadata.requires(name) or ()]
    wanted = {locks.normal(one.name) for one in asked_for if one.marker is None or one.marker.evaluate({"extra": ""})}
    return sorted(wanted & found.keys())


def _ref(name: str, found: Mapping[str, locks.Locked]) -> str:
    return _purl(found[name]) if name in found else name


def _purl(one: locks.Locked) -> str:
    return f"pkg:pypi/{one.name}@{quote(one.version)}"


def check(text: str) -> str:
    """Hold a bill against CycloneDX's schema, where its library is installed; what was done, in words.

    Raises:
        SystemExit: when it does not fit.
    """
    try:
        from cyclonedx.schema import SchemaVersion
        from cyclonedx.validation.json import JsonStrictValidator
    except ImportError:
        return "not held against the schema, whose library is not installed"
    flaw = JsonStrictValidator(SchemaVersion.from_version(SPECIFICATION)).validate_str(text)
    if flaw is not None:
        raise SystemExit(f"sbom: not CycloneDX {SPECIFICATION}: {flaw}")
    return f"fits CycloneDX {SPECIFICATION}"


if __name__ == "__main__":
    sys.exit(main())
