"""What stands over all of this page, the sidebar that names no model of care, and what to do without the extra."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from riskmodels.molecules import extra
from ui.checks import refusal_html

STYLE = Path(__file__).with_name("compound.css")
_BANNER = """<section class="cr-research" role="note" aria-label="Research">
<p><b>Research. These are estimates for chemists, about compounds and not about people</b>: what a molecule may do in an
assay of one protein. They choose what to measure next and replace no measurement; no patient’s data belong here.
How good they are, and where not: docs/molecules_card.md.</p>
</section>"""


def draw_banner() -> None:
    """The style sheet and the banner."""
    st.html(STYLE)
    st.html(_BANNER)


def draw_in_sidebar() -> None:
    """In the place of the models in use."""
    st.caption("Research: no model of care is used here")


def extra_is_there() -> bool:
    """Whether compounds can be read on this machine; where not, it is said what to install."""
    lacking = extra.missing()
    if not lacking:
        return True
    them = "it" if len(lacking) == 1 else "them"
    words = (
        f"{extra.missing_words(lacking)} Everything else works without {them}. Who runs the program installs {them} in "
        "its folder and starts it again:"
    )
    st.html(refusal_html("Compounds cannot be read here yet", words))
    st.code(extra.INSTALL, language="bash")
    return False
