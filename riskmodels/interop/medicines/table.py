"""The substances of substances.csv: each with its ATC code and what it is called.

Codes and INN are of the WHO's ATC/DDD index (2026). ``other`` are USAN, BAN and other ways to write it; ``brands`` were
found in the vocabularies of DrugBank and MedlinePlus, ``brands_unconfirmed`` and the Chinese names are from memory.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True)
class Substance:
    """One substance, or a combination that has a code of its own.

    Args:
        atc: its ATC code.
        inn: its international nonproprietary name.
        names: all it is called, the INN first.
        oral: whether it counts only where it is said to be taken by mouth: it is mostly for the eyes or the skin.
        rxnorm: RxCUI of the ingredient; empty where it is not known here.
    """

    atc: str
    inn: str
    names: tuple[str, ...]
    oral: bool
    rxnorm: str


@cache
def substances() -> tuple[Substance, ...]:
    """Every row of the table."""
    return tuple(map(_substance, read_rows("substances.csv")))


@cache
def atc_of_rxnorm() -> Mapping[str, str]:
    """The ATC code by the RxCUI of an ingredient."""
    return {substance.rxnorm: substance.atc for substance in substances() if substance.rxnorm}


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of a table beside this file."""
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _substance(row: Mapping[str, str]) -> Substance:
    lists = (row[column] for column in ("inn", "other", "brands", "brands_unconfirmed", "chinese"))
    names = tuple(name for listed in lists for name in listed.split("|") if name)
    return Substance(row["atc"], row["inn"], names, row["form"] == "oral", row["rxnorm"])
