"""A browser's half of Streamlit's websocket, without a browser: fifty of them fit beside the server.

Speaks the protocol of the pinned version: sends ``BackMsg``, reads ``ForwardMsg``, keeps the state of every widget as
the frontend does, and names the fragment that a changed widget belongs to.
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.web.server.starlette.starlette_app_utils import generate_xsrf_token_string
from streamlit.web.server.starlette.starlette_server_config import XSRF_COOKIE_NAME
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from tests.waiting import HUNG

_WIDGETS = ("number_input", "selectbox", "button", "text_input", "date_input", "button_group")
_LARGEST = 64_000_000


class SessionError(AssertionError):
    """The app answered with an error, or not in time."""


@dataclass
class Widget:
    """A widget that the server has drawn: its id, which ends in its key, its label, and the fragment it stands in."""

    id: str
    label: str
    fragment: str


@dataclass
class Session:
    """One browser tab at the app.

    Args:
        url: of the app, ``http://localhost:8501``.
        page: name of the page in the address, ``Patient``.
        cookie: of a signed-in person; empty without sign-in.
        query: of the address; the app changes it.
    """

    url: str
    page: str
    cookie: str = ""
    query: str = ""
    widgets: dict[str, Widget] = field(default_factory=dict)
    html: dict[tuple[int, ...], str] = field(default_factory=dict)
    received: int = 0
    drawn: int = 0
    _states: dict[str, WidgetState] = field(default_factory=dict)
    _cached: dict[str, bytes] = field(default_factory=dict)
    _script: str = ""
    _socket: ClientConnection | None = None
    _heard: list[bytes] = field(default_factory=list)

    async def open(self, within: float = HUNG) -> float:
        """Connect and draw the page once; seconds until it stood."""
        token = generate_xsrf_token_string()
        cookies = "; ".join(filter(None, [f"{XSRF_COOKIE_NAME}={token}", self.cookie]))
        address = f"{self.url.replace('http', 'ws', 1)}/_stcore/stream"
        self._socket = await connect(
            address,
            subprotocols=[Subprotocol("streamlit"), Subprotocol(token)],
            additional_headers={"Cookie": cookies},
            max_size=_LARGEST,
            origin=Origin(self.url),
        )
        return await self._run("", within)

    async def run_again(self, within: float = HUNG) -> float:
        """Draw the whole page once more; seconds until it stood."""
        return await self._run("", within)

    async def close(self) -> None:
        """Close the tab."""
        if self._socket is not None:
            await self._socket.close()

    async def choose(self, label: str, value: float | str | list[str], within: float = HUNG) -> float:
        """Enter a number, or choose by words an answer or segments; seconds until the page had answered."""
        widget = self.widget(label)
        state = WidgetState(id=widget.id)
        if isinstance(value, str):
            state.string_value = value
        elif isinstance(value, list):
            state.string_array_value.data.extend(value)
        else:
            state.double_value = float(value)
        self._states[widget.id] = state
        return await self._run(widget.fragment, within)

    async def press(self, name: str, within: float = HUNG) -> float:
        """Press a button; seconds until the page had answered."""
        widget = self.widget(name)
        self._states[widget.id] = WidgetState(id=widget.id, trigger_value=True)
        try:
            return await self._run(widget.fragment, within)
        finally:
            self._states.pop(widget.id, None)

    def widget(self, name: str) -> Widget:
        """The widget of that label or, where labels stand twice, of that key."""
        for widget in self.widgets.values():
            if widget.label == name or widget.id.endswith(f"-{name}"):
                return widget
        raise SessionError(f"no widget “{name}” among {sorted(w.label for w in self.widgets.values())}")

    def heard(self) -> bytes:
        """All that the server sent since the last call; text stands in it as UTF-8."""
        sent = b"\n".join(self._heard)
        self._heard.clear()
        return sent

    async def _run(self, fragment: str, within: float) -> float:
        message = BackMsg()
        message.rerun_script.page_name = self.page
        message.rerun_script.query_string = self.query
        message.rerun_script.page_script_hash = self._script
        message.rerun_script.fragment_id = fragment
        message.rerun_script.cached_message_hashes.extend(self._cached)
        message.rerun_script.widget_states.widgets.extend(self._states.values())
        message.rerun_script.context_info.timezone = "UTC"
        message.rerun_script.context_info.locale = "en-US"
        message.rerun_script.context_info.url = f"{self.url}/{self.page}"
        started = time.perf_counter()
        assert self._socket is not None
        await self._socket.send(message.SerializeToString())
        try:
            await asyncio.wait_for(self._until_finished(), within)
        except TimeoutError:
            raise SessionError(f"no answer within {within:.0f} s") from None
        return time.perf_counter() - started

    async def _until_finished(self) -> None:
        assert self._socket is not None
        while True:
            data = await self._socket.recv()
            assert isinstance(data, bytes)
            self.received += len(data)
            self._heard.append(data)
            message = ForwardMsg.FromString(data)
            if message.ref_hash:
                message = ForwardMsg.FromString(self._cached[message.ref_hash])
            elif message.metadata.cacheable and message.hash:
                self._cached[message.hash] = data
            if self._take(message):
                return

    def _take(self, message: ForwardMsg) -> bool:
        """Read one message; whether the page has answered with it."""
        kind = message.WhichOneof("type")
        if kind == "navigation":
            self._script = message.navigation.page_script_hash
        elif kind == "page_info_changed":
            self.query = message.page_info_changed.query_string
        elif kind == "delta":
            self._draw(message)
        elif kind == "session_event" and message.session_event.HasField("script_compilation_exception"):
            raise SessionError("the script does not compile")
        return kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _draw(self, message: ForwardMsg) -> None:
        delta = message.delta
        place = tuple(message.metadata.delta_path)
        self.drawn += 1
        if delta.WhichOneof("type") != "new_element":
            return
        kind = delta.new_element.WhichOneof("type")
        element: Any = getattr(delta.new_element, str(kind), None)
        if kind == "exception":
            raise SessionError(f"the page shows an exception: {element.type}")
        if kind == "html":
            self.html[place] = element.body
        if kind in _WIDGETS:
            fragment = delta.fragment_id
            self.widgets[element.id] = Widget(element.id, element.label, fragment)
            if getattr(element, "set_value", False):
                self._states.pop(element.id, None)
