"""An ASGI app served by uvicorn on a free port, and a client of it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import uvicorn

from tests.waiting import HUNG, until


@contextmanager
def client_of(config: Callable[[str], uvicorn.Config]) -> Iterator[httpx.Client]:
    """A client while the app is served.

    Args:
        config: makes the server's configuration from the address it will have.
    """
    place = socket.socket()
    place.bind(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{place.getsockname()[1]}"
    server = uvicorn.Server(config(address))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [place]})
    thread.start()
    try:
        until(lambda: server.started or not thread.is_alive())
        with httpx.Client(base_url=address, timeout=HUNG) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join(HUNG)
        place.close()
