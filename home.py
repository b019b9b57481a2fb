"""Home: what this is, the doors, and the state of the models."""

import streamlit as st

from riskmodels.errors import CareRiskError
from ui.models import draw_models
from ui.page import EVERYBODY, draw_doors, start_page

INTRODUCTION = (
    "CareRisk estimates the risk of diabetes and of heart and vessel disease from whatever is known of a patient: "
    "history, examination, and the labs that were measured. Every estimate comes with an interval, with what each "
    "fact adds to it, and with the people it holds for; outside them it is refused. "
    "It informs care teams and analysts and makes no diagnosis."
)

start_page("CareRisk", roles=EVERYBODY)

with st.container(key="home", gap="medium"):
    st.markdown(INTRODUCTION)
    draw_doors()
    st.subheader("Models in use", anchor=False)
    try:
        draw_models()
    except CareRiskError as error:
        st.error(str(error))
