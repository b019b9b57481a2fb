"""Settings of the SMART launch, from the environment. Without them there is none; half of them are refused."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field

from riskmodels.errors import CareRiskError
from riskmodels.runtime.addresses import is_loopback, read_address

ISSUERS, CLIENT, REDIRECT = "CARERISK_SMART_ISSUERS", "CARERISK_SMART_CLIENT_ID", "CARERISK_SMART_REDIRECT_URI"
SECRET = "CARERISK_SMART_CLIENT_SECRET"  # noqa: S105  the name of the variable
#: where a record opens the app, and where its server sends the browser back to
LAUNCH, CALLBACK = "/smart/launch", "/smart/callback"


class SmartSettingsError(CareRiskError):
    """The launch is set up in part, or with a value that cannot be used."""


@dataclass(frozen=True)
class SmartSettings:
    """Which records may open the app, and how it names itself to them.

    Args:
        issuers: addresses of the FHIR servers that are accepted as ``iss``, without a slash at the end.
        client_id: of the app, the same at each of them.
        redirect_uri: address of the app, ending in :data:`CALLBACK`.
        client_secret: of a confidential client; empty for a public one.
    """

    issuers: tuple[str, ...]
    client_id: str
    redirect_uri: str
    client_secret: str = field(default="", repr=False)

    @property
    def base(self) -> str:
        """The path that the app is served under, without a slash at its end; empty at the root."""
        address = read_address(self.redirect_uri)
        return "" if address is None else address.path.removesuffix(CALLBACK)

    @property
    def secure(self) -> bool:
        """Whether browsers reach the app by https."""
        return self.redirect_uri.casefold().startswith("https://")

    def issuer(self, told: str) -> str:
        """The issuer that a launch names; the only one where it names none; empty where it is not accepted.

        Args:
            told: ``iss`` as the browser brought it.
        """
        if not told:
            return self.issuers[0] if len(self.issuers) == 1 else ""
        return next((issuer for issuer in self.issuers if issuer == told.rstrip("/")), "")


def read_smart_settings(environment: Mapping[str, str] = os.environ) -> SmartSettings | None:
    """The settings; None where none is set.

    Args:
        environment: variables of the process.

    Raises:
        SmartSettingsError: when some are missing or one cannot be used; the message names the variable.
    """
    given = {name: environment.get(name, "").strip() for name in (ISSUERS, CLIENT, REDIRECT, SECRET)}
    if not any(given.values()):
        return None
    missing = [name for name in (ISSUERS, CLIENT, REDIRECT) if not given[name]]
    if missing:
        raise _refused(f"The SMART launch is set up in part: {', '.join(missing)} missing")
    issuers = tuple(part.strip().rstrip("/") for part in given[ISSUERS].split(",") if part.strip())
    for address in issuers:
        _require_safe(ISSUERS, address)
    _require_safe(REDIRECT, given[REDIRECT])
    if not given[REDIRECT].endswith(CALLBACK):
        raise _refused(f"{REDIRECT} must be the app's address followed by {CALLBACK}")
    return SmartSettings(issuers, given[CLIENT], given[REDIRECT], given[SECRET])


def is_safe(text: str) -> bool:
    """Whether nobody on the way can read what is sent there: https, or this machine."""
    address = read_address(text)
    if address is None or address.fragment:
        return False
    return address.scheme == "https" or is_loopback(address.host)


def _require_safe(name: str, text: str) -> None:
    if not is_safe(text) or "?" in text:
        raise _refused(f"{name} must hold addresses with https:// (http:// only on this machine), without a query")


def _refused(message: str) -> SmartSettingsError:
    return SmartSettingsError(f"{message}.", hint="Set it and start the app again; see docs/smart.md.", log=message)
