"""What the models stand on: database, audit trail, data folder and disk, sign-in, the server itself. Without torch."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import tomllib
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from riskmodels import ROOT
from riskmodels.errors import CareRiskError
from riskmodels.records import audit_anchor
from riskmodels.records.audit_chain import at_one_moment
from riskmodels.records.audit_keys import KEY, keys
from riskmodels.records.engine import Database, connect, data_folder, sqlite_is_to_be_made
from riskmodels.records.schema import AuditAnchorRow, AuditEventRow, AuditHeadRow
from riskmodels.records.upgrade import Version, version
from riskmodels.runtime.addresses import is_loopback, read_address
from riskmodels.runtime.environment import meant, unknown

UPGRADE = "python -m riskmodels db upgrade"
_LOOK = "run python -m riskmodels audit verify, and keep a copy of the database"
#: free space on the disk of the data folder, bytes: under the first nothing may be saved, under the second it is told
FULL, NEARLY_FULL = 10**9, 5 * 10**9
#: what sign-in needs: environment variable → key of [auth] in secrets.toml (ui/sign_in/settings.py reads them)
SIGN_IN = {
    "CARERISK_OIDC_METADATA_URL": "server_metadata_url",
    "CARERISK_OIDC_CLIENT_ID": "client_id",
    "CARERISK_OIDC_CLIENT_SECRET": "client_secret",
    "CARERISK_OIDC_REDIRECT_URI": "redirect_uri",
    "CARERISK_COOKIE_SECRET": "cookie_secret",
}
#: characters of a cookie's secret that cannot be guessed
SHORTEST_SECRET = 32
#: seconds that the server may take to say that it is there
_PATIENCE = 5.0


@dataclass(frozen=True)
class Check:
    """One thing that was checked.

    Args:
        name: what.
        passed: whether the app may answer.
        detail: what was found, and what to do when it is not right.
        caution: it passed, but somebody should look at it.
    """

    name: str
    passed: bool
    detail: str
    caution: bool = False


def database_checks() -> list[Check]:
    """Whether the database can be reached, is at the step that the code needs, and its audit trail has its end.

    A file that is not there is not made: it would belong to whoever runs the check.
    """
    try:
        if sqlite_is_to_be_made():
            return [Check("database", True, "SQLite, still empty: made when the app is first used")]
        database = connect()
        try:
            found = version(database)
            step = _step(database, found)
            return [step, _audit_head(database)] if found.current else [step]
        finally:
            database.close()
    except CareRiskError as error:
        return [Check("database", False, str(error))]


def _step(database: Database, found: Version) -> Check:
    place = "SQLite" if database.file else "PostgreSQL"
    if found.newer:
        detail = f"{place}, at step {found.found}, made by newer code: update the app, or restore a backup"
        return Check("database", False, detail)
    if found.current:
        return Check("database", True, f"{place}, at step {found.found}")
    if database.file and not found.found:
        return Check("database", True, f"{place}, still empty: made when the app is first used")
    behind = f"{place}, at step {found.found or 'none'}, the code needs {found.newest}"
    return Check("database", False, f"{behind}: make a backup, then run {UPGRADE}")


def _audit_head(database: Database) -> Check:
    """The stored end of the chain against its last event, and its anchor; ``audit verify`` walks the whole chain."""
    with database.read() as session:
        at_one_moment(session)  # people may go on saving
        heads = list(session.scalars(select(AuditHeadRow)))
        last = session.scalars(select(AuditEventRow).order_by(AuditEventRow.seq.desc()).limit(1)).first()
        events = session.scalar(select(func.count()).select_from(AuditEventRow)) or 0
        end = (last.seq, last.hash) if last else (0, "")
        if len(heads) != 1 or (heads[0].seq, heads[0].hash) != end or events != end[0]:
            return Check("audit trail", False, f"its end is not where it was: {_LOOK}")
        if audit_anchor.rewritten(session, database.folder, keys()):
            return Check("audit trail", False, f"its first event by the key is not where it was: {_LOOK}")
        caution = _key_caution(session) if events else ""
    detail = f"{events:,} events, ends {end[1][:12] or 'at its beginning'}"
    return Check("audit trail", True, f"{detail}; {caution}" if caution else detail, bool(caution))


def _key_caution(session: Session) -> str:
    """What somebody should look at about the key of a trail that has events."""
    if keys():
        return audit_anchor.unsaid(session, keys())
    anchored = session.scalar(select(func.count()).select_from(AuditAnchorRow))
    return f"it has a key, but {KEY} is not set here, so where it begins is not checked" if anchored else ""


def folder_checks(folder: Path | None = None) -> list[Check]:
    """Whether the data folder can be written, is nobody else's to read, and its disk has room.

    Args:
        folder: :func:`riskmodels.records.engine.data_folder` when None; made when it is not there.
    """
    place = folder or data_folder()
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=place) as file:
            file.write(b"selfcheck")
        mode, free = stat.S_IMODE(place.stat().st_mode), shutil.disk_usage(place).free
    except OSError as error:
        remedy = "give the app's user the right to write, or set CARERISK_DATA to another folder"
        return [Check("data folder", False, f"{place} cannot be written ({error.strerror}): {remedy}")]
    others = bool(mode & 0o077) and os.name == "posix"
    detail = f"{place} can be written"
    if others:
        detail += f", but others may enter it (mode {mode:04o}): chmod 700"
    return [Check("data folder", True, detail, caution=others), _disk(free)]


def _disk(free: int) -> Check:
    detail = f"{free / 1e9:,.1f} GB free"
    if free < FULL:
        return Check("disk", False, f"{detail}, under {FULL / 1e9:.0f} GB: delete cohorts that are done, or make room")
    low = free < NEARLY_FULL
    return Check("disk", True, f"{detail}, under {NEARLY_FULL / 1e9:.0f} GB: make room soon" if low else detail, low)


def sign_in_check(environment: Mapping[str, str] = os.environ, root: Path = ROOT, home: Path | None = None) -> Check:
    """Whether sign-in is set up whole, or not at all and the app answers to this computer only.

    Args:
        environment: variables of the process; they go before the files.
        root: the project, with ``.streamlit``.
        home: the person's own folder, with another; :meth:`pathlib.Path.home` when None.
    """
    try:
        section = _auth(home or Path.home()) | _auth(root)
        address = _address(environment, root)
    except (OSError, tomllib.TOMLDecodeError, RuntimeError) as error:
        return Check("sign-in", False, f"the settings cannot be read ({type(error).__name__}): see docs/sign_in.md")
    given = {name: str(environment.get(name) or section.get(key) or "").strip() for name, key in SIGN_IN.items()}
    missing = [name for name, value in given.items() if not value]
    if not section and len(missing) == len(SIGN_IN):
        return _without_sign_in(address)
    if missing:
        return Check("sign-in", False, f"set up in part; missing: {', '.join(missing)} (docs/sign_in.md)")
    return _whole_sign_in(given)


def settings_check(environment: Mapping[str, str] = os.environ) -> Check:
    """Whether every variable ``CARERISK_…`` is one that something reads: a misspelt one has no effect.

    Args:
        environment: variables of the process.
    """
    told = [f"{name} (meant {meant(name)}?)" if meant(name) else name for name in unknown(environment)]
    if not told:
        return Check("settings", True, "every CARERISK_ variable is known")
    return Check("settings", True, f"nothing reads {', '.join(told)}: docs/deployment.md lists all", caution=True)


def _without_sign_in(address: str) -> Check:
    if is_loopback(address):
        return Check("sign-in", True, f"none; the app answers on {address} only")
    told = "none, and the app would answer to other computers" if address else "none, and no address is set"
    return Check("sign-in", False, f"{told}: set it up (docs/sign_in.md), or set the address 127.0.0.1")


def _whole_sign_in(given: Mapping[str, str]) -> Check:
    if len(given["CARERISK_COOKIE_SECRET"]) < SHORTEST_SECRET:
        remedy = 'python -c "import secrets; print(secrets.token_urlsafe(48))"'
        detail = f"CARERISK_COOKIE_SECRET has fewer than {SHORTEST_SECRET} characters; draw one: {remedy}"
        return Check("sign-in", False, detail)
    for name in ("CARERISK_OIDC_METADATA_URL", "CARERISK_OIDC_REDIRECT_URI"):
        found = read_address(given[name])
        if found is None:
            return Check("sign-in", False, f"{name} is no address: it must begin with https:// (docs/sign_in.md)")
        if found.scheme != "https" and not is_loopback(found.host):
            return Check("sign-in", False, f"{name} is not https: what people type would travel in the clear")
    return Check("sign-in", True, "set up")


def _auth(folder: Path) -> dict[str, Any]:
    path = folder / ".streamlit" / "secrets.toml"
    found = tomllib.loads(path.read_text(encoding="utf-8")).get("auth", {}) if path.is_file() else {}
    return found if isinstance(found, dict) else {}


def _address(environment: Mapping[str, str], root: Path) -> str:
    """Where the app listens: the environment goes before the file, as Streamlit has it."""
    path = root / ".streamlit" / "config.toml"
    server = tomllib.loads(path.read_text(encoding="utf-8")).get("server", {}) if path.is_file() else {}
    return environment.get("STREAMLIT_SERVER_ADDRESS", str(server.get("address", "")))


def server_check(address: str) -> Check:
    """Whether a running app answers, and saves what is entered.

    Args:
        address: e.g. ``http://127.0.0.1:8501``.
    """
    try:
        with urllib.request.urlopen(f"{address}/ready", timeout=_PATIENCE) as answer:  # noqa: S310
            alive = answer.status == 200
    except urllib.error.HTTPError as error:
        error.close()
        told = (
            "takes no records now: its database is away, or its file was moved or replaced"
            if error.code == 503
            else f"answers with status {error.code}"
        )
        return Check("server", False, f"{address} {told}")
    except (urllib.error.URLError, OSError, ValueError) as error:
        return Check("server", False, f"{address} does not answer ({type(error).__name__})")
    return Check("server", alive, f"{address} answers")
