"""The server: ``streamlit run app.py`` serves Home (home.py) and the pages of pages/."""

import streamlit as st

from riskmodels.runtime import logs
from ui.server import app as server
from ui.server import ready as server_ready
from ui.smart import routes as smart

logs.configure()
app = st.App(
    "home.py",
    secrets=server.secrets(),
    routes=[*server_ready.routes(), *smart.routes()],
    middleware=server.middleware(),
    lifespan=server.lifespan,
    on_script_error=server.on_script_error,
)
