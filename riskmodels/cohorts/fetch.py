"""One public file over HTTPS, safely: resumed after an interruption, retried with growing pauses, and kept only when
its size is the announced one and it begins as its format does.
"""

from __future__ import annotations

import http.client
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import IO, Any

from riskmodels.errors import SourceDataError
from riskmodels.runtime.addresses import is_loopback, read_address

#: called with the bytes there are so far and the bytes there will be (None when the server does not say)
Received = Callable[[int, int | None], None]
_CHUNK = 1 << 16


@dataclass(frozen=True)
class Patience:
    """How hard to try.

    Args:
        attempts: how often a file is asked for before giving up.
        pause: seconds before the second attempt; doubled before each further one.
        timeout: seconds without an answer after which an attempt ends.
        largest: bytes a file may have.
        sleep: waits so many seconds.
    """

    attempts: int = 5
    pause: float = 1.0
    timeout: float = 60.0
    largest: int = 500_000_000
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)


class _TryAgainError(Exception):
    """This attempt failed in a way that may pass."""


class _SafeRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> urllib.request.Request | None:
        require_safe(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def require_safe(url: str) -> None:
    """HTTPS only; plain HTTP from this computer itself.

    Raises:
        SourceDataError: for any other address.
    """
    address = read_address(url)
    if address is not None and (address.scheme == "https" or is_loopback(address.host)):
        return
    raise SourceDataError(f"{url} is not an https address.", hint="Nothing was downloaded from it.")


def fetch(
    url: str, path: Path, begins: bytes = b"", received: Received | None = None, patience: Patience | None = None
) -> None:
    """Download a file, or the rest of it.

    Args:
        url: address.
        path: where the whole file goes. While it is incomplete it is ``<path>.part``, beside it ``<path>.tag`` (what
            the server calls this version of the file); a later call goes on from there.
        begins: the first bytes of every file of its format; guards against an error page sent as if it were the file.
        received: progress.
        patience: how hard to try.

    Raises:
        SourceDataError: when the address is not safe, the file is not there, attempts are used up, or the file is
            not what was announced.
    """
    require_safe(url)
    patience = patience or Patience()
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    reason = ""
    for attempt in range(patience.attempts):
        if attempt:
            patience.sleep(patience.pause * 2 ** (attempt - 1))
        try:
            _attempt(url, part, received or (lambda done, total: None), patience)
        except _TryAgainError as error:
            reason = str(error)
            continue
        _accept(url, part, path, begins)
        return
    raise SourceDataError(
        f"{url} could not be downloaded in {patience.attempts} attempts: {reason}",
        hint="Try again later: what has arrived is kept and not asked for again.",
    )


def _attempt(url: str, part: Path, received: Received, patience: Patience) -> None:
    tag = _tag_file(part)
    have = part.stat().st_size if part.is_file() and tag.is_file() else 0
    headers = {"User-Agent": "carerisk (public NHANES data)", "Accept-Encoding": "identity"}
    if have:
        headers |= {"Range": f"bytes={have}-", "If-Range": tag.read_text()}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310  checked by require_safe
    try:
        with _opener(url).open(request, timeout=patience.timeout) as response:
            _receive(response, part, have, received, patience.largest)
    except urllib.error.HTTPError as error:
        error.close()
        _refused(url, part, error.code)
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError, ssl.SSLError) as error:
        raise _TryAgainError(f"the connection failed ({type(error).__name__}: {error})") from error


def _opener(url: str) -> urllib.request.OpenerDirector:
    handlers: list[urllib.request.BaseHandler] = [_SafeRedirects()]
    address = read_address(url)
    if address is not None and is_loopback(address.host):
        handlers.append(urllib.request.ProxyHandler({}))
    return urllib.request.build_opener(*handlers)


def _refused(url: str, part: Path, code: int) -> None:
    if code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
        part.unlink(missing_ok=True)
        raise _TryAgainError("the server could not go on from where it stopped")
    if code == http.HTTPStatus.TOO_MANY_REQUESTS or code >= http.HTTPStatus.INTERNAL_SERVER_ERROR:
        raise _TryAgainError(f"the server answered {code}")
    raise SourceDataError(f"{url} is not there: the server answered {code}.", hint="Check the address.")


def _receive(response: Any, part: Path, have: int, received: Received, largest: int) -> None:
    """Append a partial answer or start afresh with a whole one; complete only when the announced size is there."""
    if response.status == http.HTTPStatus.PARTIAL_CONTENT:
        total, done, mode = _range_total(response.headers.get("Content-Range", ""), have, part), have, "ab"
    else:
        length = response.headers.get("Content-Length")
        total, done, mode = int(length) if length else None, 0, "wb"
        _remember_version(part, response.headers)
    with part.open(mode) as file:
        while chunk := response.read(_CHUNK):
            file.write(chunk)
            done += len(chunk)
            if done > largest:
                raise SourceDataError(f"{part.stem} is larger than {largest} bytes.", hint="It was not kept.")
            received(done, total)
    if total is not None and done < total:
        raise _TryAgainError(f"{done} of {total} bytes arrived")
    if total is not None and done > total:
        part.unlink()
        raise SourceDataError(f"{part.stem} has {done} bytes, but {total} were announced.", hint="It was not kept.")


def _range_total(header: str, have: int, part: Path) -> int | None:
    """Total size of ``bytes 100-999/1000``, after checking that it starts where we stopped."""
    span, _, total = header.removeprefix("bytes ").partition("/")
    if span.partition("-")[0] != str(have):
        part.unlink()
        raise _TryAgainError("the server went on from another place")
    return int(total) if total.isdigit() else None


def _tag_file(part: Path) -> Path:
    return part.with_suffix(".tag")


def _remember_version(part: Path, headers: Message) -> None:
    """Keep what If-Range needs; without it an interrupted file starts afresh."""
    strong = headers.get("ETag", "")
    tag = strong if strong and not strong.startswith("W/") else headers.get("Last-Modified", "")
    if tag:
        _tag_file(part).write_text(tag)
    else:
        _tag_file(part).unlink(missing_ok=True)


def _accept(url: str, part: Path, path: Path, begins: bytes) -> None:
    _tag_file(part).unlink(missing_ok=True)
    with part.open("rb") as file:
        start = file.read(len(begins))
    if start != begins:
        part.unlink()
        raise SourceDataError(f"{url} is not a file of its format.", hint="The server may have sent an error page.")
    os.replace(part, path)
