"""Text → numbers, words and signs, each with its place. A date, a time or a telephone number is never a number here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from dataclasses import field as shown
from enum import StrEnum


class Form(StrEnum):
    """What a token looks like."""

    NUMBER = "number"
    PAIR = "pair"  # 142/86
    RANGE = "range"  # 70-99
    LIMIT = "limit"  # <200
    FEET = "feet"  # 5'6"
    NOISE = "noise"  # a date, a time, a telephone number, an identifier
    WORD = "word"
    BREAK = "break"  # the end of a line
    MARK = "mark"


@dataclass(frozen=True)
class Token:
    """A piece of the text.

    Args:
        form: what it looks like.
        text: as normalised: lower case, half width.
        start, end: where it stands.
        numbers: of a number, pair, range, limit, or feet and inches.
    """

    form: Form
    text: str = shown(repr=False)
    start: int
    end: int
    numbers: tuple[float, ...] = shown(default=(), repr=False)


CJK = "\u3400-\u9fff"
CJK_WORD = re.compile(rf"[{CJK}]")
_NUMBER = r"(?:\d{1,3}(?:,\d{3})+(?![\d,])(?:\.\d+)?|\d+(?:[.,]\d+)?|(?<![\d.])\.\d+)"
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]{0,6}\.?"
_FORMS = (
    (
        Form.NOISE,
        r"(?<![\d./])\d{4}\s?[-/.年]\s?\d{1,2}\s?(?:[-/.月]\s?\d{1,2}日?|月)(?:t\d{2}:\d{2}(?::\d{2})?)?(?![\d/])"
        r"|(?<![\d./])\d{1,2}(?P<sep>[-/.])\d{1,2}(?P=sep)(?:19|20)?\d{2}(?![\d/])|(?<![\d/])\d{1,2}/(?:19|20)\d{2}(?![\d/])"
        rf"|(?<!\d)\d{{1,2}}[- ]?{_MONTH}[-, ]{{0,2}}(?:19|20)\d{{2}}(?!\d)"
        rf"|(?<![a-z])(?:{_MONTH}) ?\d{{1,2}}, ?(?:19|20)\d{{2}}(?!\d)|(?<!\d)(?:19|20)\d{{2}}年(?:\d{{1,2}}月)?"
        r"|(?<![\d:])\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]\.?m\.?(?![a-z]))?(?![\d:])"
        r"|(?<!\d)(?:\+\d{1,3}[ -]?)?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?!\d)|\+\d[\d \-]{7,}\d"
        r"|(?<!\d)\d{3}-\d{2}-\d{4}(?!\d)|#\s?\d+|(?<![\d.,])\d{7,}[\dx]*",
    ),
    (
        Form.FEET,
        r"(?<!\d)(?P<ft>[3-7])\s?(?:'|ft\.?|feet|foot)(?![a-z])"
        r"(?:[\s-]?(?P<in>\d{1,2}(?:\.\d+)?)\s?(?:\"|''|inches|inch|in(?![a-z]))?(?![\d/.]))?",
    ),
    (Form.PAIR, rf"(?P<upper>{_NUMBER})\s?(?:/|\\|over)\s?(?P<lower>{_NUMBER})(?![\d/])"),
    (Form.RANGE, rf"(?P<low>{_NUMBER})\s?(?:-|–|—|~|to(?![a-z])|至|到|--)\s?(?P<high>{_NUMBER})(?![\d])"),
    (Form.LIMIT, rf"(?:<|>|≤|≥|=<|=>)\s?(?:or\s?)?=?\s?(?P<bound>{_NUMBER})"),
    (Form.NUMBER, _NUMBER),
    (Form.WORD, rf"[^\W\d_{CJK}]+(?:\d+[^\W\d_{CJK}]+)*(?:'[a-z]{{1,2}}(?![a-z]))?"),
    (Form.WORD, rf"[{CJK}]"),
    (Form.BREAK, r"\n"),
    (Form.MARK, r"[^\s]"),
)
_ALL = re.compile("|".join(f"(?P<f{i}>{pattern})" for i, (_, pattern) in enumerate(_FORMS)))
#: signs that are written in several ways, written as one
_SIGNS = str.maketrans({"’": "'", "′": "'", "‘": "'", "“": '"', "”": '"', "″": '"', "﹤": "<", "\t": " "})
_FOLDS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "%": "pct"})
_NOT_KEY = re.compile(rf"[^a-z0-9?↑↓*^+&、{CJK}]")


def normalised(text: str) -> str:
    """Lower case and half width, character for character: places stay what they are.

    The Chinese comma stays, since it is never a decimal one.
    """
    return "".join(_plain(c) for c in text.translate(_SIGNS).replace("\r", "\n"))


def _plain(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character).lower()
    return plain if len(plain) == 1 and character != "，" else character


def key(text: str) -> str:
    """One spelling of a word: without spaces, points and hyphens; Chinese characters stay."""
    folded = normalised(text).replace("µ", "u").replace("μ", "u").translate(_FOLDS)
    plain = "".join(c if c in "↑↓、" else unicodedata.normalize("NFKD", c)[0] for c in folded)
    return _NOT_KEY.sub("", plain)


def tokens(text: str) -> list[Token]:
    """The pieces of a text in their order.

    Args:
        text: as written.
    """
    plain = normalised(text)
    return [_token(found) for found in _ALL.finditer(plain)]


def _token(found: re.Match[str]) -> Token:
    form = next(form for i, (form, _) in enumerate(_FORMS) if found[f"f{i}"] is not None)
    start, end = found.span()
    end -= len(found[0]) - len(found[0].rstrip())
    return Token(form, found[0].strip() or "\n", start, end, _numbers(form, found))


def _numbers(form: Form, found: re.Match[str]) -> tuple[float, ...]:
    if form is Form.NUMBER:
        return (number(found[0]),)
    if form is Form.FEET:
        return (float(found["ft"]), float(found["in"] or 0))
    names = {Form.PAIR: ("upper", "lower"), Form.RANGE: ("low", "high"), Form.LIMIT: ("bound",)}.get(form, ())
    return tuple(number(found[name]) for name in names)


def number(text: str) -> float:
    """``5,92`` → 5.92; ``1,234`` → 1234, ``0,123`` → 0.123: a comma before three digits groups thousands."""
    if re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?", text):
        return float(text.replace(",", ""))
    return float(text.replace(",", "."))
