"""Tokens of clients: what is accepted, everything that is refused, and where the service starts without them."""

from __future__ import annotations

import argparse
import base64
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc import jwk, jwt

from riskmodels import ROOT
from riskmodels.cds.app import Settings
from riskmodels.cds.command import add_arguments, read_settings, serve_cds_command
from riskmodels.cds.models import InForce
from riskmodels.cds.trust import LEEWAY, LONGEST_LIFE, NotTrustedError, Trust, read_trust
from riskmodels.errors import InputError
from tests.cds.conftest import CALL, TODAY, asked, served

ISSUER = "https://ehr.example.org"
EC = jwk.ECKey.generate_key("P-384", {"kid": "ec"})
RSA = jwk.RSAKey.generate_key(2048, {"kid": "rsa"})
STRANGER = jwk.ECKey.generate_key("P-384", {"kid": "ec"})
Token = Callable[..., str]


def public(*keys: Any) -> dict[str, Any]:
    return {"keys": [key.as_dict(private=False) for key in keys]}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys") / "jwks.json"
    path.write_text(json.dumps(public(EC, RSA)))
    return path


@pytest.fixture(scope="module")
def client(models: InForce, keys: Path) -> Iterator[httpx.Client]:
    def settings(address: str) -> Settings:
        return Settings(read_trust(keys, [ISSUER], address), today=lambda: TODAY)

    with served(models, settings) as made:
        yield made


@pytest.fixture
def token(client: httpx.Client) -> Token:
    """A token for a call of the service, with other claims, header, or key."""

    def make(key: Any = EC, alg: str = "ES384", header: dict[str, Any] | None = None, **claims: Any) -> str:
        now = int(time.time())
        told = {"iss": ISSUER, "aud": f"{str(client.base_url).rstrip('/')}{CALL}", "exp": now + 300, "iat": now}
        told |= {"jti": uuid.uuid4().hex} | claims
        kept = {name: value for name, value in told.items() if value is not None}
        return jwt.encode({"alg": alg, "kid": key.kid} | (header or {}), kept, key, algorithms=[alg])

    return make


def call(client: httpx.Client, bearer: str) -> httpx.Response:
    return client.post(CALL, json=asked(), headers={"authorization": f"Bearer {bearer}"})


def unsigned(header: dict[str, Any], claims: dict[str, Any]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join([*parts, ""])


class TestAccepted:
    @pytest.mark.parametrize(("key", "alg"), [(EC, "ES384"), (RSA, "RS384")])
    def test_a_signed_token_opens_the_service(self, client: httpx.Client, token: Token, key: Any, alg: str) -> None:
        answer = call(client, token(key, alg))
        assert answer.status_code == 200
        assert answer.json()["cards"]

    def test_the_audience_may_be_one_of_several(self, client: httpx.Client, token: Token) -> None:
        here = f"{str(client.base_url).rstrip('/')}{CALL}"
        assert call(client, token(aud=["https://other.example.org", here])).status_code == 200

    def test_health_needs_none(self, client: httpx.Client) -> None:
        assert client.get("/healthz").status_code == 200


class TestRefused:
    def check(self, answer: httpx.Response, reason: str) -> None:
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert reason in answer.json()["error"]

    @pytest.mark.parametrize("header", [{}, {"authorization": "Basic YTpi"}, {"authorization": "Bearer"}])
    def test_no_token(self, client: httpx.Client, header: dict[str, str]) -> None:
        self.check(client.post(CALL, json=asked(), headers=header), "bearer token is needed")

    def test_discovery_and_feedback_need_one_too(self, client: httpx.Client) -> None:
        self.check(client.get("/cds-services"), "bearer token")
        self.check(client.post(f"{CALL}/feedback", json={}), "bearer token")
        self.check(client.post("/cds-services/other", json={}), "bearer token")

    def test_another_key_under_the_same_kid(self, client: httpx.Client, token: Token) -> None:
        self.check(call(client, token(STRANGER)), "not signed")

    def test_claims_changed_after_signing(self, client: httpx.Client, token: Token) -> None:
        head, _, signature = token().split(".")
        claims = base64.urlsafe_b64encode(json.dumps({"iss": ISSUER}).encode()).rstrip(b"=").decode()
        self.check(call(client, f"{head}.{claims}.{signature}"), "not signed")

    def test_alg_none(self, client: httpx.Client, token: Token) -> None:
        self.check(call(client, unsigned({"alg": "none", "kid": "ec"}, {"iss": ISSUER})), "not signed")

    def test_public_key_as_secret_of_hs256(self, client: httpx.Client, token: Token) -> None:
        claims = token().split(".")[1]
        head = unsigned({"alg": "HS256", "kid": "rsa"}, {}).split(".")[0]
        mac = hmac.digest(RSA.as_pem(private=False), f"{head}.{claims}".encode(), "sha256")
        signature = base64.urlsafe_b64encode(mac).rstrip(b"=").decode()
        self.check(call(client, f"{head}.{claims}.{signature}"), "not signed")

    def test_an_algorithm_that_is_not_of_the_specification(self, client: httpx.Client, token: Token) -> None:
        self.check(call(client, token(RSA, "RS256")), "not signed")

    @pytest.mark.parametrize("kid", ["other", None])
    def test_a_key_that_is_not_known(self, client: httpx.Client, token: Token, kid: str | None) -> None:
        self.check(call(client, token(header={"kid": kid} if kid else {"kid": ""})), "not signed")

    @pytest.mark.parametrize("text", ["x", "a.b.c", "a.b", "." * 50, "ä.ö.ü".encode().decode("latin-1")])
    def test_text_that_is_no_token(self, client: httpx.Client, text: str) -> None:
        answer = client.post(CALL, json=asked(), headers={"authorization": f"Bearer {text}".encode("latin-1")})
        self.check(answer, "not signed")

    def test_another_issuer(self, client: httpx.Client, token: Token) -> None:
        self.check(call(client, token(iss="https://evil.example.org")), "issuer")

    @pytest.mark.parametrize("aud", ["https://other.example.org", None, [], "/cds-services"])
    def test_another_audience(self, client: httpx.Client, token: Token, aud: Any) -> None:
        self.check(call(client, token(aud=aud)), "another address")

    def test_a_token_for_discovery_does_not_open_the_service(self, client: httpx.Client, token: Token) -> None:
        discovery = f"{str(client.base_url).rstrip('/')}/cds-services"
        self.check(call(client, token(aud=discovery)), "another address")

    @pytest.mark.parametrize("shift", [-1000, -301])
    def test_expired(self, client: httpx.Client, token: Token, shift: int) -> None:
        now = int(time.time()) + shift
        self.check(call(client, token(iat=now, exp=now + 300)), "expired")

    @pytest.mark.parametrize("exp", [None, "soon", True])
    def test_without_an_end(self, client: httpx.Client, token: Token, exp: Any) -> None:
        self.check(call(client, token(exp=exp)), "expired")

    def test_from_the_future_or_for_too_long(self, client: httpx.Client, token: Token) -> None:
        now = int(time.time())
        self.check(call(client, token(iat=now + 600, exp=now + 900)), "future")
        self.check(call(client, token(exp=now + LONGEST_LIFE + 100)), "too long")
        self.check(call(client, token(iat=None)), "future")

    def test_begun_in_the_future_beyond_the_leeway(self) -> None:
        clock = 1_000_000.0
        trust = Trust({"ec": EC}, frozenset({ISSUER}), "https://cds.example.org", lambda: clock)

        def bearer(begins: float) -> str:
            told = {"iss": ISSUER, "aud": f"https://cds.example.org{CALL}", "jti": uuid.uuid4().hex}
            claims = told | {"iat": begins, "exp": clock + 300}
            return f"Bearer {jwt.encode({'alg': 'ES384', 'kid': 'ec'}, claims, EC, algorithms=['ES384'])}"

        trust.check(bearer(clock + LEEWAY), CALL)
        with pytest.raises(NotTrustedError, match="future"):
            trust.check(bearer(clock + LEEWAY + 1), CALL)
        told = " ".join((ROOT / "docs" / "cds_hooks.md").read_text("utf-8").split())
        assert f"at most {LEEWAY} seconds in the future" in told

    @pytest.mark.parametrize("jti", [None, "", 7, "x" * 300])
    def test_without_a_number_of_its_own(self, client: httpx.Client, token: Token, jti: Any) -> None:
        self.check(call(client, token(jti=jti)), "no jti")

    def test_used_twice(self, client: httpx.Client, token: Token) -> None:
        bearer = token()
        assert call(client, bearer).status_code == 200
        self.check(call(client, bearer), "used before")


class TestMemory:
    def test_tokens_are_forgotten_when_they_expire(self, keys: Path) -> None:
        clock = [1_000_000.0]
        trust = read_trust(keys, [ISSUER], "https://cds.example.org")
        trust.now = lambda: clock[0]

        def use(jti: str) -> None:
            told = {"iss": ISSUER, "aud": "https://cds.example.org/x", "jti": jti}
            told |= {"iat": int(clock[0]), "exp": int(clock[0]) + 300}
            bearer = jwt.encode({"alg": "ES384", "kid": "ec"}, told, EC, algorithms=["ES384"])
            trust.check(f"Bearer {bearer}", "/x")

        use("a")
        with pytest.raises(NotTrustedError, match="used before"):
            use("a")
        clock[0] += 301
        use("b")
        assert len(trust.tokens._ends) == 1


class TestKeys:
    @pytest.mark.parametrize(
        "document",
        [
            "",
            "[]",
            '{"keys": [{"kty": "EC"}]}',
            json.dumps({"keys": [jwk.ECKey.generate_key("P-256", {"kid": "a"}).as_dict(private=False)]}),
            json.dumps({"keys": [jwk.OctKey.generate_key(256, {"kid": "a"}).as_dict()]}),
            json.dumps({"keys": [EC.as_dict(private=True)]}),
            json.dumps(public(EC, STRANGER)),
            json.dumps({"keys": []}),
        ],
        ids=["empty", "list", "no kid", "P-256", "symmetric", "private", "kid twice", "none"],
    )
    def test_files_that_hold_no_set_of_public_keys_are_refused(self, tmp_path: Path, document: str) -> None:
        path = tmp_path / "keys.json"
        path.write_text(document)
        with pytest.raises(InputError):
            read_trust(path, [ISSUER], "https://cds.example.org")

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(InputError, match="cannot be read"):
            read_trust(tmp_path / "none.json", [ISSUER], "https://cds.example.org")


class TestStart:
    def environment(self, keys: Path, **more: str) -> dict[str, str]:
        named = {"CARERISK_CDS_JWKS": str(keys), "CARERISK_CDS_ISSUERS": f"{ISSUER}, https://other.example.org"}
        return named | {"CARERISK_CDS_URL": "https://cds.example.org/"} | more

    @pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "cds.example.org"])
    def test_an_address_open_to_others_needs_trusted_clients(self, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ("CARERISK_CDS_JWKS", "CARERISK_CDS_ISSUERS", "CARERISK_CDS_URL"):
            monkeypatch.delenv(name, raising=False)
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        with pytest.raises(InputError, match="no trusted client is set"):
            serve_cds_command(parser.parse_args(["--host", host]), lambda _: None)

    def test_it_answers_this_computer_alone_by_default(self) -> None:
        parser = argparse.ArgumentParser()
        add_arguments(parser)
        options = parser.parse_args([])
        assert options.host == "127.0.0.1"
        assert read_settings({}, options.host, options.port).trust is None

    def test_trusted_clients_open_it_and_the_configured_address_is_the_audience(self, keys: Path) -> None:
        trust = read_settings(self.environment(keys), "0.0.0.0", 8790).trust
        assert isinstance(trust, Trust)
        assert trust.url == "https://cds.example.org"
        assert trust.issuers == {ISSUER, "https://other.example.org"}

    def test_once_configured_this_computer_needs_the_token_too(self, keys: Path) -> None:
        assert read_settings(self.environment(keys), "127.0.0.1", 8790).trust is not None

    @pytest.mark.parametrize(
        ("absent", "host"),
        [("CARERISK_CDS_JWKS", "127.0.0.1"), ("CARERISK_CDS_ISSUERS", "127.0.0.1"), ("CARERISK_CDS_URL", "0.0.0.0")],
    )
    def test_half_a_configuration_is_refused(self, keys: Path, absent: str, host: str) -> None:
        environment = self.environment(keys)
        del environment[absent]
        with pytest.raises(InputError, match="needed"):
            read_settings(environment, host, 8790)

    @pytest.mark.parametrize(
        "text", ["*", "ftp://x", "example.org", "https://", "https://[::1", "https://a:port", "https://\u00e4"]
    )
    def test_an_origin_that_is_no_address_is_refused(self, text: str) -> None:
        with pytest.raises(InputError, match="no address"):
            read_settings({"CARERISK_CDS_ORIGINS": text})
