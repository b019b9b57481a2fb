"""Which public files of NHANES 1999–2018 are used, and where they are. The table is files.csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).with_name("files.csv")
#: SAS transport files begin so
XPT_BEGINS = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"


@dataclass(frozen=True)
class NhanesFile:
    """One public file.

    Args:
        cycle: ``1999-2000`` … ``2017-2018``.
        name: file name at the CDC.
        variables: the variables taken from it, upper case; empty for linked mortality.
    """

    cycle: str
    name: str
    variables: tuple[str, ...] = ()

    @property
    def relative(self) -> Path:
        """Where it is kept, inside the download folder."""
        return Path(self.cycle) / self.name

    @property
    def begins(self) -> bytes:
        """First bytes of its format; empty where the format has none."""
        return XPT_BEGINS if self.name.endswith(".xpt") else b""


@dataclass(frozen=True)
class Site:
    """Where the files are.

    Args:
        data: address of the XPT files, before ``/<first year>/DataFiles/<name>``.
        mortality: address of the linked mortality files, before ``/<name>``.
    """

    data: str = "https://wwwn.cdc.gov/Nchs/Data/Nhanes/Public"
    mortality: str = "https://ftp.cdc.gov/pub/Health_Statistics/NCHS/datalinkage/linked_mortality"

    @classmethod
    def mirror(cls, base: str) -> Site:
        """A copy of both folders under one address."""
        base = base.rstrip("/")
        return cls(f"{base}/Public", f"{base}/linked_mortality")

    def address(self, file: NhanesFile) -> str:
        """Address of one file."""
        if file.name.endswith(".dat"):
            return f"{self.mortality}/{file.name}"
        return f"{self.data}/{file.cycle[:4]}/DataFiles/{file.name}"


def xpt_files() -> tuple[NhanesFile, ...]:
    """The XPT files of all cycles, in the order of the table."""
    with TABLE.open(newline="") as table:
        rows = list(csv.DictReader(table))
    return tuple(NhanesFile(r["cycle"], f"{r['file']}.xpt", tuple(r["variables"].split())) for r in rows)


def cycles() -> tuple[str, ...]:
    """The ten cycles, oldest first."""
    return tuple(dict.fromkeys(f.cycle for f in xpt_files()))


def mortality_file(cycle: str) -> NhanesFile:
    """The linked mortality file of a cycle (deaths to 31 December 2019)."""
    return NhanesFile(cycle, f"NHANES_{cycle.replace('-', '_')}_MORT_2019_PUBLIC.dat")


def all_files() -> tuple[NhanesFile, ...]:
    """Everything there is to download."""
    return (*xpt_files(), *(mortality_file(c) for c in cycles()))
