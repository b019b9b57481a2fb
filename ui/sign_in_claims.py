"""What the provider claims of a person: who it is, by what name, with which roles, since when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
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
    """The roles that a claim gives.

    Args:
        claims: of the identity token.
        claim: name of the claim; ``realm_access.roles`` also leads to ``roles`` within ``realm_access``.
        roles: case-folded value → role, as of :func:`ui.sign_in_settings.read_roles`.

    Returns:
        Empty when the claim is missing or gives none.
    """
    told = claims.get(claim, _nested(claims, claim.split(".")))
    values = _words(told, roles) if isinstance(told, str) else told if isinstance(told, list | tuple) else []
    return frozenset(roles[key] for value in values if (key := str(value).strip().casefold()) in roles)


def _nested(claims: Any, names: list[str]) -> Any:
    for name in names:
        claims = claims.get(name) if isinstance(claims, Mapping) else None
    return claims


def _words(text: str, roles: Mapping[str, Role]) -> Iterable[str]:
    """The values in a text: separated by commas, or one value, or separated by spaces.

    A value may hold a space itself (``care team analyst``): the longest run of words that is a value counts.
    """
    if "," in text:
        return text.split(",")
    words, found = text.split(), []
    while words:
        size = next((n for n in range(len(words), 0, -1) if " ".join(words[:n]).casefold() in roles), 1)
        found.append(" ".join(words[:size]))
        words = words[size:]
    return found


def _hash(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()
