"""Day and time where the person sits, by the browser's time zone."""

from __future__ import annotations

from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

import streamlit as st


def zone() -> tzinfo | None:
    """The time zone of the browser; of this computer where it does not say."""
    name = st.context.timezone
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):
        return None


def today() -> date:
    """The day it is where the person sits."""
    return datetime.now(zone()).date()


def clock(moment: datetime) -> str:
    """``10:42`` on the same day, else ``2026-11-24 10:42``, where the person sits."""
    local = moment.astimezone(zone())
    return local.strftime("%H:%M" if local.date() == today() else "%Y-%m-%d %H:%M")
