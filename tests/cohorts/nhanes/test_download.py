"""Downloading NHANES: the table of addresses, the manifest, and what is not downloaded twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from riskmodels.cohorts.fetch import Patience
from riskmodels.cohorts.nhanes.download import Step, download, read_manifest
from riskmodels.cohorts.nhanes.files import NhanesFile, Site, all_files, cycles, mortality_file, xpt_files
from riskmodels.errors import SourceDataError
from riskmodels.runtime.hashes import file_hash

FILES = (NhanesFile("1999-2000", "DEMO.xpt", ("RIDAGEYR",)), mortality_file("1999-2000"))
KEYS = ("1999-2000/DEMO.xpt", "1999-2000/NHANES_1999_2000_MORT_2019_PUBLIC.dat")


@pytest.fixture
def site(website: Any, make_xpt: Callable[..., bytes], make_mortality_line: Callable[..., str]) -> Site:
    website.files["/Public/1999/DataFiles/DEMO.xpt"] = make_xpt({"SEQN": [1.0], "RIDAGEYR": [50.0]})
    line = make_mortality_line(1, 1, 0, None, 24)
    website.files["/linked_mortality/NHANES_1999_2000_MORT_2019_PUBLIC.dat"] = line.encode()
    return Site.mirror(website.address)


class TestTable:
    def test_ten_cycles_with_their_files(self) -> None:
        assert cycles() == tuple(f"{y}-{y + 1}" for y in range(1999, 2019, 2))
        assert len(all_files()) == len(xpt_files()) + 10
        assert len({f.relative for f in all_files()}) == len(all_files())

    def test_addresses_at_the_cdc(self) -> None:
        by_name = {f.name: Site().address(f) for f in all_files()}
        assert by_name["DEMO_J.xpt"] == "https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public/2017/DataFiles/DEMO_J.xpt"
        assert by_name["L40_B.xpt"] == "https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public/2001/DataFiles/L40_B.xpt"
        assert by_name["NHANES_1999_2000_MORT_2019_PUBLIC.dat"] == (
            "https://ftp.cdc.gov/pub/Health_Statistics/NCHS/datalinkage/linked_mortality/"
            "NHANES_1999_2000_MORT_2019_PUBLIC.dat"
        )

    def test_no_variable_stands_in_two_files_of_a_cycle(self) -> None:
        for cycle in cycles():
            names = [v for f in xpt_files() if f.cycle == cycle for v in f.variables]
            assert len(names) == len(set(names))


class TestDownload:
    def test_manifest_records_size_and_hash(self, site: Site, website: Any, tmp_path: Path) -> None:
        records = download(tmp_path, site, files=FILES)
        assert tuple(records) == KEYS
        demo = tmp_path / KEYS[0]
        written = json.loads((tmp_path / "manifest.json").read_text())["files"][KEYS[0]]
        assert written["url"] == f"{website.address}/Public/1999/DataFiles/DEMO.xpt"
        assert (written["bytes"], written["sha256"]) == (demo.stat().st_size, file_hash(demo))
        assert read_manifest(tmp_path) == records

    def test_what_is_there_is_not_downloaded_again(self, site: Site, website: Any, tmp_path: Path) -> None:
        first = download(tmp_path, site, files=FILES)
        asked = len(website.seen)
        assert download(tmp_path, site, files=FILES) == first
        assert len(website.seen) == asked

    @pytest.mark.parametrize("damage", [b"x", None], ids=["changed", "longer"])
    def test_damaged_file_is_downloaded_again(self, damage: bytes | None, site: Site, tmp_path: Path) -> None:
        download(tmp_path, site, files=FILES)
        demo = tmp_path / KEYS[0]
        whole = demo.read_bytes()
        demo.write_bytes(damage + whole[1:] if damage else whole + b"more")
        download(tmp_path, site, files=FILES)
        assert demo.read_bytes() == whole

    def test_a_failure_keeps_what_had_arrived(self, site: Site, website: Any, tmp_path: Path) -> None:
        website.plan("/linked_mortality/NHANES_1999_2000_MORT_2019_PUBLIC.dat", "503")
        once = Patience(attempts=1)
        with pytest.raises(SourceDataError, match="answered 503"):
            download(tmp_path, site, files=FILES, patience=once)
        assert tuple(read_manifest(tmp_path)) == KEYS[:1]
        download(tmp_path, site, files=FILES, patience=once)
        assert tuple(read_manifest(tmp_path)) == KEYS
        assert [path for path, _ in website.seen].count("/Public/1999/DataFiles/DEMO.xpt") == 1

    def test_progress_names_file_and_bytes(self, site: Site, tmp_path: Path) -> None:
        steps: list[Step] = []
        records = download(tmp_path, site, steps.append, files=FILES)
        assert steps[-1] == Step(KEYS[1], 2, 2, records[KEYS[1]].bytes, records[KEYS[1]].bytes)
        assert {s.text for s in steps} == set(KEYS)
