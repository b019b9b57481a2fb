"""Parts of a page, drawn anew only when they have something else to say: a page of many widgets is dear to draw whole.

Each part is a fragment with a name. When a value changes, every part that stands on the page is asked what it says
now; those whose answer differs from what they said when they were drawn are drawn again, and the others stay as they
are in the browser. A part reads what it shows when it is drawn, never from what was handed to it earlier.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

from riskmodels.errors import CareRiskError

_DRAWN = "parts.drawn"
#: of a part that could not say anything: whatever it says next is something else
_NOT_SAID = object()
Says = Callable[[], Any]


@dataclass(frozen=True)
class Drawn:
    """A part that stands on the page: how to ask what it says, and what it said when it was drawn."""

    says: Says = field(repr=False)
    said: Hashable = field(repr=False)


def _drawn() -> dict[str, Drawn]:
    drawn: dict[str, Drawn] = st.session_state.setdefault(_DRAWN, {})
    return drawn


def begin(whole: str, says: Says) -> None:
    """The whole is drawn, whatever its parts say; call it first within the outermost part.

    Args:
        whole: name of the outermost part.
        says: what decides which parts there are; where its answer differs, the whole is drawn again.
    """
    st.session_state[_DRAWN] = {whole: Drawn(says, says())}


def draw(name: str, says: Says, drawing: Callable[[Any], None]) -> None:
    """Draw a part here, now and whenever it says something else.

    Args:
        name: of the part, once a page.
        says: everything that it shows, without the values of its widgets, which the browser keeps; compared by ``==``.
        drawing: draws it; is given what it says.
    """

    def drawn() -> None:
        _drawn()[name] = Drawn(says, _NOT_SAID)
        try:
            said = says()
            _drawn()[name] = Drawn(says, said)
            drawing(said)
        except CareRiskError as error:
            st.error(f"{error} The facts entered are kept.")

    st.fragment(drawn, key=name)()


def stale() -> list[str]:
    """The parts on the page that say something else now, in the order they were first drawn."""
    return [name for name, part in _drawn().items() if _differs(part)]


def _differs(part: Drawn) -> bool:
    try:
        return bool(part.says() != part.said)
    except CareRiskError:
        return True  # it says why when it is drawn


def rerun(names: list[str]) -> None:
    """From a callback: draw these parts again instead of the one that the changed widget stands in."""
    st.rerun(names)
