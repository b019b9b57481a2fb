"""The server: ``streamlit run app.py`` serves Home (home.py) and the pages of pages/."""

import streamlit as st

from riskmodels import logs
from ui import server, server_ready

logs.configure()
app = st.App(
    "home.py",
    secrets=server.secrets(),
    routes=server_ready.routes(),
    middleware=server.middleware(),
    lifespan=server.lifespan,
    on_script_error=server.on_script_error,
)
