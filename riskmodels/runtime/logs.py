"""Structured logs: one JSON object a line on standard error, and no patient's value in any of them.

What may stand in a line is a closed list of keys, each of a closed form. Messages of libraries never do: they quote
statements, rows and requests. Of a library's record its place and the class of its error are kept; of an error of ours
also :attr:`riskmodels.errors.CareRiskError.log`. Records are tamed when they are made, so that it does not matter whose
handler writes them.
"""

from __future__ import annotations

import json
import logging
import os
import re
import sys
import threading
import types
import warnings
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

from riskmodels import ROOT
from riskmodels.errors import CareRiskError, InputError

LEVEL_VARIABLE = "CARERISK_LOG_LEVEL"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
#: every key that a line may have, in its order
KEYS = ("time", "level", "event", "logger", "actor", "kind", "record", "method", "route", "status", "count",
        "duration", "error", "text", "at", "stack")  # fmt: skip
_TAME, _TOLD = "carerisk_tame", "carerisk_told"
_OURS = ("riskmodels", "ui", "pages")
_WORDS = re.compile(r"[a-z][a-z0-9_. -]{0,39}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_WORDS, _NO_ID = "[not words]", "[not an id]"
#: what a server says about itself: templates, whose arguments are left out
_LIFE = (
    "Started server process", "Waiting for application startup", "Application startup complete", "Uvicorn running on",
    "Shutting down", "Waiting for application shutdown", "Application shutdown complete", "Finished server process",
)  # fmt: skip
_ACCESS = '%s - "%s %s HTTP/%s" %d'
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: parts of addresses that are the same for everybody; anything else may be what somebody typed
_ROUTES = ("/ready", "/_stcore/health", "/_stcore/stream", "/_stcore/upload_file", "/_stcore", "/media", "/static",
           "/component", "/auth", "/oauth2callback", "/cds-services")  # fmt: skip
_QUIET = ("/ready", "/_stcore/health")
_MOST_FRAMES, _MOST_TEXT = 30, 300
_MAKE = logging.getLogRecordFactory()
_LOGGER = logging.getLogger("riskmodels.runtime.logs")


def configure(level: str | None = None, stream: TextIO | None = None) -> None:
    """Send every record of the process to standard error, as JSON lines. Calling it again changes level and stream.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``; ``$CARERISK_LOG_LEVEL`` when None, else ``info``. Of
            libraries, records below a warning are written at ``debug`` only.
        stream: written to instead of standard error.

    Raises:
        InputError: for another level.
    """
    named = (level or os.environ.get(LEVEL_VARIABLE, "") or "info").strip().lower()
    if named not in LEVELS:
        raise InputError(
            f"{LEVEL_VARIABLE} is “{named}”.", hint=f"Set it to {', '.join(LEVELS)}.", log="log level not understood"
        )
    handler = _Lines(stream or sys.stderr)
    handler.setLevel(LEVELS[named])
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(LEVELS[named])
    logging.raiseExceptions = False  # logging's own complaint quotes the arguments
    logging.setLogRecordFactory(_make_record)
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread
    sys.unraisablehook = _unraisable
    warnings.showwarning = _warned


def log_event(
    event: str,
    *,
    level: int = logging.INFO,
    actor: str = "",
    kind: str = "",
    record: str = "",
    count: int | None = None,
    duration: float | None = None,
    error: BaseException | None = None,
) -> None:
    """Write what happened.

    Args:
        event: words of this code, e.g. ``job done``.
        level: of :mod:`logging`.
        actor: id of the account.
        kind: of the record, e.g. ``visit``.
        record: its random id.
        count: how many.
        duration: seconds.
        error: its class and the places it passed through are written; its message is not.
    """
    fields = {
        "event": _words(event),
        "actor": _id(actor),
        "kind": _words(kind),
        "record": _id(record),
        "count": None if count is None else int(count),
        "duration": None if duration is None else round(float(duration), 4),
        **(error_fields(error) if error is not None else {}),
    }
    _LOGGER.log(level, fields["event"], extra={_TOLD: fields})


def error_fields(error: BaseException) -> dict[str, Any]:
    """What may be told of an error: its class, our own text for the log, and where it passed; no message.

    Args:
        error: anything that was raised.
    """
    chain, one = [type(error).__name__], error.__cause__ or error.__context__
    while one is not None and len(chain) < 5:
        chain.append(type(one).__name__)
        one = one.__cause__ or one.__context__
    frames = _frames(error.__traceback__)
    ours = [frame for frame in frames if frame.startswith((*(f"{name}/" for name in _OURS), "app.py", "home.py"))]
    text = error.log if isinstance(error, CareRiskError) else ""
    return {"error": " < ".join(chain), "text": text, "at": (ours or frames or [""])[-1], "stack": frames}


def _frames(trace: types.TracebackType | None) -> list[str]:
    """``file:line`` from the outermost to the innermost call."""
    frames: list[str] = []
    while trace is not None:
        frames.append(f"{_short(trace.tb_frame.f_code.co_filename)}:{trace.tb_lineno}")
        trace = trace.tb_next
    return frames[-_MOST_FRAMES:]


def _short(path: str) -> str:
    _, found, package = path.rpartition("site-packages/")
    if found:
        return package
    place = Path(path)
    return place.relative_to(ROOT).as_posix() if place.is_relative_to(ROOT) else place.name


def _words(text: str) -> str:
    return text if not text or _WORDS.fullmatch(text) else _NO_WORDS


def _id(text: str) -> str:
    return text if not text or _ID.fullmatch(text) else _NO_ID


# ── records ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _make_record(*args: Any, **kwargs: Any) -> logging.LogRecord:
    """A record with nothing in it that is not allowed; its logger loses the handlers that a library gave it."""
    record = _MAKE(*args, **kwargs)
    if record.name:
        _tame(record)
        _route(logging.getLogger(record.name))
    return record


def _tame(record: logging.LogRecord) -> None:
    fields = {"event": _event(record), "logger": record.name, "at": f"{_short(record.pathname)}:{record.lineno}"}
    if record.name == "uvicorn.access":
        fields = _access(record) | {"logger": record.name}
    if record.exc_info and record.exc_info[1] is not None:
        fields |= error_fields(record.exc_info[1])
    record.msg, record.args = fields["event"], ()
    record.exc_info = record.exc_text = record.stack_info = None
    setattr(record, _TAME, fields)


def _event(record: logging.LogRecord) -> str:
    """Our own texts as they are; of a library nothing, but that its server starts and ends."""
    if _is_ours(record.name):
        try:
            return record.getMessage()[:_MOST_TEXT]
        except (TypeError, ValueError):  # texts and arguments that do not fit: whoever logs must not fall over it
            return str(record.msg)[:_MOST_TEXT]
    return next((text for text in _LIFE if str(record.msg).startswith(text)), "library message")


def _is_ours(name: str) -> bool:
    return name.split(".", 1)[0] in _OURS


def _access(record: logging.LogRecord) -> dict[str, Any]:
    """Method, kind of address and status of a request: no query, no client, no free part of the path."""
    args = record.args
    if record.msg != _ACCESS or not isinstance(args, tuple) or len(args) != 5:
        return {"event": "request"}
    method = args[1] if args[1] in _METHODS else "other"
    status = args[4] if isinstance(args[4], int) else None
    return {"event": "request", "method": method, "route": route(str(args[2])), "status": status}


def route(address: str) -> str:
    """The fixed part of an address: ``/media``, ``/`` or ``page``."""
    path = address.split("?", 1)[0].split("#", 1)[0]
    if path in ("", "/"):
        return "/"
    return next((known for known in _ROUTES if path == known or path.startswith(f"{known}/")), "page")


def _route(logger: logging.Logger) -> None:
    """Its records, and those of the loggers above it, go to the root's handler alone."""
    while logger.parent is not None:
        logger.handlers.clear()
        logger.propagate = True
        logger = logger.parent


def _fields(record: logging.LogRecord) -> Mapping[str, Any]:
    told: Mapping[str, Any] = getattr(record, _TOLD, None) or getattr(record, _TAME)
    return told


class _Lines(logging.StreamHandler[TextIO]):
    """JSON lines."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Of libraries: warnings, requests but those of probes, and that a server starts and ends; all at debug."""
        if not hasattr(record, _TAME):
            _tame(record)  # made past the factory: by another process, for instance
        fields = _fields(record)
        if self.level <= logging.DEBUG or record.levelno >= logging.WARNING or _is_ours(record.name):
            return True
        if record.name == "uvicorn.access":
            return fields.get("route") not in _QUIET
        return fields["event"] in _LIFE

    def format(self, record: logging.LogRecord) -> str:
        """The allowed keys that have something to say."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        line = {"time": time, "level": record.levelname.lower(), **_fields(record)}
        return json.dumps({key: line[key] for key in KEYS if line.get(key) not in (None, "", [])}, ensure_ascii=False)


# ── what else Python writes to standard error ───────────────────────────────────────────────────────────────────────


def _uncaught(kind: type[BaseException], error: BaseException, trace: types.TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log_event("uncaught error", level=logging.CRITICAL, error=error.with_traceback(trace))


def _uncaught_in_thread(caught: threading.ExceptHookArgs) -> None:
    if caught.exc_value is not None and caught.exc_type is not SystemExit:
        log_event("uncaught error in a thread", level=logging.ERROR, error=caught.exc_value)


def _unraisable(caught: sys.UnraisableHookArgs) -> None:
    if caught.exc_value is not None:
        log_event("error that could not be raised", level=logging.ERROR, error=caught.exc_value)


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    fields = {"event": "warning", "error": category.__name__, "at": f"{_short(filename)}:{lineno}"}
    _LOGGER.warning("warning", extra={_TOLD: fields})
