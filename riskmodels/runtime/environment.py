"""The variables ``CARERISK_…`` that something here reads; any other one is a misspelt setting and is named at start."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from difflib import get_close_matches

from riskmodels.runtime.logs import log_event

PREFIX = "CARERISK_"
#: read by the app, its commands and the CDS service
_READ = (
    "APP_URL", "AUDIT_KEY", "CDS_ISSUERS", "CDS_JWKS", "CDS_ORIGINS", "CDS_STORE", "CDS_URL", "COMPOUNDS",
    "COOKIE_SECRET", "DATA", "IDLE_MINUTES", "IMAGE_MODELS", "LOG_LEVEL", "MODEL_VERSIONS", "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET", "OIDC_METADATA_URL", "OIDC_PROMPT", "OIDC_REDIRECT_URI", "OIDC_ROLES_CLAIM", "OIDC_SCOPE",
    "OMOP_URL", "PROCESSES", "ROLES", "SESSION_HOURS", "SMART_CLIENT_ID", "SMART_CLIENT_SECRET", "SMART_ISSUERS",
    "SMART_REDIRECT_URI", "WORKERS",
)  # fmt: skip
#: read by Compose and the proxy; a unit of systemd passes them on to the app, which has no use for them
_DEPLOYING = ("CPUS", "HOST", "MEMORY", "TLS", "UID", "VERSION")
#: read by tests and benchmarks
_TESTING = ("BENCH_CACHE", "FUZZ", "SCREENSHOTS", "SHARED", "TEST_POSTGRES")
KNOWN = frozenset(PREFIX + name for name in (*_READ, *_DEPLOYING, *_TESTING))


def unknown(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Names of variables that look like settings and are none, in order.

    Args:
        environment: variables of the process.
    """
    return sorted(name for name in environment if name.upper().startswith(PREFIX) and name not in KNOWN)


def meant(name: str) -> str:
    """The known variable that a misspelt one is most like; empty where none is."""
    near = get_close_matches(name.upper().removeprefix(PREFIX), _READ, 1, 0.75)
    return PREFIX + near[0] if near else ""


def log_unknown(environment: Mapping[str, str] = os.environ) -> None:
    """Write a warning for each variable that nothing reads: its name, never its value.

    Args:
        environment: variables of the process.
    """
    for name in unknown(environment):
        log_event("unknown setting", level=logging.WARNING, kind="variable", record=name)
