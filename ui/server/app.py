"""What app.py serves the pages with: settings of the sign-in, guard and headers, start and end, errors of a page."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from streamlit import runtime

from riskmodels.errors import CareRiskError
from riskmodels.records import housekeeping
from riskmodels.records.draft_writer import WRITER
from riskmodels.runtime.environment import log_unknown
from ui import tasks
from ui.database import database
from ui.server import worker as server_worker
from ui.server.files import FileOwners, watch_files
from ui.server.guard import Guard, claims_of_session
from ui.server.headers import SecurityHeaders
from ui.server.messages import keep_messages_of_fragments
from ui.server.way_back import WayBack
from ui.sign_in.guarded import set_guarded
from ui.sign_in.register import REGISTER
from ui.sign_in.settings import SettingsError, sign_in_settings

_LOG = logging.getLogger(__name__)
_OWNERS = FileOwners()
#: seconds at the end for drafts that are not written yet
_LAST_DRAFTS = 5.0


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
    log_unknown()
    _guard_files()
    set_guarded(True)
    keep_messages_of_fragments()
    begun = asyncio.create_task(asyncio.to_thread(start_background))
    worker = asyncio.create_task(_keep_worker())
    REGISTER.start()
    try:
        yield {}
    finally:
        set_guarded(False)
        tasks.close_room()
        await begun
        worker.cancel()
        with suppress(asyncio.CancelledError):
            await worker
        await asyncio.to_thread(REGISTER.stop)
        await asyncio.to_thread(WRITER.flush, _LAST_DRAFTS)


def _guard_files() -> None:
    try:
        settings = sign_in_settings()
        if settings is not None:
            watch_files(runtime.get_instance().media_file_mgr, _OWNERS, claims_of_session, settings)
    except (AttributeError, SettingsError) as error:
        _LOG.error("files cannot be guarded, so none is served", exc_info=error)


async def _keep_worker() -> None:
    """The process that scores cohorts, where this server shall have one."""
    try:
        arguments = server_worker.command()
        if arguments:
            await server_worker.keep(arguments)
    except (CareRiskError, OSError) as error:
        _LOG.error("no cohort is scored by this server", exc_info=error)


def start_background() -> None:
    """Prepare what reads files, and remove what is past its time; errors are logged."""
    for step in (tasks.open_room, _tidy):
        _try(step)


def _tidy() -> None:
    housekeeping.tidy(database())


def _try(step: Callable[[], Any]) -> None:
    try:
        step()
    except CareRiskError as error:
        _LOG.error("%s: %s", step.__name__, error.log)
    except Exception as error:  # at the edge of a thread: nothing may stop the pages from being served
        _LOG.error("%s failed", step.__name__, exc_info=error)


def on_script_error(error: Exception) -> bool:
    """Show a plain sentence. Streamlit has logged the error by then, as :mod:`riskmodels.runtime.logs` lets it."""
    told = str(error) if isinstance(error, CareRiskError) else (
        "Something went wrong on this page. Reload it; what you saved is kept. If it happens again, tell whoever runs "
        "the app what you did."
    )  # fmt: skip
    st.error(told)
    return True
