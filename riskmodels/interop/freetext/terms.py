"""Tokens → terms: the longest phrases of the lexicon, and units behind numbers, each with what it can mean."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field as shown

from riskmodels.interop.freetext.lexicon import Word, Words, beginnings, lexicon, longest, units_of
from riskmodels.interop.freetext.tokens import Form, Token, key, normalised, tokens

#: signs that may stand between the words of a phrase
_INSIDE = frozenset("-_./'&(,:，")
#: only names of measurements are written with a comma inside: “Cholesterol, Total”
_WITH_COMMA = frozenset({"number", "fasting_number", "unused"})
_NUMERIC = frozenset({Form.NUMBER, Form.PAIR, Form.RANGE, Form.LIMIT, Form.FEET})
_LONGEST_UNIT = 22


@dataclass(frozen=True)
class Term:
    """A phrase, a number or a sign.

    Args:
        form: of its tokens.
        text: normalised.
        start, end: where it stands.
        numbers: as of the token.
        words: what it can mean.
        units: symbols of the units it can be, where it stands behind a number.
    """

    form: Form
    text: str = shown(repr=False)
    start: int
    end: int
    numbers: tuple[float, ...] = shown(default=(), repr=False)
    words: Words = ()
    units: tuple[str, ...] = ()

    def word(self, *kinds: str) -> Word | None:
        """Its first meaning of one of these kinds."""
        return next((w for w in self.words if w.kind in kinds), None)

    def is_a(self, *kinds: str) -> bool:
        """Whether it can mean one of these kinds."""
        return self.word(*kinds) is not None

    @property
    def numeric(self) -> bool:
        """Whether it is of numbers."""
        return self.form in _NUMERIC


def terms(text: str) -> list[Term]:
    """The terms of a text in their order."""
    pieces, i = tokens(text), 0
    made: list[Term] = []
    while i < len(pieces):
        term, i = _next(text, pieces, i, _after_number(made))
        made.append(term)
    return made


def _after_number(made: list[Term]) -> bool:
    """Whether a unit can follow: behind a number, its flags and its reference, or in brackets."""
    for term in reversed(made[-4:]):
        if term.numeric or term.text in ("(", "["):
            return True
        if not (term.is_a("flag") or term.text in (")", "|")):
            return False
    return False


def _next(text: str, pieces: list[Token], i: int, after_number: bool) -> tuple[Term, int]:
    """The longest phrase or unit that begins here, and where the following one begins."""
    words, n = _phrase(text, pieces, i)
    units, m = _unit(text, pieces, i) if after_number else ((), 0)
    if m > n:
        return _joined(text, pieces[i : i + m], (), units), i + m
    if n:
        return _joined(text, pieces[i : i + n], words, units if m == n else ()), i + n
    return _joined(text, pieces[i : i + 1], (), ()), i + 1


def _joined(text: str, pieces: list[Token], words: Words, units: tuple[str, ...]) -> Term:
    first, last = pieces[0], pieces[-1]
    form = first.form if len(pieces) == 1 and not (words or units) else Form.WORD
    return Term(form, normalised(text[first.start : last.end]), first.start, last.end, first.numbers, words, units)


def _phrase(text: str, pieces: list[Token], i: int) -> tuple[Words, int]:
    """The meanings of the longest phrase from a token on, and how many tokens it takes; none: ``(), 0``."""
    found: tuple[Words, int] = ((), 0)
    comma, marks, start = False, 0, pieces[i].start
    for n in range(i, len(pieces)):
        piece = pieces[n]
        if piece.form in (Form.BREAK, Form.NOISE) or (piece.numbers and n == i and piece.form is not Form.NUMBER):
            break
        if piece.form is Form.MARK and n > i:
            marks += 1
            if piece.text not in _INSIDE or marks > 1 or (piece.text == "." and _spaced(text, piece)):
                break
            comma |= piece.text in ",:，"
            continue
        marks = 0
        so_far = key(text[start : piece.end])
        if len(so_far) > longest() or so_far not in beginnings():
            break
        words = lexicon().get(so_far, ())
        words = tuple(w for w in words if not comma or w.kind in _WITH_COMMA)
        if words and not (piece.form is Form.NUMBER and n == i):
            found = words, n + 1 - i
    return found


def _spaced(text: str, piece: Token) -> bool:
    return piece.end >= len(text) or text[piece.end].isspace()


def _unit(text: str, pieces: list[Token], i: int) -> tuple[tuple[str, ...], int]:
    """Symbols of the longest unit from a token on, and how many tokens it takes."""
    found: tuple[tuple[str, ...], int] = ((), 0)
    for n in range(i, len(pieces)):
        piece = pieces[n]
        if piece.form in (Form.BREAK, Form.NOISE) or piece.end - pieces[i].start > _LONGEST_UNIT:
            break
        if piece.form is Form.MARK and piece.text not in "%/{}[]^_":
            break
        symbols = units_of(text[pieces[i].start : piece.end])
        part = text[piece.end : piece.end + 1] == "/"  # “mg” of “mg/24h” is no unit
        if symbols and not part and not (piece.form is Form.MARK and piece.text not in "%]}"):
            found = symbols, n + 1 - i
    return found
