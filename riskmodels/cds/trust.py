"""Which client may ask: JSON Web Tokens as CDS Hooks 2.0 has them, checked against keys of this installation.

Keys are never fetched (``jku`` is ignored): they stand in a file that whoever deploys has taken from the client.
Source: CDS Hooks 2.0, "Trusting CDS Clients"; RFC 7515, 7517, 7519.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from joserfc import jwk, jws, jwt
from joserfc.errors import JoseError

from riskmodels.cds.tokens import MemoryTokens, Tokens
from riskmodels.errors import CareRiskError, InputError

ALGORITHMS = ("ES384", "RS384")
#: seconds that clocks may differ, and that a token may live
LEEWAY, LONGEST_LIFE = 30, 3600
_SMALLEST_RSA = 2048
_PRIVATE = ("d", "p", "q", "dp", "dq", "qi", "k")
_LONGEST = 8192


class NotTrustedError(CareRiskError):
    """A request without a token that can be trusted."""


@dataclass
class Trust:
    """Checks the token of each request.

    Args:
        keys: public keys by ``kid``.
        issuers: values of ``iss`` that are accepted.
        url: address that clients call, without a path at its end; the audience of a token is this and the path.
        now: the clock, seconds.
        tokens: those that were used.
    """

    keys: dict[str, Any] = field(repr=False)
    issuers: frozenset[str]
    url: str
    now: Callable[[], float] = time.time
    tokens: Tokens = field(default_factory=MemoryTokens, repr=False)

    def check(self, authorization: str, path: str) -> None:
        """Go on when the header carries a token for this path that was not used before.

        Args:
            authorization: the request's header; may be empty.
            path: of the request.

        Raises:
            NotTrustedError: saying what is wrong, without a value of the token.
            TokenStoreError: when it cannot be told whether it was used.
        """
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer" or not token or len(token) > _LONGEST:
            raise NotTrustedError("A bearer token is needed.")
        self._check_claims(self._decoded(token.strip()), f"{self.url}{path}")

    def _decoded(self, token: str) -> dict[str, Any]:
        registry = jws.JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        try:
            return dict(jwt.decode(token, self._key, algorithms=list(ALGORITHMS), registry=registry).claims)
        except (JoseError, ValueError, TypeError, RecursionError):
            raise NotTrustedError("The token is not signed by a key that is trusted here.") from None

    def _key(self, token: Any) -> Any:
        key = self.keys.get(str(token.headers().get("kid")))
        if key is None:
            raise ValueError("kid")
        return key

    def _check_claims(self, claims: dict[str, Any], audience: str) -> None:
        issuer, named, number = claims.get("iss"), claims.get("aud"), claims.get("jti")
        if not isinstance(issuer, str) or issuer not in self.issuers:
            raise NotTrustedError("The issuer of the token is not trusted here.")
        if audience not in (named if isinstance(named, list) else [named]):
            raise NotTrustedError("The token is for another address.")
        begins, ends, now = _seconds(claims.get("iat")), _seconds(claims.get("exp")), self.now()
        if not ends > now:
            raise NotTrustedError("The token has expired.")
        if not begins <= now + LEEWAY or not 0 < ends - begins <= LONGEST_LIFE:
            raise NotTrustedError("The token lies in the future or lives too long.")
        if not isinstance(number, str) or not 0 < len(number) <= 256:
            raise NotTrustedError("The token has no jti.")
        if not self.tokens.use(issuer, number, ends, now):
            raise NotTrustedError("The token was used before, or too many are alive.")


def _seconds(value: object) -> float:
    """A time claim; NaN, which no comparison holds for, where it is none."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else float("nan")


def read_trust(keys: Path, issuers: Collection[str], url: str, tokens: Tokens | None = None) -> Trust:
    """Read the public keys of the clients.

    Args:
        keys: a JWK Set (RFC 7517) with public keys, each with its ``kid``: EC P-384, or RSA of 2048 bits or more.
        issuers: accepted values of ``iss``.
        url: address that clients call.
        tokens: those that were used; in the memory of this process when None.

    Raises:
        InputError: when the file holds no such keys, or a private one.
    """
    try:
        document = json.loads(keys.read_text(encoding="utf-8"))
        listed = document["keys"]
        found = {str(entry["kid"]): _public_key(entry) for entry in listed}
    except OSError as error:
        raise InputError(f"The keys in {keys} cannot be read: {error.strerror}.") from None
    except (ValueError, KeyError, TypeError, JoseError):
        raise InputError(
            f"{keys} is not a set of public keys.",
            hint="Give a JWK Set with EC P-384 or RSA keys of 2048 bits or more, each with its kid.",
        ) from None
    if not found or not issuers or len(found) < len(listed):
        raise InputError(
            "A trusted client needs at least one key, each kid once, and one issuer.",
            hint="Set CARERISK_CDS_JWKS and CARERISK_CDS_ISSUERS.",
        )
    return Trust(found, frozenset(issuers), url.rstrip("/"), tokens=tokens or MemoryTokens())


def _public_key(entry: dict[str, Any]) -> Any:
    if any(name in entry for name in _PRIVATE):
        raise InputError(
            "The file of trusted keys holds a private key.", hint="Keep public keys there, and replace that key."
        )
    if entry.get("kty") == "EC" and entry.get("crv") == "P-384":
        return jwk.ECKey.import_key(entry)
    if entry.get("kty") == "RSA":
        key = jwk.RSAKey.import_key(entry)
        if key.raw_value.key_size >= _SMALLEST_RSA:
            return key
    raise ValueError("kind of key")
