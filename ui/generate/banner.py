"""What stands over all of this page, and the sidebar that names no model of care."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

STYLE = Path(__file__).with_name("generate.css")
_BANNER = """<section class="cr-research" role="note" aria-label="Research">
<p><b>Research, not for diagnosis. Invented people are no patients</b>, invented photos show no eye, and nothing here is
for the care of anybody. They are for sharing, teaching and testing software. They are not more data:
adding them to real people made prediction worse (500 people, and 5,000 invented from them: AUROC of told diabetes
0.904 → 0.896, docs/generated.md).</p>
</section>"""


def draw_banner() -> None:
    """The style sheet and the banner."""
    st.html(STYLE)
    st.html(_BANNER)


def draw_in_sidebar() -> None:
    """In the place of the models in use."""
    st.caption("Research: no model of care is used here")
