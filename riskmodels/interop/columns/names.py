"""What a column is called → which variable it is, from a table of names with their sources (synonyms.csv).

Names are compared without case, spaces, punctuation and accents; a unit written in the name is split off.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from riskmodels.interop.columns.mapping import UNKNOWN, Code, code_key
from riskmodels.units import ALIASES
from riskmodels.vocabulary import VOCABULARY

_FOLDER = Path(__file__).parent
_BRACKETS = re.compile(r"[\[(](?P<unit>[^\[(]*(?:\[[^\]]*\])?[^\[(]*)[\])]\s*$")
_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|%")
_LOINC = re.compile(r"(?<!\d)(\d{3,5})[-_](\d)(?!\d)")
_FOLDS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_SIGNS = str.maketrans({"µ": "u", "μ": "u", "²": "2", "%": "pct"})
#: words that say when or how a value was taken, not what it is
NEUTRAL = frozenset(
    "baseline bl mean avg average value val result last latest first current serum plasma blood ser plas s patient pat "
    "wert messwert visit lab labs vital vitals obs reading rdg at measured bei aktuell letzter mittel".split()
)
#: further spellings of units in column names
_SPELLINGS = {
    "mmol": ("mmol/L",),
    "umol": ("µmol/L",),
    "mg": ("mg/dL", "mg/L", "mg/g"),
    "percent": ("%",),
    "prozent": ("%",),
    "ngsp": ("%",),
    "ifcc": ("mmol/mol",),
    "yrs": ("years",),
    "yr": ("years",),
    "y": ("years",),
    "jahre": ("years",),
    "jahren": ("years",),
    "hours": ("h",),
    "hrs": ("h",),
    "stunden": ("h",),
    "permin": ("/min",),
    "min": ("/min",),
    "kgqm": ("kg/m²",),
    "pounds": ("lb",),
    "meter": ("m",),
    "mlmin": ("mL/min/1.73 m²",),
    "mlmin173": ("mL/min/1.73 m²",),
}


@dataclass(frozen=True)
class Synonym:
    """One row of synonyms.csv.

    Args:
        variable: name in the vocabulary; ``-`` for a column that is deliberately not used.
        name: as it is usually written.
        unit: symbol of the unit the numbers are in; empty when the name does not tell.
        codes: what cells mean.
        dataset: data set it belongs to; empty when it may stand anywhere.
        source: where it comes from.
    """

    variable: str
    name: str
    unit: str
    codes: tuple[Code, ...]
    dataset: str
    source: str


@dataclass(frozen=True)
class Dataset:
    """A public data set that is recognised by its columns.

    Args:
        name, title: short name, and for people.
        signature: compact column names.
        least: how many of them must be there.
        distinctive: whether its longer names mean the same where only some of them are there.
        constants: variable → the value of all its rows.
        because: why, in words.
        source: where its meaning is documented.
    """

    name: str
    title: str
    signature: frozenset[str]
    least: int
    distinctive: bool
    constants: dict[str, str]
    because: str
    source: str


@dataclass(frozen=True)
class NameMatch:
    """Which variable a name stands for.

    Args:
        variable: name in the vocabulary; empty for none.
        confidence: 0–1, of the name alone.
        evidence: why, in words.
        unit: symbol of the unit that the name or its source tells; empty for none.
        unit_evidence: how it tells.
        codes: what cells mean, where the source tells.
    """

    variable: str = ""
    confidence: float = 0.0
    evidence: str = "No known name."
    unit: str = ""
    unit_evidence: str = ""
    codes: tuple[Code, ...] = ()


NOTHING = NameMatch()


def tokens(name: str) -> list[str]:
    """Words and numbers of a name, lower case, without accents: ``sysBP`` → sys, bp; ``Größe_cm`` → groesse, cm."""
    folded = unicodedata.normalize("NFC", name).translate(_FOLDS).translate(_SIGNS)
    plain = unicodedata.normalize("NFKD", folded).encode("ascii", "ignore").decode()
    return [token.lower() for token in _TOKEN.findall(plain)]


def compact(name: str) -> str:
    """One spelling of a name: ``HbA1c`` and ``hb_a1c`` are ``hba1c``."""
    return "".join(tokens(name))


@cache
def synonyms() -> tuple[Synonym, ...]:
    """The table of names, the vocabulary's own first."""
    own = [Synonym(v.name, name, "", (), "", "CareRisk") for v in VOCABULARY.values() for name in (v.name, v.label)]
    return (*own, *(_synonym(row) for row in _rows("synonyms.csv")))


@cache
def datasets() -> tuple[Dataset, ...]:
    """The data sets that are recognised."""
    return tuple(
        Dataset(
            row["dataset"],
            row["title"],
            frozenset(row["signature"].split()),
            int(row["least"]),
            row["distinctive"] == "yes",
            dict(pair.split("=") for pair in row["constants"].split(";") if pair),
            row["because"],
            row["source"],
        )
        for row in _rows("datasets.csv")
    )


def recognised_dataset(headers: Iterable[str]) -> Dataset | None:
    """The data set that most of the columns point to; None when none has enough."""
    names = {compact(header) for header in headers}
    fitting = [(len(names & d.signature) - d.least, d) for d in datasets()]
    best = max(fitting, key=lambda pair: pair[0])
    return best[1] if best[0] >= 0 else None


def match_name(header: str, dataset: str = "") -> NameMatch:
    """Which variable a column name stands for, if any.

    Args:
        header: as in the file.
        dataset: name of the data set that the file was recognised as.
    """
    own = _by_name(dataset).get(compact(header)) if dataset else None
    if own is not None:
        return _of_dataset(own)
    return _of_loinc(header) or _of_name(header) or _distinctive(header) or _of_likeness(header) or NOTHING


def unit_spelling(text: str) -> tuple[str, ...]:
    """Symbols of the units a text can mean: ``mg_dl`` → mg/dL."""
    return _unit_spellings().get(compact(text), ())


def _of_dataset(entry: Synonym) -> NameMatch:
    if entry.variable == "-":
        return NameMatch("", 0.0, f"Not an input here ({entry.source}).")
    title = next(d.title for d in datasets() if d.name == entry.dataset)
    told = f"As documented for {title}." if entry.unit else ""
    return NameMatch(entry.variable, 0.99, f"Column of {title}.", entry.unit, told, entry.codes)


def _distinctive(header: str) -> NameMatch | None:
    """A name that only one data set uses, such as BPXSY1, also where the data set as a whole is not recognised."""
    name = compact(header)
    found = [
        e for d in datasets() if d.distinctive and (e := _by_name(d.name).get(name)) is not None and e.variable != "-"
    ]
    if len(found) != 1 or len(name) < 6:
        return None
    return replace(_of_dataset(found[0]), confidence=0.9)


def _of_loinc(header: str) -> NameMatch | None:
    found = _LOINC.search(header)
    code = f"{found[1]}-{found[2]}" if found else ""
    variable = next((v for v in VOCABULARY.values() if code and v.loinc == code), None)
    if variable is None:
        return None
    unit = variable.unit
    return NameMatch(
        variable.name, 0.98, f"LOINC {code}.", unit, f"LOINC {code} is reported in {unit}." if unit else ""
    )


def _of_name(header: str) -> NameMatch | None:
    """By the name without its unit, then also without words that do not say what it is."""
    bare, written = _split_unit(header)
    words = tokens(bare)
    for place, kept in enumerate((words, [w for w in words if w not in NEUTRAL])):
        for cut in range(min(5, len(kept))):
            entry = _by_name("").get("".join(kept[: len(kept) - cut]))
            if entry is None:
                continue
            tail = "".join(kept[len(kept) - cut :]) if cut else ""
            unit = _accepted(entry.variable, written or tail)
            if cut and not unit and not (tail.isdigit() and len(tail) == 1):
                continue
            return _named(entry, unit, (0.95, 0.8)[place] - (0.1 if cut and not unit else 0.0))
    return None


def _named(entry: Synonym, unit: str, confidence: float) -> NameMatch:
    label = VOCABULARY[entry.variable].label
    evidence = f"“{entry.name}” is a name of {label} ({entry.source})."
    told = f"The header says {unit}." if unit else ""
    if not unit and entry.unit:
        unit, told = entry.unit, f"By its name: {entry.source}."
    return NameMatch(entry.variable, confidence, evidence, unit, told, entry.codes)


def _of_likeness(header: str) -> NameMatch | None:
    bare, written = _split_unit(header)
    name = compact(bare)
    near = get_close_matches(name, _by_name(""), 1, 0.88) if len(name) >= 6 else []
    if not near:
        return None
    entry = _by_name("")[near[0]]
    found = _named(entry, _accepted(entry.variable, written), 0.6)
    evidence = f"Its name resembles “{entry.name}”, a name of {VOCABULARY[entry.variable].label}."
    return NameMatch(found.variable, 0.6, evidence, found.unit, found.unit_evidence, entry.codes)


def _split_unit(header: str) -> tuple[str, str]:
    """Name and what stands in brackets at its end."""
    found = _BRACKETS.search(header.strip())
    if found is None or not found.start():
        return header, ""
    return header.strip()[: found.start()], found["unit"].rstrip("])").strip() or found["unit"]


def _accepted(variable: str, spelling: str) -> str:
    symbols = unit_spelling(spelling) if spelling else ()
    own = {u.symbol for u in VOCABULARY[variable].units}
    return next((symbol for symbol in symbols if symbol in own), "")


@cache
def _unit_spellings() -> dict[str, tuple[str, ...]]:
    units = {u for v in VOCABULARY.values() for u in v.units}
    found: dict[str, tuple[str, ...]] = {}
    pairs = [(u.symbol, u.symbol) for u in units] + [(u.ucum, u.symbol) for u in units]
    for spelling, symbol in [*pairs, *ALIASES.items()]:
        key = compact(spelling)
        if symbol not in found.get(key, ()):
            found[key] = (*found.get(key, ()), symbol)
    return found | {key: (*found.get(key, ()), *symbols) for key, symbols in _SPELLINGS.items()}


@cache
def _by_name(dataset: str) -> dict[str, Synonym]:
    """Entries by compact name; where two share it, the first."""
    found: dict[str, Synonym] = {}
    for entry in synonyms():
        if entry.dataset == dataset:
            found.setdefault(compact(entry.name), entry)
    return found


def _synonym(row: dict[str, str]) -> Synonym:
    pairs = (pair.split("=") for pair in row["codes"].split(";") if pair)
    codes = tuple(Code(code_key(text), means, evidence=row["source"]) for text, means in pairs)
    return Synonym(row["variable"], row["name"], row["unit"], codes, row["dataset"], row["source"])


def _rows(name: str) -> list[dict[str, str]]:
    with (_FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def words_of(group: str) -> dict[str, tuple[str, str]]:
    """Cells that mean something in a variable, in every yes/no, or anywhere: key → (meaning, source)."""
    return {code_key(r["text"]): (r["means"], r["source"]) for r in _rows("words.csv") if r["variable"] == group}


@cache
def unknown_words() -> frozenset[str]:
    """Cells that mean “not known” in any column, beside those every column understands."""
    return frozenset(text for text, (means, _) in words_of("any").items() if means == UNKNOWN)
