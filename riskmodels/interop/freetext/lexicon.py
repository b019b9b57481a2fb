"""What words mean: from words.csv, the names of medicines and of columns, and the meaning of drugs in FHIR."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from riskmodels.checks import UNKNOWN_WORDS
from riskmodels.interop.columns.known_names import synonyms, unknown_words, words_of
from riskmodels.interop.fhir.codes import ATC, meaning_of
from riskmodels.interop.fhir.types import Code
from riskmodels.interop.freetext.tokens import CJK_WORD, key
from riskmodels.interop.medicines import substances
from riskmodels.unit_names import unit_spelling
from riskmodels.vocabulary import VOCABULARY, Kind, Variable

_KINDS = {Kind.NUMBER: "number", Kind.YES_NO: "yes_no", Kind.CHOICE: "choice"}
#: of a medicine: what is read from its class may be another reason to take it
BY_CLASS = "by its drug class"


@dataclass(frozen=True)
class Word:
    """One meaning of a word or phrase.

    Args:
        kind: of meaning, as in words.csv.
        names: the variables it is about.
        values: codes of the answers it stands for; several where it leaves them open.
        unit: symbol of the unit that the name tells; empty where it tells none.
        why: of a medicine that no field is read from: why.
    """

    kind: str
    names: tuple[str, ...] = ()
    values: tuple[float, ...] = ()
    unit: str = ""
    why: str = ""


Words = tuple[Word, ...]


@cache
def lexicon() -> dict[str, Words]:
    """The meanings of each word by its :func:`~riskmodels.interop.freetext.tokens.key`."""
    found: dict[str, Words] = {}
    for text, word in (*_own(), *_drugs()):
        known = found.get(key(text), ())
        found[key(text)] = known if word in known else (*known, word)
    for text, word in (*_of_columns(), *_not_known()):
        found.setdefault(key(text), (word,))
    found.pop("", None)
    return found


@cache
def longest() -> int:
    """Characters of the longest key."""
    return max(map(len, lexicon()))


@cache
def beginnings() -> frozenset[str]:
    """What a key can begin with."""
    return frozenset(k[:n] for k in lexicon() for n in range(1, len(k) + 1))


@cache
def answers(variable: Variable) -> dict[str, float]:
    """The answers of a choice by the key of their words: the vocabulary's, those of tables, and our own.

    A mere no is none: in “smoking no diabetes” it belongs to what follows.
    """
    own = {key(text): c.code for c in variable.choices for text in (c.word, c.word.replace("_", " "), c.label)}
    codes = {c.word: c.code for c in variable.choices}
    no = {text for text, (means, _) in words_of("yes_no").items() if means == "no"}
    tables = {text: means for text, (means, _) in words_of(variable.name).items() if text not in no}
    theirs = {key(text): codes[means] for text, means in tables.items() if means in codes}
    return theirs | own


@cache
def unit_words() -> dict[str, tuple[str, ...]]:
    """Our own spellings of units by key."""
    found: dict[str, tuple[str, ...]] = {}
    for row in _rows("words.csv"):
        if row["kind"] == "unit":
            for text in row["words"].split("|"):
                found[key(text)] = (*found.get(key(text), ()), row["name"])
    return found


def units_of(text: str) -> tuple[str, ...]:
    """Symbols of the units a text can stand for."""
    own = unit_words().get(key(text), ())
    return own if own or CJK_WORD.search(text) else unit_spelling(text)


_LANGUAGES = ("English", "German")


def _rows(name: str) -> list[dict[str, str]]:
    with Path(__file__).with_name(name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _own() -> Iterator[tuple[str, Word]]:
    for row in _rows("words.csv"):
        if row["kind"] != "unit":
            names = (row["name"],) if row["name"] else ()
            word = Word(row["kind"], names, tuple(map(float, row["value"].split())))
            yield from ((text, word) for text in row["words"].split("|"))


def _drugs() -> Iterator[tuple[str, Word]]:
    """Each name with what :mod:`riskmodels.interop.fhir.codes` says of its ATC code.

    What is mostly for the eyes or the skin is left out; a word of our own (insulin) goes before.
    """
    own = {key(text) for text, _ in _own()}
    for substance in substances():
        meaning = meaning_of(Code(ATC, substance.atc))
        if meaning is not None and not substance.oral:
            word = Word("drug", meaning.variables, why=meaning.use)
            yield from ((text, word) for text in substance.names if key(text) not in own)


def _of_columns() -> Iterator[tuple[str, Word]]:
    """What columns are called, beside the names that mean something in one data set only.

    Of the languages whose way to say no is known here; Chinese has its own words.
    """
    for entry in synonyms():
        variable = VOCABULARY.get(entry.variable)
        if variable is None or entry.dataset or entry.language not in _LANGUAGES:
            continue
        fasting = variable.name == "glucose" and ("fasting" in key(entry.name) or "nuechtern" in key(entry.name))
        kind = "fasting_number" if fasting else _KINDS[variable.kind]
        yield entry.name, Word(kind, (variable.name,), unit=entry.unit)


def _not_known() -> Iterator[tuple[str, Word]]:
    texts = (UNKNOWN_WORDS | unknown_words()) - {".", "-", "--", "_", "u", "none", "?", "ka"}
    return ((text, Word("unknown")) for text in texts if key(text))
