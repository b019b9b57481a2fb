"""Sign-in as a deployer sets it up, and records of the test alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from riskmodels.records import Database
from ui import database as ui_database
from ui.sign_in import guarded as server_state
from ui.sign_in import settings as sign_in_settings

SETTINGS = {
    "CARERISK_OIDC_METADATA_URL": "https://id.example.org/.well-known/openid-configuration",
    "CARERISK_OIDC_CLIENT_ID": "carerisk",
    "CARERISK_OIDC_CLIENT_SECRET": "client-secret",
    "CARERISK_OIDC_REDIRECT_URI": "https://carerisk.example.org/oauth2callback",
    "CARERISK_COOKIE_SECRET": "c" * 32,
}
Person = Callable[..., dict[str, Any]]


@pytest.fixture
def person() -> Person:
    """Claims of somebody who has just signed in: ``person("cem", "analyst")``, ``person("cem", "analyst", iat=…)``."""

    def claims(subject: str, *roles: str, **more: Any) -> dict[str, Any]:
        told = {"is_logged_in": True, "iss": "https://id.example.org", "sub": subject, "name": subject.title()}
        return told | {"roles": list(roles), "iat": time.time(), "nonce": f"{subject}-{time.time_ns()}"} | more

    return claims


@pytest.fixture
def records(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Records of this test alone."""
    monkeypatch.setenv("CARERISK_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    ui_database.database.clear()
    yield ui_database.database()
    ui_database.database.clear()


@pytest.fixture
def configured(records: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Sign-in is configured, and served by app.py; sign-ins are kept in records of this test alone."""
    for name, value in SETTINGS.items():
        monkeypatch.setenv(name, value)
    sign_in_settings.sign_in_settings.cache_clear()
    server_state.set_guarded(True)
    yield
    server_state.set_guarded(False)
    sign_in_settings.sign_in_settings.cache_clear()


@pytest.fixture
def signing_in(records: Database, configured: None) -> Database:
    """The same, with records of this test alone."""
    return records
