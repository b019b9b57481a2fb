"""What app.py serves the pages with: settings of the sign-in, guard and headers, start and end, errors of a page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import runtime

from riskmodels.errors import CareRiskError
from riskmodels.records import drafts, patients
from ui import cohort_jobs, tasks
from ui.database import database
from ui.server_files import FileOwners, watch_files
from ui.server_guard import Guard, claims_of_session
from ui.server_headers import SecurityHeaders
from ui.server_state import set_guarded
from ui.server_way_back import WayBack
from ui.sign_in_settings import SettingsError, sign_in_settings

_LOG = logging.getLogger(__name__)
_OWNERS = FileOwners()


def secrets() -> dict[str, Any]:
    """``[auth]`` for :class:`streamlit.App`; empty without sign-in, and where its settings are half there."""
    try:
        settings = sign_in_settings()
    except SettingsError as error:
        _LOG.error("%s", error.log)  # every page says so as well
        return {}
    return {} if settings is None else settings.secrets()


def middleware() -> list[Middleware]:
    """Of every request, the outermost first."""
    return [Middleware(SecurityHeaders), Middleware(Guard, owners=_OWNERS), Middleware(WayBack)]


@asynccontextmanager
async def lifespan(_app: Any) -> AsyncIterator[dict[str, Any]]:
    """Guard the files, then start what runs beside the pages; the pages need not wait for it."""
    _guard_files()
    set_guarded(True)
    begun = asyncio.create_task(asyncio.to_thread(start_background))
    try:
        yield {}
    finally:
        set_guarded(False)
        tasks.close_room()
        await begun


def _guard_files() -> None:
    try:
        settings = sign_in_settings()
        if settings is not None:
            watch_files(runtime.get_instance().media_file_mgr, _OWNERS, claims_of_session, settings)
    except (AttributeError, SettingsError) as error:
        _LOG.error("files cannot be guarded, so none is served", exc_info=error)


def start_background() -> None:
    """Remove what is past its time, and start the workers that score cohorts; errors are logged."""
    for step in (tasks.open_room, _purge_drafts, _purge_patients, cohort_jobs.ready):
        _try(step)


def _purge_drafts() -> None:
    drafts.purge(database())


def _purge_patients() -> None:
    patients.purge(database())


def _try(step: Callable[[], Any]) -> None:
    try:
        step()
    except CareRiskError as error:
        _LOG.error("%s: %s", step.__name__, error.log)
    except Exception as error:  # at the edge of a thread: nothing may stop the pages from being served
        _LOG.error("%s failed", step.__name__, exc_info=error)


def on_script_error(error: Exception) -> bool:
    """Show a plain sentence. Streamlit has logged the error by then, as :mod:`riskmodels.logs` lets it."""
    told = str(error) if isinstance(error, CareRiskError) else (
        "Something went wrong on this page. Reload it; what you saved is kept. If it happens again, tell whoever runs "
        "the app what you did."
    )  # fmt: skip
    st.error(told)
    return True
