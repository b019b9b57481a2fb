"""The server: ``streamlit run app.py`` serves Home (home.py) and the pages of pages/."""

import streamlit as st

app = st.App("home.py")
