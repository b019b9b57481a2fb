"""Files that a person uploads: what the browser gives, and a shelf for the last few of a session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class UploadedFile(Protocol):
    """What ``st.file_uploader`` gives."""

    file_id: str
    name: str
    size: int

    def getvalue(self) -> bytes:
        """All bytes."""


class Shelf(Generic[T]):
    """The last few things of a session by key; the oldest goes when there is no room.

    Args:
        most: things kept.
    """

    def __init__(self, most: int = 2) -> None:
        self._most = most
        self._things: dict[str, T] = {}

    def get(self, key: str) -> T | None:
        """The thing of that key; None when it was never put there or has gone."""
        return self._things.get(key)

    def kept(self, key: str, make: Callable[[], T]) -> T:
        """The thing of that key, made and put there where it is not."""
        known = self._things.get(key)
        if known is None:
            known = make()
            self.put(key, known)
        return known

    def __iter__(self) -> Iterator[T]:
        return iter(self._things.values())

    def put(self, key: str, thing: T) -> T | None:
        """Put a thing there, and give back the one that had to go for it."""
        self._things.pop(key, None)
        self._things[key] = thing
        return self._things.pop(next(iter(self._things))) if len(self._things) > self._most else None
