"""What the server refuses before a page is asked: strangers' requests, other people's files; and what it adds."""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from streamlit import config
from streamlit.auth_util import set_cookie_with_chunks
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from riskmodels.errors import InputError
from riskmodels.records import LOCAL, Database, RecordsError, audit
from riskmodels.records.audit import Action
from ui.server import app as server
from ui.server import guard as server_guard
from ui.server.files import NOBODY, FileOwners
from ui.server.guard import Guard, is_action, is_said
from ui.server.headers import SecurityHeaders, content_policy, secured
from ui.server.way_back import WayBack
from ui.sign_in import settings as sign_in_settings
from ui.sign_in.claims import account_key
from ui.sign_in.local import is_local
from ui.sign_in.register import REGISTER, End
from ui.sign_in.settings import Settings

Person = Callable[..., dict[str, Any]]
HERE = ("127.0.0.1", 50_000)


async def answer(request: Request) -> Response:
    return PlainTextResponse("served")


async def login(request: Request) -> Response:
    return RedirectResponse("https://id.example.org/authorize", 302)


async def callback(request: Request) -> Response:
    response = RedirectResponse("/", 302)
    response.set_cookie("_streamlit_user", "signed", httponly=True, samesite="lax")
    return response


async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_bytes(await websocket.receive_bytes())
    await websocket.close()


@dataclass
class Got:
    """An answer."""

    status_code: int
    headers: Headers
    text: str


class Client:
    """A stand-in for Streamlit behind the real middleware, asked as a server asks it.

    Args:
        owners: of the files.
        client: address the requests come from.
    """

    def __init__(self, owners: FileOwners | None = None, client: tuple[str, int] = HERE) -> None:
        routes = [
            WebSocketRoute("/_stcore/stream", echo),
            Route("/auth/login", login),
            Route("/oauth2callback", callback),
            Route("/{path:path}", answer, methods=["GET", "HEAD", "PUT", "DELETE", "OPTIONS"]),
        ]
        stack = [Middleware(SecurityHeaders), Middleware(Guard, owners=owners or FileOwners()), Middleware(WayBack)]
        self._app, self._client = Starlette(routes=routes, middleware=stack), client

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Got:
        return self.request("GET", path, headers)

    def request(self, method: str, path: str, headers: Mapping[str, str] | None = None) -> Got:
        scope = self._scope("http", path, headers) | {"method": method, "scheme": "http"}
        start, *rest = self._run(scope, [{"type": "http.request", "body": b"", "more_body": False}])
        body = b"".join(message.get("body", b"") for message in rest)
        return Got(start["status"], Headers(raw=start["headers"]), body.decode())

    def websocket(self, data: bytes, headers: Mapping[str, str] | None = None) -> list[str]:
        """Connect and send; the kinds of messages that came back."""
        scope = self._scope("websocket", "/_stcore/stream", headers) | {"scheme": "ws", "subprotocols": []}
        sent = [{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": data}]
        return [message["type"] for message in self._run(scope, sent)]

    def _scope(self, kind: str, path: str, headers: Mapping[str, str] | None) -> dict[str, Any]:
        told = {"host": "localhost"} | dict(headers or {})
        raw = [(name.encode(), value.encode()) for name, value in told.items()]
        return {"type": kind, "path": path, "query_string": b"", "headers": raw, "client": self._client,
                "server": ("127.0.0.1", 80), "root_path": "", "asgi": {"version": "3.0"}}  # fmt: skip

    def _run(self, scope: dict[str, Any], sent: list[dict[str, Any]]) -> list[Any]:
        got: list[Any] = []

        async def receive() -> Any:
            return sent.pop(0)

        async def send(message: Any) -> None:
            got.append(message)

        asyncio.run(self._app(scope, receive, send))
        return got


def cookie_of(claims: dict[str, Any], secret: str = "c" * 32) -> dict[str, str]:
    signed = create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()
    return {"cookie": f"_streamlit_user={signed}"}


def settings_now() -> Settings:
    found = sign_in_settings.sign_in_settings()
    assert found is not None
    return found


class TestLocal:
    @pytest.mark.parametrize(
        ("address", "headers", "client"),
        [
            (None, {"host": "localhost:8501"}, "127.0.0.1"),
            ("0.0.0.0", {"host": "localhost:8501"}, "127.0.0.1"),
            ("127.0.0.1", {"host": "carerisk.example.org"}, "127.0.0.1"),
            ("127.0.0.1", {}, "127.0.0.1"),
            ("127.0.0.1", {"host": "localhost:8501"}, "10.0.0.4"),
            ("127.0.0.1", {"host": "localhost:8501"}, None),
            ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "10.0.0.4"}, "127.0.0.1"),
            ("127.0.0.1", {"host": "localhost", "x-forwarded-host": "localhost"}, "127.0.0.1"),
            ("127.0.0.1", {"host": "localhost", "forwarded": "for=10.0.0.4"}, "127.0.0.1"),
            ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, "127.0.0.1"),
            ("127.0.0.1", {"host": "localhost", "origin": "https://carerisk.example.org"}, "127.0.0.1"),
        ],
    )
    def test_request_by_way_of_this_machine_is_not_from_it(
        self, address: str | None, headers: dict[str, str], client: str | None
    ) -> None:
        assert not is_local(address, headers, client)
        assert is_local("127.0.0.1", {"host": "localhost:8501", "origin": "http://localhost:8501"}, "127.0.0.1")


class TestWithoutSignIn:
    PATHS = ("/", "/Patient", "/media/abc.csv", "/_stcore/upload_file/s/f", "/_stcore/host-config", "/static/a.js")

    def test_this_machine_is_served(self) -> None:
        assert [Client().get(path).status_code for path in self.PATHS] == [200] * len(self.PATHS)

    @pytest.mark.parametrize("path", PATHS)
    def test_forwarded_request_gets_the_refusal_and_nothing_else(self, path: str) -> None:
        got = Client().get(path, headers={"x-forwarded-for": "10.0.0.4"})
        assert got.status_code == 403
        assert "needs sign-in" in got.text
        assert "served" not in got.text

    def test_other_machine_is_refused_where_the_server_is_bound_to_all_addresses(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = config.get_option
        monkeypatch.setattr(config, "get_option", lambda key: "0.0.0.0" if key == "server.address" else told(key))
        assert Client().get("/").status_code == 403

    def test_websocket_of_a_forwarded_request_is_closed(self) -> None:
        assert Client().websocket(b"hello", {"x-forwarded-for": "10.0.0.4"}) == ["websocket.close"]
        assert "websocket.accept" in Client().websocket(b"hello")

    @pytest.mark.parametrize(
        ("host", "origin"),
        [
            ("localhost:8501", "http://localhost:8501"),
            ("127.0.0.1:8501", "http://127.0.0.1:8501"),
            ("[::1]:8501", "http://[::1]:8501"),
            ("localhost", "http://localhost"),
            ("localhost:80", "http://localhost"),
            ("localhost", "https://localhost:443"),
            ("LOCALHOST:8501", "http://localhost:8501"),
        ],
    )
    def test_websocket_is_opened_by_its_own_page(self, host: str, origin: str) -> None:
        assert "websocket.accept" in Client().websocket(b"hello", {"host": host, "origin": origin})

    @pytest.mark.parametrize(
        ("host", "origin"),
        [
            ("localhost:8501", "http://localhost:9000"),
            ("localhost:8501", "http://localhost"),
            ("localhost", "http://localhost:8501"),
            ("localhost:8501", "http://127.0.0.1:8501"),
            ("127.0.0.1:8501", "http://localhost:8501"),
            ("[::1]:8501", "http://localhost:8501"),
            ("localhost:8501", "http://[::1]:8501"),
            ("localhost:8501", "https://localhost"),
            ("localhost:8501", "null"),
            ("localhost:8501", "http://evil.example:8501"),
        ],
    )
    def test_page_of_another_port_or_name_opens_nothing(self, host: str, origin: str) -> None:
        told = {"host": host, "origin": origin}
        assert Client().websocket(b"hello", told) == ["websocket.close"]
        assert Client().request("PUT", "/_stcore/upload_file/s/f", told).status_code == 403

    def test_probe_of_the_server_is_answered(self) -> None:
        assert Client().get("/_stcore/health", headers={"x-forwarded-for": "10.0.0.4"}).status_code == 200

    def test_settings_half_there_serve_nobody_and_name_what_is_missing(
        self, configured: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.delenv("CARERISK_COOKIE_SECRET")
        sign_in_settings.sign_in_settings.cache_clear()
        got = Client().get("/media/abc.csv")
        assert got.status_code == 503
        assert "CARERISK_COOKIE_SECRET is missing" in got.text
        assert server.secrets() == {}


MALFORMED = [
    {"origin": "http://[::1"},
    {"origin": "https://a:port"},
    {"origin": "http://localhost:99999"},
    {"origin": "http://\u00e4rzte.example.org"},
    {"origin": "http://a\u2100b"},
    {"origin": "http://localhost/path"},
    {"origin": ""},
    {"host": "[::1"},
    {"host": "localhost:port"},
    {"host": "user@localhost"},
]


class TestMalformed:
    @pytest.mark.parametrize("told", MALFORMED)
    def test_is_refused_without_sign_in(self, told: dict[str, str]) -> None:
        self.refused(told)

    @pytest.mark.parametrize("told", MALFORMED)
    @pytest.mark.usefixtures("configured")
    def test_is_refused_with_sign_in(self, told: dict[str, str]) -> None:
        self.refused(told)

    def refused(self, told: dict[str, str]) -> None:
        assert Client().websocket(b"hello", told) == ["websocket.close"]
        got = Client().get("/", told)
        assert (got.status_code, "no address" in got.text) == (400, True)

    @pytest.mark.usefixtures("configured")
    def test_origin_of_a_page_without_one_is_left_to_streamlit(self) -> None:
        assert Client().get("/", {"origin": "null"}).status_code == 200


class TestWayOut:
    """``/auth/logout`` is a route of Streamlit, which removes the cookie of the browser that asks."""

    def test_signs_out_every_copy_of_the_cookie_and_is_audited_once(self, signing_in: Database, person: Person) -> None:
        ann = person("ann", "care team")
        assert REGISTER.ended(ann, settings_now()) is None
        for _ in range(2):
            assert Client().get("/auth/logout", headers=cookie_of(ann)).text == "served"
        assert REGISTER.ended(ann, settings_now()) == End.OUT
        actions = [event.action for event in audit.events(signing_in, LOCAL).rows]
        assert actions.count(Action.SIGN_OUT) == 1

    def test_below_a_path_as_well(self, signing_in: Database, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
        told = config.get_option
        monkeypatch.setattr(config, "get_option", lambda key: "care" if key == "server.baseUrlPath" else told(key))
        ann = person("ann")
        Client().get("/care/auth/logout", headers=cookie_of(ann))
        assert REGISTER.ended(ann, settings_now()) == End.OUT

    @pytest.mark.parametrize(("method", "path"), [("OPTIONS", "/auth/logout"), ("GET", "/auth/login"), ("GET", "/")])
    def test_nothing_else_does(self, signing_in: Database, person: Person, method: str, path: str) -> None:
        ann = person("ann")
        Client().request(method, path, headers=cookie_of(ann))
        assert REGISTER.ended(ann, settings_now()) is None

    def test_it_is_over_although_the_records_cannot_be_written(
        self, signing_in: Database, person: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(*_: Any) -> None:
            raise RecordsError("It is busy.", log="database: OperationalError")

        monkeypatch.setattr(audit, "record", broken)
        ann = person("ann")
        with caplog.at_level(logging.ERROR, logger="ui.server.guard"):
            assert Client().get("/auth/logout", headers=cookie_of(ann)).status_code == 200
        assert REGISTER.ended(ann, settings_now()) == End.OUT
        assert "OperationalError" in caplog.text

    def test_nobody_is_signed_out_by_a_cookie_that_was_made_up(self, signing_in: Database, person: Person) -> None:
        ann = person("ann")
        Client().get("/auth/logout", headers=cookie_of(ann, secret="d" * 32))
        assert REGISTER.ended(ann, settings_now()) is None


class TestFiles:
    @pytest.fixture
    def owners(self, configured: None, person: Person) -> FileOwners:
        owners = FileOwners()
        owners.add("hers", account_key(person("ann")))
        owners.add("icon", NOBODY)
        return owners

    def test_owner_gets_the_file(self, owners: FileOwners, person: Person) -> None:
        assert Client(owners).get("/media/hers.csv", headers=cookie_of(person("ann"))).text == "served"

    def test_another_account_does_not(self, owners: FileOwners, person: Person) -> None:
        assert Client(owners).get("/media/hers.csv", headers=cookie_of(person("cem"))).status_code == 403

    def test_nobody_does_not(self, owners: FileOwners) -> None:
        for method in ("GET", "HEAD", "OPTIONS"):
            assert Client(owners).request(method, "/media/hers.csv").status_code == 403

    def test_cookie_that_somebody_made_up_does_not(self, owners: FileOwners, person: Person) -> None:
        forged = cookie_of(person("ann"), secret="d" * 32)
        assert Client(owners).get("/media/hers.csv", headers=forged).status_code == 403
        assert Client(owners).get("/media/hers.csv", headers={"cookie": "_streamlit_user=x"}).status_code == 403

    def test_identity_too_long_for_one_cookie_is_read_from_its_parts(self, owners: FileOwners, person: Person) -> None:
        parts: dict[str, str] = {}
        set_cookie_with_chunks(
            lambda name, value: parts.update({name: create_signed_value("c" * 32, name, value).decode()}),
            lambda name, value: create_signed_value("c" * 32, name, value),
            "_streamlit_user",
            person("ann", groups=[secrets.token_hex(16) for _ in range(300)]),
            cookie_attr_size=80,
        )
        assert len(parts) > 2
        told = {"cookie": "; ".join(f"{name}={value}" for name, value in parts.items())}
        assert Client(owners).get("/media/hers.csv", told).status_code == 200
        del parts["_streamlit_user_2"]
        told = {"cookie": "; ".join(f"{name}={value}" for name, value in parts.items())}
        assert Client(owners).get("/media/hers.csv", told).status_code == 403

    def test_sign_in_that_is_over_does_not(self, owners: FileOwners, person: Person) -> None:
        late, out = person("ann", iat=time.time() - 13 * 3600), person("ann")
        REGISTER.sign_out(out)
        for claims in (late, out):
            assert Client(owners).get("/media/hers.csv", headers=cookie_of(claims)).status_code == 403

    def test_file_of_unknown_origin_is_served_to_nobody(self, owners: FileOwners, person: Person) -> None:
        assert Client(owners).get("/media/other.csv", headers=cookie_of(person("ann"))).status_code == 403

    def test_icon_of_the_sign_in_page_is_served_to_everybody(self, owners: FileOwners) -> None:
        assert Client(owners).get("/media/icon.svg").status_code == 200

    def test_file_that_is_gone_has_no_owner(self, owners: FileOwners, person: Person) -> None:
        owners.remove("hers")
        assert Client(owners).get("/media/hers.csv", headers=cookie_of(person("ann"))).status_code == 403

    def test_app_below_a_path_is_guarded_as_well(
        self, owners: FileOwners, person: Person, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told = config.get_option
        monkeypatch.setattr(config, "get_option", lambda key: "care/risk" if key == "server.baseUrlPath" else told(key))
        assert Client(owners).get("/care/risk/media/hers.csv").status_code == 403
        ann = cookie_of(person("ann"))
        assert Client(owners).get("/care/risk/media/hers.csv", headers=ann).status_code == 200

    @pytest.mark.parametrize("method", ["PUT", "DELETE"])
    def test_upload_goes_to_ones_own_session_only(
        self, owners: FileOwners, person: Person, monkeypatch: pytest.MonkeyPatch, method: str
    ) -> None:
        sessions = {"hers": person("ann"), "anonymous": {}}
        monkeypatch.setattr(server_guard, "claims_of_session", sessions.get)
        client, ann, cem = Client(owners), cookie_of(person("ann")), cookie_of(person("cem"))
        assert client.request(method, "/_stcore/upload_file/hers/f", headers=ann).status_code == 200
        for session, headers in (("hers", cem), ("hers", {}), ("anonymous", {}), ("gone", ann)):
            path = f"/_stcore/upload_file/{session}/f"
            assert client.request(method, path, headers=headers).status_code == 403

    @pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/agent/openapi.json"])
    def test_inside_of_the_server_is_for_this_machine(self, owners: FileOwners, person: Person, path: str) -> None:
        headers = cookie_of(person("ann"))
        assert Client(owners, client=("10.0.0.4", 1)).get(path, headers=headers).status_code == 403
        proxied = headers | {"x-forwarded-for": "10.0.0.4"}  # by a proxy on this machine
        assert Client(owners).get(path, headers=proxied).status_code == 403
        assert Client(owners).get(path).status_code == 200


class TestActivity:
    def message(self, kind: str, **values: Any) -> bytes:
        message = BackMsg()
        if kind == "rerun_script":
            message.rerun_script.is_auto_rerun = values.get("timer", False)
            message.rerun_script.fragment_id = values.get("fragment", "")
            message.rerun_script.SetInParent()
        else:
            setattr(message, kind, True)
        return message.SerializeToString()

    @pytest.mark.parametrize("fragment", ["", "abc"])
    def test_rerun_that_the_person_caused_counts(self, fragment: str) -> None:
        assert is_action(self.message("rerun_script", fragment=fragment))

    def test_rerun_by_a_timer_a_heartbeat_and_noise_do_not(self) -> None:
        assert not is_action(self.message("rerun_script", timer=True, fragment="abc"))
        assert not is_action(self.message("app_heartbeat"))
        assert not is_action(b"\xff\xff noise")

    @pytest.mark.parametrize(("timer", "lasts"), [(False, True), (True, False)])
    def test_page_left_open_with_a_timer_ends(
        self, configured: None, person: Person, monkeypatch: pytest.MonkeyPatch, timer: bool, lasts: bool
    ) -> None:
        moments = [time.time()]
        monkeypatch.setattr(REGISTER, "_clock", lambda: moments[0])
        claims = person("ann")
        for _ in range(4):
            moments[0] += 600
            Client().websocket(self.message("rerun_script", timer=timer), cookie_of(claims))
        assert (REGISTER.ended(claims, settings_now()) is None) == lasts


class TestMessages:
    @pytest.mark.parametrize("kind", ["clear_cache", "set_run_on_save", "load_git_info", "debug_shutdown_runtime"])
    def test_what_no_page_says_does_not_reach_the_app(self, kind: str) -> None:
        harmful = BackMsg(**{kind: True}).SerializeToString()
        assert not is_said(harmful)
        with pytest.raises(IndexError):  # the guard waits for the next message, and there is none
            Client().websocket(harmful)

    @pytest.mark.usefixtures("configured")
    def test_nor_from_somebody_who_did_not_sign_in(self) -> None:
        with pytest.raises(IndexError):
            Client(client=("10.0.0.4", 1)).websocket(BackMsg(clear_cache=True).SerializeToString())

    def test_what_a_page_says_does(self) -> None:
        kinds = ("rerun_script", "file_urls_request", "app_heartbeat", "backend_operation_request", "stop_script")
        for kind in kinds:
            message = BackMsg()
            part = getattr(message, kind)
            part.SetInParent() if hasattr(part, "SetInParent") else setattr(message, kind, True)
            assert "websocket.send" in Client().websocket(message.SerializeToString())


class TestHeaders:
    def test_every_response_says_what_a_browser_may_do(self) -> None:
        for path in ("/", "/media/abc.csv", "/static/a.js"):
            headers = Client().get(path).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["x-frame-options"] == "DENY"
            assert "frame-ancestors 'none'" in headers["content-security-policy"]

    def test_refusal_has_them_too(self) -> None:
        assert Client().get("/", headers={"via": "p"}).headers["x-frame-options"] == "DENY"

    def test_nothing_but_the_frontend_is_kept_by_the_browser(self) -> None:
        kept = {path: Client().get(path).headers.get("cache-control") for path in ("/media/a.csv", "/static/a.js")}
        assert kept == {"/media/a.csv": "no-store", "/static/a.js": None}

    def test_scripts_are_those_of_the_server_and_of_the_page_by_hash(self) -> None:
        policy = content_policy("<script>\n go()\n</script><script src='x.js'></script>")
        scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
        assert scripts == "script-src 'self' 'sha256-1V9XdrsqMzHAJzrpf6o0zap5qVR2wZGB+NxlRP21gno='"

    def test_cookies_are_secure_where_the_app_is_reached_by_https(self, configured: None) -> None:
        cookies = Client().get("/oauth2callback").headers.getlist("set-cookie")
        assert len(cookies) == 2
        assert all(cookie.endswith("; Secure") for cookie in cookies)

    def test_cookie_that_is_secure_stays_as_it_is(self) -> None:
        assert secured(["a=1; Secure; Path=/", "secure=1"]) == ["a=1; Secure; Path=/", "secure=1; Secure"]

    def test_https_is_asked_for_ever_after_behind_tls_alone(self, configured: None) -> None:
        told = Client().get("/", headers={"x-forwarded-proto": "https"}).headers
        assert told["strict-transport-security"] == "max-age=31536000"
        assert "strict-transport-security" not in Client().get("/").headers


class TestWayBack:
    @pytest.mark.parametrize(
        ("referer", "place"),
        [
            ("http://localhost/Patient?draft=0af3", "/Patient?draft=0af3"),
            ("http://localhost/", "/"),
            ("http://evil.example/Patient", "/"),
            ("http://localhost:9000/Patient", "/"),
            ("http://[::1/Patient", "/"),
            ("http://localhost//evil.example", "/"),
            ("http://localhost/Patient?x=%0d%0aSet-Cookie", "/"),
            ("", "/"),
        ],
    )
    def test_sign_in_ends_at_the_page_that_asked_for_it(self, configured: None, referer: str, place: str) -> None:
        client = Client()
        asked = client.get("/auth/login", headers={"referer": referer})
        back = asked.headers.getlist("set-cookie")[0].split(";")[0]
        assert client.get("/oauth2callback", headers={"cookie": back}).headers["location"] == place

    @pytest.mark.parametrize("planted", ["//evil.example", "https://evil.example", "/\\evil.example", "/a/b"])
    def test_cookie_that_somebody_planted_leads_nowhere_else(self, configured: None, planted: str) -> None:
        got = Client().get("/oauth2callback", headers={"cookie": f"carerisk_back={planted}"})
        assert got.headers["location"] == "/"

    @pytest.mark.parametrize("base", ["/x; Domain=example.org", "/x\r\nSet-Cookie: a=b", "/\u20ac"])
    def test_path_of_a_request_writes_nothing_into_the_cookie(self, configured: None, base: str) -> None:
        assert Client().get(f"{base}/auth/login").headers.getlist("set-cookie") == []

    def test_app_below_a_path_has_its_cookie_there(self, configured: None) -> None:
        (cookie,) = Client().get("/care/auth/login").headers.getlist("set-cookie")
        assert "Path=/care/oauth2callback" in cookie


class TestErrors:
    def test_background_that_fails_is_logged_without_its_message_and_stops_nothing(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken() -> None:
            raise InputError("Age 54 is too high.", log="age out of range")

        ran: list[str] = []
        monkeypatch.setattr(server.tasks, "open_room", broken)
        monkeypatch.setattr(server, "_tidy", lambda: ran.append("patients"))
        with caplog.at_level(logging.ERROR, logger="ui.server.app"):
            server.start_background()
        assert ran == ["patients"]
        assert "age out of range" in caplog.text
        assert "54" not in caplog.messages[0]

    @pytest.mark.parametrize(
        ("error", "told"), [(InputError("Age 540 is no age."), "Age 540"), (ValueError("54 and 33"), "Reload it")]
    )
    def test_page_that_fails_says_a_plain_sentence(
        self, monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
    ) -> None:
        shown: list[str] = []
        monkeypatch.setattr(server.st, "error", shown.append)
        assert server.on_script_error(error)
        assert told in shown[0]
        assert "54 and 33" not in shown[0]
