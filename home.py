"""Home: what this is, the doors, and the state of the models."""

import streamlit as st

from riskmodels.errors import CareRiskError
from ui import home
from ui.page import EVERYBODY, start_page

start_page("CareRisk", roles=EVERYBODY)

with st.container(key="home", gap="medium"):
    st.markdown(home.INTRODUCTION)
    home.draw_doors()
    st.subheader("Models in use", anchor=False)
    try:
        home.draw_models()
    except CareRiskError as error:
        st.error(str(error))
