"""Make invented patients: real people in; invented ones, what they give away and what they serve for, out; and invented
photos of the retina by grade. Research.
"""

from __future__ import annotations

import streamlit as st

from riskmodels.records import Role
from ui.generate import state
from ui.generate.banner import draw_banner, draw_in_sidebar
from ui.generate.columns import draw_columns
from ui.generate.kinds import Kind, choose_kind
from ui.generate.people import draw_people
from ui.generate.photos import draw_photos
from ui.generate.result import draw_result
from ui.page import start_page

start_page("Make invented patients", roles=(Role.ANALYST,), models=draw_in_sidebar)
draw_banner()
if choose_kind() is Kind.PHOTOS:
    draw_photos()
    st.stop()
people = state.current()
draw_people(people)
if people is None:
    st.stop()
look = draw_columns(people)
if state.discarded() and st.button("Undo discard", icon=":material/undo:", key="generate_undo"):
    state.undo()
    st.rerun()
asked = state.asked()
if look is not None and asked is not None:
    draw_result(people, asked)
