"""Between the app and PostgreSQL: passes everything on until it is told to stop, as a frozen server does."""

from __future__ import annotations

import contextlib
import select
import socket
import threading


class Relay:
    """Passes bytes between a port of its own and the server, until it is frozen.

    Args:
        host, port: of the server.
    """

    def __init__(self, host: str, port: int) -> None:
        self._server, self._open, self._ended = (host, port), threading.Event(), threading.Event()
        self._open.set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(0.1)
        self.port = int(self._listener.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    @property
    def frozen(self) -> bool:
        """Whether nothing is passed on."""
        return not self._open.is_set()

    def freeze(self) -> None:
        """Pass nothing on any more; connections stay open."""
        self._open.clear()

    def go_on(self) -> None:
        """Pass on what waits, and everything from now on."""
        self._open.set()

    def close(self) -> None:
        """End all connections."""
        self._ended.set()
        self._open.set()
        for thread in self._threads:
            thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=(client,)))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, socket.create_connection(self._server) as server, contextlib.suppress(OSError):
            while not self._ended.is_set():
                ready, _, _ = select.select([client, server], [], [], 0.1)
                self._open.wait()
                for source in ready:
                    data = source.recv(65_536)
                    if not data:
                        return
                    (server if source is client else client).sendall(data)
