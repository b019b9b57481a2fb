"""What the provider claims of a person: who it is, by what name, with which roles, since when."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from riskmodels.records import Role

Claims = Mapping[str, Any]


def account_key(claims: Claims) -> str:
    """The person, as a hash of issuer and subject; empty when nobody is signed in."""
    if claims.get("is_logged_in") is not True or not claims.get("iss") or not claims.get("sub"):
        return ""
    return _hash(claims["iss"], claims["sub"])


def sign_in_key(claims: Claims) -> str:
    """This one sign-in of the person: a second browser, or the next day, is another. Empty when nobody is signed in."""
    account = account_key(claims)
    return account and _hash(account, claims.get("iat"), claims.get("nonce"))


def issued(claims: Claims) -> float:
    """When the person signed in, in seconds since 1970; 0 when the claims do not say, which is too long ago."""
    moment = claims.get("iat")
    return float(moment) if isinstance(moment, int | float) and not isinstance(moment, bool) else 0.0


def name_of(claims: Claims) -> str:
    """A name for people."""
    names = (claims.get(key) for key in ("name", "preferred_username", "email", "sub"))
    return next((str(name).strip() for name in names if name and str(name).strip()), "")


def roles_of(claims: Claims, claim: str, roles: Mapping[str, Role]) -> frozenset[Role]:
    """The roles that a claim gives. Each item of a list is one value, and so is a text, whatever it holds.

    A text is never split: in ``it support`` or ``CN=it,OU=x`` the part ``it`` is no value, and nobody is an
    administrator by it.

    Args:
        claims: of the identity token.
        claim: name of the claim; ``realm_access.roles`` also leads to ``roles`` within ``realm_access``.
        roles: case-folded value → role, as of :func:`ui.sign_in.settings.read_roles`.

    Returns:
        Empty when the claim is missing or gives none.
    """
    told = claims.get(claim, _nested(claims, claim.split(".")))
    values = told if isinstance(told, list | tuple) else [told]
    keys = [value.strip().casefold() for value in values if isinstance(value, str)]
    return frozenset(roles[key] for key in keys if key in roles)


def _nested(claims: Any, names: list[str]) -> Any:
    for name in names:
        claims = claims.get(name) if isinstance(claims, Mapping) else None
    return claims


def _hash(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
