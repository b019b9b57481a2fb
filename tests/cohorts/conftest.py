"""What the tests of the download path write: SAS transport files, linked mortality files, and a web site."""

from __future__ import annotations

import struct
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

Columns = dict[str, list[float | None]]


def ibm_double(value: float | None) -> bytes:
    """An 8-byte IBM hexadecimal float: sign, exponent of 16 (excess 64), 56-bit fraction. None is SAS's “.”."""
    if value is None:
        return b"\x2e" + bytes(7)
    if value == 0:
        return bytes(8)
    sign, size, exponent = (0x80 if value < 0 else 0), abs(value), 64
    while size >= 1:
        size, exponent = size / 16, exponent + 1
    while size < 1 / 16:
        size, exponent = size * 16, exponent - 1
    return bytes([sign | exponent]) + int(size * 2**56).to_bytes(7, "big")


def _padded(data: bytes, size: int = 80) -> bytes:
    return data + b" " * (-len(data) % size)


def _header(kind: str, tail: str) -> bytes:
    return f"HEADER RECORD*******{kind:<8}HEADER RECORD!!!!!!!{tail}".encode().ljust(80)


def _namestr(number: int, name: str) -> bytes:
    return struct.pack(
        ">hhhh8s40s8shhh2s8shhl52s",
        1,
        0,
        8,
        number,
        name.encode().ljust(8),
        name.encode().ljust(40),
        b" " * 8,
        8,
        0,
        0,
        b"",
        b" " * 8,
        0,
        0,
        8 * (number - 1),
        b"",
    )


def xpt_bytes(columns: Columns) -> bytes:
    """A SAS version 5 transport file with one member of numeric variables (SAS technical note TS-140)."""
    zeros, stamp = "0" * 30, "01JAN20:00:00:00"
    head = _header("LIBRARY", zeros) + f"SAS     SAS     SASLIB  9.4     TEST    {'':24}{stamp}".encode()
    head += stamp.encode().ljust(80)
    head += _header("MEMBER", "000000000000000001600000000140") + _header("DSCRPTR", zeros)
    head += f"SAS     DATA    SASDATA 9.4     TEST    {'':24}{stamp}".encode() + stamp.encode().ljust(80)
    head += _header("NAMESTR", f"000000{len(columns):04d}{'0' * 20}")
    names = _padded(b"".join(_namestr(i, name) for i, name in enumerate(columns, start=1)))
    rows = zip(*columns.values(), strict=True)
    data = b"".join(ibm_double(value) for row in rows for value in row)
    return head + names + _header("OBS", zeros) + _padded(data)


def mortality_line(seqn: int, eligible: int, dead: int | None, cause: int | None, months: int | None) -> str:
    """One line in the layout of NCHS's public-use linked mortality file."""
    dead_text = "." if dead is None else str(dead)
    cause_text = "  ." if cause is None else f"{cause:03d}"
    months_text = "  ." if months is None else f"{months:3d}"
    return f"{seqn:<6}{'':8}{eligible}{dead_text}{cause_text}00{'':21}{months_text}{months_text}\n"


@dataclass
class WebSite:
    """A site on this computer whose answers a test scripts.

    Args:
        files: content by path.
        script: by path, how to misbehave at the next requests: ``503``, ``cut`` (half of the bytes, then silence),
            ``small`` (announces 10 bytes in all), ``whole`` (ignores Range), ``page`` (an error page with status
            200), ``away`` (redirects to plain http elsewhere), ``changed`` (another version from now on).
        seen: (path, Range header) of every request.
    """

    address: str = ""
    files: dict[str, bytes] = field(default_factory=dict)
    script: dict[str, deque[str]] = field(default_factory=dict)
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    version: int = 1

    def plan(self, path: str, *acts: str) -> None:
        """Misbehave so at the next requests of a path."""
        self.script[path] = deque(acts)


class _Handler(BaseHTTPRequestHandler):
    site: WebSite

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        self.site.seen.append((self.path, self.headers.get("Range")))
        acts = self.site.script.get(self.path, deque())
        act = acts.popleft() if acts else ""
        content = self.site.files.get(self.path)
        if act == "503" or content is None:
            self.send_error(503 if act else 404)
        elif act == "away":
            self.send_response(302)
            self.send_header("Location", "http://example.org/file.xpt")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(b"<html>Page not found</html>" if act == "page" else content, act)

    def _send(self, content: bytes, act: str) -> None:
        if act == "changed":
            self.site.version += 1
        tag, first = f'"v{self.site.version}"', 0
        asked = self.headers.get("Range")
        if asked and act != "whole" and self.headers.get("If-Range") == tag:
            first = int(asked.removeprefix("bytes=").removesuffix("-"))
            self.send_response(206)
            total = 10 if act == "small" else len(content)
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{total}")
        else:
            self.send_response(200)
        rest = content[first:]
        self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        self.wfile.write(rest[: len(rest) // 2] if act == "cut" else rest)
        self.close_connection = True


@pytest.fixture
def website() -> Iterator[WebSite]:
    """A web site on this computer; ``website.address`` is its base address."""
    site = WebSite()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"site": site}))
    site.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield site
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def make_xpt() -> Callable[[Columns], bytes]:
    """Writes a SAS transport file."""
    return xpt_bytes


@pytest.fixture
def make_mortality_line() -> Callable[..., str]:
    """Writes a line of a linked mortality file."""
    return mortality_line
