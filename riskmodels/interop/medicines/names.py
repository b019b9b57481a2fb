"""The words of a medicine → the substances in it, by whole words alone, and its strength.

A name that only resembles one never counts (“nystatin”), nor does one beside words that say that it is for the eyes or
the skin, a device, or not taken: elsewhere.csv. Names are compared without accents, the ending of another language
(Atorvastatin, atorvastatine, atorvastatina) and a salt written into the word (Metoprololsuccinat).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from dataclasses import field as shown
from functools import cache

from riskmodels.interop.medicines.table import Substance, read_rows, substances

#: characters of a text that are looked at; the longest name of a product in RxNorm has a few hundred
_LOOKED_AT = 500
_CJK = "\u3400-\u9fff"
_WORD = re.compile(rf"[a-z]+|\d+(?:[.,]\d+)*|[{_CJK}]+")
_IS_CJK = re.compile(rf"[{_CJK}]")
#: the ending of another language, from six letters on: shorter ones are other words without it
_ENDING = re.compile(r"(?<=[a-z]{5})[eao]$")
_SALT = re.compile(
    r"(?<=[a-z]{5})(?:hydrochlorid|hemifumarat|fumarat|succinat|tartrat|besilat|besylat|maleat|mesilat|medoxomil"
    r"|cilexetil|calcium|kalium|natrium|magnesium)$"
)
#: a device that a medicine comes in
_FILLED = re.compile(r"\b(?:pre ?filled|vorgefüllt\w*) (?:disposable )?(?:syringe|device|pen)s?\b")
_BY_MOUTH = frozenset(
    "oral orally po mouth tablet tablets tab tabs tbl tabletten filmtabletten capsule capsules cap caps kapsel kapseln "
    "comprime comprimes comprimido comprimidos compressa".split()
)
_BY_MOUTH_CJK = re.compile("片|胶囊|口服")
#: words before a name in which a “no” still holds for it
_REACH = 3
_AMOUNT = re.compile(
    r"(?<![\d.])(\d[\d.,]*(?:\s*[-/]\s*\d[\d.,]*)*)\s*(mg|mcg|µg|μg|ug|g|units?|unt|iu|ie|u|milligrams?|micrograms?|毫克|微克|单位|克)"
    r"(?![a-zA-Z])(?:\s*/\s*(\d*[\d.,]*\s*(?:ml|hr|h|actuat|actuation|dose))(?![a-z]))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Named:
    """What a text names.

    Args:
        substances: in the order of the text, each once.
        why: why they do not count as taken; empty where they do.
    """

    substances: tuple[Substance, ...] = shown(repr=False)
    why: str = ""


def find_substances(text: str) -> Named:
    """The substances that a text names.

    Args:
        text: as the sender calls a product: ``amlodipine 5 MG / benazepril 10 MG Oral Capsule``.
    """
    words = _words(text)
    places = list(_places(words))
    found = tuple(dict.fromkeys(substance for _, _, substance in places))
    if not found:
        return Named(())
    why = _why_not(words, places)
    if not why and not _by_mouth(words):
        found = tuple(substance for substance in found if not substance.oral)
        why = "" if found else "it does not say that it is taken by mouth"
    return Named(found, why)


def find_strength(text: str) -> str:
    """The strength that a text tells, as written: ``40 mg``, ``5 mg / 10 mg``, ``100 unt/ml``; empty for none."""
    parts = [
        f"{number.strip()} {unit.lower()}{f'/{per.strip().lower()}' if per else ''}"
        for number, unit, per in _AMOUNT.findall(text[:_LOOKED_AT])
    ]
    return " / ".join(dict.fromkeys(parts))


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text[:_LOOKED_AT]).lower()
    return _WORD.findall("".join(c for c in plain if not unicodedata.combining(c)))


def _stem(word: str) -> str:
    """A word without the ending of its language and without its salt."""
    plain = _ENDING.sub("", word)
    return _ENDING.sub("", _SALT.sub("", plain))


@cache
def _index() -> dict[str, Substance]:
    """Each substance by the stems of its names in letters."""
    named = ((name, substance) for substance in substances() for name in substance.names)
    return {" ".join(map(_stem, _words(name))): s for name, s in named if not _IS_CJK.search(name)}


@cache
def _longest() -> int:
    return max(len(key.split()) for key in _index())


@cache
def _firsts() -> frozenset[str]:
    """The stems that a name can begin with."""
    return frozenset(key.partition(" ")[0] for key in _index())


@cache
def _characters() -> tuple[re.Pattern[str], dict[str, Substance]]:
    """The names in Chinese, the longest first."""
    names = {name: s for s in substances() for name in s.names if _IS_CJK.search(name)}
    return re.compile("|".join(map(re.escape, sorted(names, key=len, reverse=True)))), names


def _places(words: Sequence[str]) -> Iterator[tuple[int, int, Substance]]:
    """Where each substance is named: the first word, the one behind, and which."""
    stems, i = [_stem(word) for word in words], 0
    while i < len(words):
        if _IS_CJK.search(words[i]):
            pattern, names = _characters()
            yield from ((i, i + 1, names[name]) for name in pattern.findall(words[i]))
            i += 1
            continue
        longest = _longest() if stems[i] in _firsts() else 0
        for n in range(min(len(words), i + longest), i, -1):
            substance = _index().get(" ".join(stems[i:n]))
            if substance is not None:
                yield i, n, substance
                i = n
                break
        else:
            i += 1


@cache
def _elsewhere() -> tuple[tuple[str, re.Pattern[str], str], ...]:
    """Words that say that what is named is not taken: where they stand, a pattern of them, and what they say.

    Routes stand there by their SNOMED CT code as well.
    """
    return tuple((row["place"], _pattern(row["words"].split("|")), row["why"]) for row in read_rows("elsewhere.csv"))


def _pattern(listed: Sequence[str]) -> re.Pattern[str]:
    whole = [word if _IS_CJK.search(word) else rf"\b{' '.join(_words(word))}\b" for word in listed]
    return re.compile("|".join(whole))


def _why_not(words: Sequence[str], places: Sequence[tuple[int, int, Substance]]) -> str:
    first, last = places[0][0], places[-1][1]
    texts = {
        "any": _FILLED.sub(" ", " ".join(words)),
        "before": " ".join(words[max(0, first - _REACH) : first]),
        "just before": " ".join(words[max(0, first - 1) : first]),
        "behind": " ".join(words[last : last + 1]),
    }
    return next((why for place, pattern, why in _elsewhere() if pattern.search(texts[place])), "")


def _by_mouth(words: Sequence[str]) -> bool:
    return any(word in _BY_MOUTH or _BY_MOUTH_CJK.search(word) for word in words)
