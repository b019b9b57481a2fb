"""Settings of the sign-in, roles from claims, and how long a sign-in lasts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit import config
from streamlit.runtime.secrets import Secrets

from riskmodels.records import LOCAL, Role
from ui.sign_in import settings as sign_in_settings
from ui.sign_in.claims import account_key, issued, name_of, roles_of, sign_in_key
from ui.sign_in.register import End, Register
from ui.sign_in.settings import Settings, SettingsError, read_roles, read_settings

NEEDED = {
    "CARERISK_OIDC_METADATA_URL": "https://id.example.org/.well-known/openid-configuration",
    "CARERISK_OIDC_CLIENT_ID": "carerisk",
    "CARERISK_OIDC_CLIENT_SECRET": "client-secret",
    "CARERISK_OIDC_REDIRECT_URI": "https://carerisk.example.org/oauth2callback",
    "CARERISK_COOKIE_SECRET": "c" * 32,
}
NOW = 1_800_000_000.0


def settings(**more: str) -> Settings:
    found = read_settings(NEEDED | more, {})
    assert found is not None
    return found


def claims_of(subject: str = "ann", roles: Any = ("care team",), at: float = NOW, **more: Any) -> dict[str, Any]:
    told = {"is_logged_in": True, "iss": "https://id.example.org", "sub": subject, "iat": at, "name": subject.title()}
    return told | {"roles": list(roles) if isinstance(roles, tuple) else roles} | more


class TestSettings:
    def test_none_is_no_sign_in(self) -> None:
        assert read_settings({"HOME": "/root", "CARERISK_DATA": "/data"}, {}) is None

    def test_all_of_them_is_sign_in_with_the_defaults(self) -> None:
        found = settings()
        assert (found.roles_claim, found.idle, found.longest, found.secure) == ("roles", 1800, 43_200, True)

    @pytest.mark.parametrize("name", NEEDED)
    def test_one_that_is_missing_is_named(self, name: str) -> None:
        with pytest.raises(SettingsError, match=f"{name} is missing"):
            read_settings(NEEDED | {name: ""}, {})

    def test_misspelt_one_is_no_way_to_an_open_app(self) -> None:
        with pytest.raises(SettingsError, match="CARERISK_OIDC_CLIENT_ID"):
            read_settings({"CARERISK_OIDC_CLIENTID": "carerisk"}, {})

    @pytest.mark.parametrize("content", ['[auth]\nclient_id = "carerisk', "[auth]\n"])
    def test_damaged_secrets_file_is_no_way_to_an_open_app(
        self, content: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "secrets.toml"
        monkeypatch.setattr(streamlit, "secrets", Secrets())
        own = {"secrets.files": [str(file)], "server.fileWatcherType": "none"}
        option = config.get_option
        monkeypatch.setattr(config, "get_option", lambda name: own[name] if name in own else option(name))
        assert sign_in_settings.sign_in_settings.__wrapped__() is None
        file.write_text(content)
        with pytest.raises(SettingsError, match="secrets file"):
            sign_in_settings.sign_in_settings.__wrapped__()

    def test_secrets_file_counts_and_the_environment_wins(self) -> None:
        section = {key: NEEDED[name] for name, key in sign_in_settings.NEEDED.items()} | {"idle_minutes": 5}
        found = read_settings({"CARERISK_OIDC_CLIENT_ID": "other"}, section)
        assert found is not None
        assert (found.client_id, found.metadata_url, found.idle) == ("other", settings().metadata_url, 300)

    @pytest.mark.parametrize(
        ("name", "value", "told"),
        [
            ("CARERISK_COOKIE_SECRET", "c" * 31, "at least 32 characters"),
            ("CARERISK_OIDC_REDIRECT_URI", "https://carerisk.example.org/", "followed by /oauth2callback"),
            ("CARERISK_OIDC_REDIRECT_URI", "http://carerisk.example.org/oauth2callback", "https://"),
            ("CARERISK_OIDC_METADATA_URL", "http://id.example.org/x", "https://"),
            ("CARERISK_OIDC_METADATA_URL", "http://[::1", "no address"),
            ("CARERISK_OIDC_METADATA_URL", "https://id.example.org:port/x", "no address"),
            ("CARERISK_OIDC_METADATA_URL", "https://\u00edd.example.org/x", "no address"),
            ("CARERISK_OIDC_REDIRECT_URI", "https://[::1/oauth2callback", "no address"),
            ("CARERISK_IDLE_MINUTES", "0", "number above 0"),
            ("CARERISK_SESSION_HOURS", "a day", "number above 0"),
            ("CARERISK_ROLES", "boss=chief", "“boss”"),
            ("CARERISK_ROLES", "analyst=", "“analyst”"),
            ("CARERISK_ROLES", "analyst=it;admin=IT", "two roles"),
        ],
    )
    def test_value_that_cannot_be_used_is_named(self, name: str, value: str, told: str) -> None:
        with pytest.raises(SettingsError, match=told) as caught:
            settings(**{name: value})
        assert name in str(caught.value)

    def test_neither_messages_nor_repr_tell_a_secret(self) -> None:
        assert not {"client-secret", "c" * 32} & set(repr(settings()).split("'"))
        with pytest.raises(SettingsError) as caught:
            settings(CARERISK_COOKIE_SECRET="short-secret")
        assert "short-secret" not in str(caught.value) + caught.value.log


class TestRoles:
    ROLES = read_roles("care team=nurse,physician;analyst=research;admin=it")

    @pytest.mark.parametrize(
        ("told", "roles"),
        [
            (["nurse"], {Role.CARE}),
            (["Physician", "it"], {Role.CARE, Role.ADMIN}),
            (["care team", "analyst"], {Role.CARE, Role.ANALYST}),
            ("care team", {Role.CARE}),
            (" Nurse ", {Role.CARE}),
            ([], set()),
            ("", set()),
            (None, set()),
            (["visitor"], set()),
            (["it-admin", "administrator", "analyst/external"], set()),
            (["care", "team"], set()),
            ([["it"], {"it": 1}, True, None, 7], set()),
            ({"admin": True}, set()),
            (7, set()),
        ],
    )
    def test_claim_gives_roles(self, told: Any, roles: set[Role]) -> None:
        assert roles_of({"roles": told}, "roles", self.ROLES) == roles

    @pytest.mark.parametrize(
        "told",
        [
            "it support",
            "Head of IT procurement",
            "not care team",
            "no admin",
            "research nurse",
            "former nurse",
            "nurse, it support",
            "nurse, research",
            "care team analyst",
            "it-admin",
            "CN=it,OU=x",
            "nurse\tit",
            "nurse\u00a0it",
            "nurse;it",
            "nurse|it",
            "/clinic/it",
        ],
    )
    def test_text_and_item_of_a_list_are_each_one_value_and_no_part_of_them_counts(self, told: str) -> None:
        assert roles_of({"roles": told}, "roles", self.ROLES) == set()
        assert roles_of({"roles": [told]}, "roles", self.ROLES) == set()

    def test_missing_claim_gives_none(self) -> None:
        assert roles_of({"groups": ["admin"]}, "roles", self.ROLES) == frozenset()

    def test_claim_may_be_nested_or_have_dots_in_its_name(self) -> None:
        assert roles_of({"realm_access": {"roles": ["it"]}}, "realm_access.roles", self.ROLES) == {Role.ADMIN}
        assert roles_of({"https://x.org/roles": ["it"]}, "https://x.org/roles", self.ROLES) == {Role.ADMIN}

    def test_table_of_the_secrets_file_says_the_same(self) -> None:
        table = {"care team": ["nurse", "physician"], "analyst": "research", "admin": "it"}
        assert read_roles(table) == self.ROLES


class TestClaims:
    def test_person_is_issuer_and_subject(self) -> None:
        assert account_key(claims_of()) == account_key(claims_of(at=NOW + 9, name="Renamed"))
        assert account_key(claims_of()) != account_key(claims_of(iss="https://other.example.org"))

    @pytest.mark.parametrize("gone", ["is_logged_in", "iss", "sub"])
    def test_nobody_without(self, gone: str) -> None:
        assert account_key({key: value for key, value in claims_of().items() if key != gone}) == ""

    def test_each_sign_in_is_another(self) -> None:
        keys = {sign_in_key(claims_of(at=at, nonce=nonce)) for at in (NOW, NOW + 1) for nonce in ("a", "b")}
        assert len(keys) == 4

    def test_without_a_moment_it_was_too_long_ago(self) -> None:
        assert [issued(claims_of(iat=value)) for value in (None, "now", True)] == [0, 0, 0]

    def test_name_is_what_there_is(self) -> None:
        assert name_of({"sub": "4711", "email": "a@b.org", "name": " "}) == "a@b.org"


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def register(clock: Clock) -> Register:
    return Register(clock)


class TestHowLong:
    LIMITS = settings(CARERISK_IDLE_MINUTES="30", CARERISK_SESSION_HOURS="12")

    def test_lasts_while_something_is_done(self, register: Register, clock: Clock) -> None:
        for _ in range(20):
            clock.now += 29 * 60
            register.touch(claims_of(), self.LIMITS)
            assert register.ended(claims_of(), self.LIMITS) is None

    def test_ends_when_nothing_is_done(self, register: Register, clock: Clock) -> None:
        register.touch(claims_of(), self.LIMITS)
        clock.now += 30 * 60
        assert register.ended(claims_of(), self.LIMITS) == End.IDLE

    def test_coming_back_too_late_revives_nothing(self, register: Register, clock: Clock) -> None:
        clock.now += 30 * 60
        register.touch(claims_of(), self.LIMITS)
        clock.now -= 10 * 60  # a clock that is set back
        assert register.ended(claims_of(), self.LIMITS) == End.IDLE

    def test_lasts_no_longer_than_it_may_whatever_is_done(self, register: Register, clock: Clock) -> None:
        while clock.now < NOW + 12 * 3600:
            assert register.ended(claims_of(), self.LIMITS) is None
            register.touch(claims_of(), self.LIMITS)
            clock.now += 600
        assert register.ended(claims_of(), self.LIMITS) == End.LATE

    def test_server_that_was_restarted_counts_from_the_sign_in(self, register: Register, clock: Clock) -> None:
        assert register.ended(claims_of(at=NOW - 31 * 60), self.LIMITS) == End.IDLE
        assert register.ended(claims_of(at=NOW - 29 * 60), self.LIMITS) is None

    def test_moment_in_the_future_gains_nothing(self, register: Register, clock: Clock) -> None:
        ahead = claims_of(at=NOW + 10 * 3600)
        register.touch(ahead, self.LIMITS)
        clock.now += 12 * 3600 - 1
        assert register.ended(ahead, self.LIMITS) == End.IDLE

    def test_signed_out_is_over_for_every_tab_and_not_for_the_next_sign_in(self, register: Register) -> None:
        register.sign_out(claims_of())
        assert register.ended(claims_of(), self.LIMITS) == End.OUT
        assert register.ended(claims_of(at=NOW - 1), self.LIMITS) is None

    def test_account_is_looked_up_once_a_sign_in(self, register: Register) -> None:
        asked: list[int] = []
        found = [register.actor(claims_of(), lambda: asked.append(1) or LOCAL) for _ in range(3)]  # type: ignore[func-returns-value]
        assert (found, len(asked)) == ([LOCAL] * 3, 1)

    def test_old_ones_are_dropped_and_stay_over(self, register: Register, clock: Clock) -> None:
        register.sign_out(claims_of())
        clock.now += 12 * 3600
        register.forget(self.LIMITS)
        assert register.ended(claims_of(), self.LIMITS) is not None
