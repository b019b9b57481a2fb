"""Settings of the launch: none, whole, half, and values that cannot be used."""

from __future__ import annotations

import pytest

from riskmodels.smart.settings import (
    CLIENT,
    ISSUERS,
    REDIRECT,
    SECRET,
    SmartSettingsError,
    read_smart_settings,
)
from ui.smart import routes as door
from ui.smart.waiting import MOST, SECONDS, Waiting

WHOLE = {
    ISSUERS: "https://ehr.example.org/fhir/, https://b.example.org/r4",
    CLIENT: "carerisk",
    REDIRECT: "https://carerisk.example.org/app/smart/callback",
}


def test_without_any_there_is_no_launch(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*WHOLE, SECRET):
        monkeypatch.delenv(name, raising=False)
    assert read_smart_settings({}) is None
    assert door.routes() == []


def test_whole_settings_are_read() -> None:
    settings = read_smart_settings(WHOLE)
    assert settings is not None
    assert settings.issuers == ("https://ehr.example.org/fhir", "https://b.example.org/r4")
    assert (settings.base, settings.secure) == ("/app", True)
    assert settings.issuer("https://ehr.example.org/fhir/") == "https://ehr.example.org/fhir"
    assert settings.issuer("https://ehr.example.org/fhir2") == ""
    assert settings.issuer("") == ""


@pytest.mark.parametrize("absent", WHOLE)
def test_half_of_them_are_refused_by_name(absent: str) -> None:
    with pytest.raises(SmartSettingsError, match=absent):
        read_smart_settings({name: value for name, value in WHOLE.items() if name != absent})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (ISSUERS, "http://ehr.example.org/fhir"),
        (ISSUERS, "https://ehr.example.org/fhir?x=1"),
        (ISSUERS, "ehr"),
        (REDIRECT, "http://carerisk.example.org/smart/callback"),
        (REDIRECT, "https://carerisk.example.org/callback"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SmartSettingsError, match=name):
        read_smart_settings(WHOLE | {name: value})


def test_a_secret_is_not_shown() -> None:
    assert "s3cret" not in repr(read_smart_settings(WHOLE | {SECRET: "s3cret"}))


class TestWaiting:
    def test_what_waits_goes_after_its_time(self) -> None:
        clock = [0.0]
        waiting: Waiting[str] = Waiting(lambda: clock[0])
        waiting.put("one", "record")
        clock[0] = SECONDS + 1
        assert waiting.take("one") is None

    def test_the_oldest_goes_where_there_is_no_room(self) -> None:
        waiting: Waiting[int] = Waiting()
        for i in range(MOST + 1):
            waiting.put(str(i), i)
        assert waiting.take("0") is None
        assert waiting.take(str(MOST)) == MOST

    def test_nobody_without_a_cookie_takes_anything(self) -> None:
        waiting: Waiting[int] = Waiting()
        waiting.put("", 1)
        assert waiting.take("") is None
