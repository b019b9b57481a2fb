"""The bill of materials: whole, true to the locks, in CycloneDX's own words."""

from __future__ import annotations

import datetime
import json
import re
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
import sbom

import locks

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)


@pytest.fixture(scope="module")
def bill() -> dict[str, Any]:
    return sbom.make(NOW)


def part(bill: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = [one for one in bill["components"] if one["name"] == name]
    return found


class TestBill:
    def test_it_fits_the_schema(self, bill: dict[str, Any]) -> None:
        assert sbom.check(json.dumps(bill)) == "fits CycloneDX 1.6"

    def test_it_names_what_it_is_the_bill_of(self, bill: dict[str, Any]) -> None:
        (version,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
        assert (bill["metadata"]["component"]["name"], bill["metadata"]["component"]["version"]) == (
            "carerisk",
            version,
        )

    def test_every_requirement_of_the_app_is_in_it_as_it_is_installed(self, bill: dict[str, Any]) -> None:
        for name in locks.asked((ROOT / "requirements.txt").read_text()):
            assert part(bill, name)["version"] == metadata.version(name)

    def test_tools_of_the_developers_are_not(self, bill: dict[str, Any]) -> None:
        assert not {"pytest", "ruff", "pip", "ray"} & {one["name"] for one in bill["components"]}

    def test_each_package_has_the_hashes_of_its_lock(self, bill: dict[str, Any]) -> None:
        locked = {(one.name, one.version): set(one.hashes) for one in sbom.allowed(ROOT)}
        for one in bill["components"]:
            (files,) = one["externalReferences"]
            assert {each["content"] for each in files["hashes"]} == locked[one["name"], one["version"]]

    def test_each_package_has_a_licence(self, bill: dict[str, Any]) -> None:
        assert [one["name"] for one in bill["components"] if "licenses" not in one] == []

    def test_it_says_who_needs_whom(self, bill: dict[str, Any]) -> None:
        needs = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
        pandas, numpy = part(bill, "pandas")["bom-ref"], part(bill, "numpy")["bom-ref"]
        assert numpy in needs[pandas]
        assert pandas in needs["carerisk"]
        assert part(bill, "mpmath")["bom-ref"] not in needs["carerisk"]


class TestCommand:
    def test_file_is_written_and_its_content_told(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert sbom.main(["--out", str(tmp_path / "bill.json")]) == 0
        count = len(json.loads((tmp_path / "bill.json").read_text())["components"])
        assert f"sbom: {count} packages" in capsys.readouterr().out

    def test_bill_that_does_not_fit_the_schema_is_not_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bill: dict[str, Any]
    ) -> None:
        monkeypatch.setattr(sbom, "make", lambda now: bill | {"components": [{"type": "spanner", "name": "numpy"}]})
        with pytest.raises(SystemExit, match="not CycloneDX"):
            sbom.main(["--out", str(tmp_path / "bill.json")])
        assert not (tmp_path / "bill.json").exists()

    def test_release_that_is_not_locked_stops_it(self) -> None:
        other = locks.Locked("numpy", "0.0.1", "", (), (), "")
        with pytest.raises(SystemExit, match=f"numpy {metadata.version('numpy')}"):
            sbom.installed([other])


class TestLicence:
    def test_expression_is_told_as_one(self) -> None:
        assert sbom.licences_of({"license_expression": "MIT OR Apache-2.0"}) == [{"expression": "MIT OR Apache-2.0"}]

    def test_name_that_is_an_expression_is_told_as_one(self) -> None:
        assert sbom.licences_of({"license": "BSD-3-Clause"}) == [{"expression": "BSD-3-Clause"}]

    def test_other_name_is_told_as_it_stands(self) -> None:
        assert sbom.licences_of({"license": "MIT License"}) == [{"license": {"name": "MIT License"}}]

    def test_text_of_a_licence_gives_way_to_its_kind(self) -> None:
        stated = {"license": "Redistribution and use … " * 40, "classifier": ["License :: OSI Approved :: BSD License"]}
        assert sbom.licences_of(stated) == [{"license": {"name": "BSD License"}}]

    @pytest.mark.parametrize("stated", [{}, {"license": "UNKNOWN"}, {"license": ""}])
    def test_none_is_told_as_none(self, stated: dict[str, str]) -> None:
        assert sbom.licences_of(stated) == []
