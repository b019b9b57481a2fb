"""Columns told by their cells as well as their names: two pressures in one, dates of birth, units of another column."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

import pandas as pd

from riskmodels.interop.columns import dates
from riskmodels.interop.columns.mapping import is_unknown_word
from riskmodels.interop.columns.names import match_name
from riskmodels.interop.columns.numbers import is_numeric
from riskmodels.interop.columns.sample import Sample
from riskmodels.interop.columns.spelling import compact, tokens
from riskmodels.unit_names import is_unit
from riskmodels.vocabulary import VOCABULARY, Kind

#: this share of the filled cells must be of a kind for the column to be it
_CLEAR = 0.9
_PAIR = r"\s*\d{2,3}(?:[.,]\d)?\s*/\s*\d{2,3}(?:[.,]\d)?\s*(?:mm\s?\[?hg\]?)?\s*"
_PRESSURE = re.compile(
    r"bp|rr|ta|pa|nibp|(arterial|office)?bloodpressure|blutdruck|rr(mmhg)?|tension(arterielle|arterial)?|"
    r"pression(arterielle|sanguine)?|presion(arterial|sanguinea)?|pressaoarterial|pressionearteriosa|bloeddruk|"
    r"blodtryck|blodtrykk?|verenpaine|cisnienie(krwi|tetnicze)?|vernyomas|tansiyon"
)
_PRESSURE_WORDS = ("血压", "血壓", "血圧", "혈압", "давление")
#: tokens beside the name of a pressure that say when or how it was taken
_BESIDE = frozenset("mmhg baseline mean avg visit office sitting at value reading clinic".split())
_BIRTH = re.compile(r"birthdate|birthday|birthdt|dateofbirth|dob|geburtsdatum|geburtstag|gebdat(um)?|gebdatum|"
                    r"datedenaissance|datenaissance|ddn|fechadenacimiento|fechanacimiento|fechanac|datadenascimento|"
                    r"datanascimento|datadinascita|datanascita|geboortedatum|dataurodzenia|fodelsedatum|fodselsdato|"
                    r"syntymaaika|szuletesidatum|dogumtarihi|birthdatetime")  # fmt: skip
_BIRTH_YEAR = re.compile(r"yob|yearofbirth|birthyear|geburtsjahr|anneedenaissance|anneenaissance|anodenacimiento|"
                         r"anodenascimento|annodinascita|geboortejaar|rokurodzenia")  # fmt: skip
_BIRTH_WORDS = ("出生日期", "出生年月", "生年月日", "생년월일", "дата рождения")
_FIRST_BIRTH = 1900
_UNIT_TOKENS = frozenset(
    "unit units uom einheit einheiten unite unites unidad unidades unidade unita eenheid jednostka enhet yksikko "
    "birim ucum mertekegyseg jednotka".split()
)
_UNIT_WORDS = ("单位", "單位", "単位", "단위", "ед.изм")


def holds_pairs(header: str, cells: pd.Series) -> bool:
    """Whether a column named for blood pressure has cells such as “126/83”.

    Args:
        header: as in the file.
        cells: of the column, some of them.
    """
    if not _is_pressure(header):
        return False
    filled = _filled(cells)
    return not filled.empty and float(filled.str.lower().str.fullmatch(_PAIR).mean()) >= _CLEAR


def _is_pressure(header: str) -> bool:
    name = "".join(token for token in tokens(header) if token not in _BESIDE and not token.isdigit())
    if _PRESSURE.fullmatch(name) or match_name(header).variable == "systolic_bp":
        return True
    return any(word in header.lower() for word in _PRESSURE_WORDS) or header.strip().lower() == "ад"


def birth_formats(header: str, cells: pd.Series) -> tuple[str, ...]:
    """In which formats a column holds dates of birth; empty where it does not.

    Args:
        header: as in the file.
        cells: of the column, some of them.
    """
    name = compact(header)
    if _BIRTH_YEAR.search(name):
        years = dates.read_dates(_filled(cells), "%Y").astype("datetime64[Y]").astype(int) + 1970
        return ("%Y",) if len(years) and ((years >= _FIRST_BIRTH) & (years <= date.today().year)).all() else ()
    if not _BIRTH.search(name) and not any(word in header.lower() for word in _BIRTH_WORDS):
        return ()
    return dates.formats_of(cells)


def unit_columns(sample: Sample, variables: Mapping[str, str]) -> dict[str, str]:
    """Which column says, row by row, the unit of which.

    Args:
        sample: of the file.
        variables: header → the variable that it names; of columns that may hold one.

    Returns:
        Header of a value → header of the column of its units.
    """
    numbers = {h: name for h, name in variables.items() if name and VOCABULARY[name].kind is Kind.NUMBER}
    found: dict[str, str] = {}
    for place, header in enumerate(sample.headers):
        if not says_units(header, sample):
            continue
        stem = _stem(header)
        before = sample.headers[place - 1] if place else ""
        for of in [h for h in numbers if _named(stem, h, numbers[h])] if stem else [before]:
            if of in numbers:
                found.setdefault(of, header)
    return found


def says_units(header: str, sample: Sample) -> bool:
    """Whether a column is named for units and its cells are units.

    Args:
        header: the column.
        sample: of the file.
    """
    return _stem(header) is not None and _holds_units(header, sample)


def _stem(header: str) -> str | None:
    """A header without its word for unit; None where it has none."""
    for word in _UNIT_WORDS:
        if word in header:
            return header.replace(word, "").strip(" _-.()（）")
    words = tokens(header)
    kept = [token for token in words if token not in _UNIT_TOKENS]
    if len(kept) == len(words):
        return None
    return " ".join(token for token in kept if token not in ("of", "measure") and not _again(token, kept))


def _again(token: str, words: list[str]) -> bool:
    """Whether it only tells a second “Unit” from the first: “Unit (2)”, “unit.1”."""
    return token.isdigit() and len(words) == 1


def _named(stem: str, header: str, variable: str) -> bool:
    if compact(stem) and compact(stem) == compact(header):
        return True
    if _PRESSURE.fullmatch(compact(stem)):
        return variable in ("systolic_bp", "diastolic_bp")
    if compact(stem) in ("lipid", "lipids", "cholesterol"):
        return VOCABULARY[variable].group == "lipids"
    return match_name(stem).variable == variable


def _holds_units(header: str, sample: Sample) -> bool:
    counts = {text: n for text, n in sample.counts.get(header, {}).items() if not is_unknown_word(text)}
    units = sum(n for text, n in counts.items() if is_unit(text))
    return bool(counts) and units >= _CLEAR * sum(counts.values())


def _filled(cells: pd.Series) -> pd.Series:
    known = cells.dropna().head(5_000)
    written = (
        (known.astype("Int64") if is_numeric(known) and (known % 1 == 0).all() else known).astype("str").str.strip()
    )
    return written[~written.str.lower().isin(["", "nan", "null", "na", "n/a", "none"])]
