"""A risk in percent as it is written wherever it stands: a probability in, words or the printed level out."""

from __future__ import annotations

#: risks below and from these are not told apart
_LEAST, _MOST = 0.0001, 0.995
#: percent from which it is written with so many decimals; below the last with :data:`_FINEST`
_FROM = ((9.95, 0), (0.995, 1), (0.0995, 2))
_FINEST, _MOST_DECIMALS = 3, 6


def decimals_of(risk: float) -> int:
    """Decimals of a risk (0–1) in percent: none from 10 %, one from 1 %, below it two significant digits."""
    return next((decimals for least, decimals in _FROM if 100 * risk >= least), _FINEST)


def percent_text(risk: float, edges: tuple[float, ...] = ()) -> str:
    """A risk in percent: ``31 %``, ``7.0 %``, ``0.52 %``, ``under 0.01 %``, ``over 99 %``.

    Args:
        risk: 0–1.
        edges: limits it is read against (0–1); it has as many decimals as keep it on its side of each.
    """
    if risk < _LEAST:
        return "under 0.01 %"
    if risk >= _MOST:
        return "over 99 %"
    for decimals in range(decimals_of(risk), _MOST_DECIMALS):
        shown = round(risk, decimals + 2)
        if all((shown >= edge) == (risk >= edge) for edge in edges):
            break
    text = f"{100 * risk:.{decimals}f}"
    return f"{text.rstrip('0').rstrip('.') if decimals > 1 else text} %"


def printed(first: float, last: float) -> tuple[float, float, int]:
    """Two risks (0–1) in percent as they are written, and the decimals of what is written of their difference."""
    of_both = decimals_of(first), decimals_of(last)
    start, end = (round(100 * risk, decimals) for risk, decimals in zip((first, last), of_both, strict=True))
    return start, end, max(of_both)
