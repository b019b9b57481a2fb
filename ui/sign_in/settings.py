"""Settings of the sign-in: from the environment, or ``[auth]`` of ``.streamlit/secrets.toml``; the environment wins.

Nothing is written to disk and nothing is logged. Settings that are half there are refused: an app that was meant to
ask who sits there must not open to everybody because a variable is misspelt.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit import config

from riskmodels.errors import CareRiskError
from riskmodels.records import Role
from riskmodels.runtime.addresses import is_loopback, read_address

#: environment variable → key in ``[auth]``; all of them or none
NEEDED = {
    "CARERISK_OIDC_METADATA_URL": "server_metadata_url",
    "CARERISK_OIDC_CLIENT_ID": "client_id",
    "CARERISK_OIDC_CLIENT_SECRET": "client_secret",
    "CARERISK_OIDC_REDIRECT_URI": "redirect_uri",
    "CARERISK_COOKIE_SECRET": "cookie_secret",
}
#: environment variable → key in ``[auth]``, default
OPTIONAL = {
    "CARERISK_OIDC_ROLES_CLAIM": ("roles_claim", "roles"),
    "CARERISK_ROLES": ("roles", ""),
    "CARERISK_OIDC_SCOPE": ("scope", "openid email profile"),
    "CARERISK_OIDC_PROMPT": ("prompt", "login"),
    "CARERISK_IDLE_MINUTES": ("idle_minutes", "30"),
    "CARERISK_SESSION_HOURS": ("session_hours", "12"),
}
#: where the provider sends the browser back to; a route of Streamlit
CALLBACK = "/oauth2callback"
SHORTEST_SECRET = 32


class SettingsError(CareRiskError):
    """The sign-in is set up in part, or with a value that cannot be used."""


@dataclass(frozen=True)
class Settings:
    """Where people sign in, what of the claims gives which role, and how long a sign-in lasts.

    Args:
        metadata_url: of the provider (``…/.well-known/openid-configuration``).
        client_id, client_secret: of this app at the provider.
        redirect_uri: address of this app, ending in ``/oauth2callback``.
        cookie_secret: signs the identity cookie.
        roles_claim: name of the claim that holds the roles; dots lead into nested claims.
        roles: value of the claim (case-folded) → role.
        scope, prompt: of the authorization request.
        idle: seconds without any action after which a sign-in ends.
        longest: seconds after which it ends in any case.
    """

    metadata_url: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    cookie_secret: str = field(repr=False)
    roles_claim: str
    roles: Mapping[str, Role]
    scope: str
    prompt: str
    idle: float
    longest: float

    @property
    def secure(self) -> bool:
        """Whether browsers reach the app by https."""
        return self.redirect_uri.casefold().startswith("https://")

    def secrets(self) -> dict[str, Any]:
        """``[auth]`` as Streamlit reads it, for :class:`streamlit.App`."""
        return {
            "auth": {
                "redirect_uri": self.redirect_uri,
                "cookie_secret": self.cookie_secret,
                "client_id": self.client_id,
                "client_secret": self.client_secret,
                "server_metadata_url": self.metadata_url,
                "client_kwargs": {"scope": self.scope, "prompt": self.prompt},
            }
        }


@cache
def sign_in_settings() -> Settings | None:
    """The settings of this process, read once; None without sign-in.

    Raises:
        SettingsError: when they are half there or cannot be used; the message names the variable.
    """
    return read_settings(os.environ, _section())


def _section() -> dict[str, Any]:
    """``[auth]`` of the secrets file; a file that is there and cannot be read is not taken for none."""
    if st.secrets.load_if_toml_exists():
        section = dict(st.secrets.get("auth", {}))
        if "auth" in st.secrets and not section:
            raise _refused("[auth] of the secrets file is empty")
        return section
    if any(Path(name).exists() for name in config.get_option("secrets.files")):
        raise _refused("The secrets file (.streamlit/secrets.toml) is damaged and cannot be read")
    return {}


def read_settings(environment: Mapping[str, str], section: Mapping[str, Any]) -> Settings | None:
    """Settings from the environment and, where that says nothing, from ``[auth]``.

    Args:
        environment: e.g. ``os.environ``.
        section: ``[auth]`` of secrets.toml; empty when there is none.

    Returns:
        None when none of the settings that sign-in needs is there.

    Raises:
        SettingsError: when some of them are missing, or one cannot be used.
    """
    given = {name: _given(environment, section, name, key) for name, key in NEEDED.items()}
    missing = [name for name, value in given.items() if not value]
    if len(missing) == len(NEEDED) and not section and not _is_meant(environment):
        return None
    if missing:
        absent = f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing"
        raise _refused(f"Sign-in is set up in part: {absent}")
    more = {name: environment.get(name) or section.get(key) or default for name, (key, default) in OPTIONAL.items()}
    return Settings(
        metadata_url=_address(given, "CARERISK_OIDC_METADATA_URL"),
        client_id=given["CARERISK_OIDC_CLIENT_ID"],
        client_secret=given["CARERISK_OIDC_CLIENT_SECRET"],
        redirect_uri=_callback(_address(given, "CARERISK_OIDC_REDIRECT_URI")),
        cookie_secret=_secret(given["CARERISK_COOKIE_SECRET"]),
        roles_claim=str(more["CARERISK_OIDC_ROLES_CLAIM"]),
        roles=read_roles(more["CARERISK_ROLES"]),
        scope=str(more["CARERISK_OIDC_SCOPE"]),
        prompt=str(more["CARERISK_OIDC_PROMPT"]),
        idle=60 * _positive(more, "CARERISK_IDLE_MINUTES"),
        longest=3600 * _positive(more, "CARERISK_SESSION_HOURS"),
    )


def read_roles(told: str | Mapping[str, Any]) -> dict[str, Role]:
    """Which value of the claim gives which role: ``care team=nurse,physician;analyst=research;admin=it``.

    The names of the roles themselves always count.

    Args:
        told: as in the example, or a table of role → value or values.

    Returns:
        Case-folded value → role.

    Raises:
        SettingsError: when a role is not one of ours, or one value would give two.
    """
    found: dict[str, Role] = {str(role): role for role in Role}
    for name, values in _pairs(told):
        role = {str(known): known for known in Role}.get(" ".join(name.casefold().split()))
        if role is None or not values:
            raise _refused(f"CARERISK_ROLES: “{name}” is not “role=value,value” with one of {', '.join(Role)}")
        for value in values:
            if found.setdefault(value.casefold(), role) != role:
                raise _refused(f"CARERISK_ROLES gives “{value}” two roles")
    return found


def _pairs(told: str | Mapping[str, Any]) -> Iterable[tuple[str, list[str]]]:
    if isinstance(told, Mapping):
        items = [
            (str(name), value if isinstance(value, list) else str(value).split(",")) for name, value in told.items()
        ]
    else:
        parts = [part.partition("=") for part in told.split(";") if part.strip()]
        items = [(name.strip(), values.split(",")) for name, _, values in parts]
    return [(name, [str(value).strip() for value in values if str(value).strip()]) for name, values in items]


def _is_meant(environment: Mapping[str, str]) -> bool:
    """Whether any variable of the sign-in is set, be it misspelt."""
    return any(value and (name.startswith("CARERISK_OIDC_") or name in OPTIONAL) for name, value in environment.items())


def _given(environment: Mapping[str, str], section: Mapping[str, Any], name: str, key: str) -> str:
    return str(environment.get(name) or section.get(key) or "").strip()


def _address(given: Mapping[str, str], name: str) -> str:
    """An address whose traffic nobody on the way can read: https, or this machine."""
    address = read_address(given[name])
    if address is None:
        raise _refused(f"{name} is no address; it must begin with https:// and hold plain letters only")
    if address.scheme != "https" and not is_loopback(address.host):
        raise _refused(f"{name} must begin with https:// (http:// only on this machine)")
    return given[name]


def _callback(address: str) -> str:
    if not address.endswith(CALLBACK):
        raise _refused(f"CARERISK_OIDC_REDIRECT_URI must be the app's address followed by {CALLBACK}")
    return address


def _secret(value: str) -> str:
    if len(value) < SHORTEST_SECRET:
        raise _refused(f"CARERISK_COOKIE_SECRET must have at least {SHORTEST_SECRET} characters, drawn at random")
    return value


def _positive(values: Mapping[str, Any], name: str) -> float:
    try:
        number = float(values[name])
    except (TypeError, ValueError):
        number = math.nan
    if not 0 < number < math.inf:
        raise _refused(f"{name} must be a number above 0")
    return number


def _refused(message: str) -> SettingsError:
    return SettingsError(
        f"{message}.", hint="Set it and start the app again; docs/sign_in.md lists all settings.", log=message
    )
