"""Turns: so many at once, in the order of arrival, and a place comes back whatever happens within."""

from __future__ import annotations

import time
from threading import Event, Thread

import pytest

from ui.turns import Turns


def test_no_more_are_within_than_there_are_places() -> None:
    turns, now, most = Turns(2), [], []

    def work(number: int) -> None:
        with turns.turn():
            now.append(number)
            most.append(len(now))
            time.sleep(0.01)
            now.remove(number)

    threads = [Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(most) == 12
    assert max(most) == 2


def test_who_came_first_is_served_first() -> None:
    turns, served, hold = Turns(1), [], Event()

    def work(number: int) -> None:
        with turns.turn():
            if number == 0:
                hold.wait()
            served.append(number)

    threads = [Thread(target=work, args=(number,)) for number in range(5)]
    for at, thread in enumerate(threads):
        thread.start()
        while at and len(turns._waiting) < at:
            time.sleep(0.001)
    hold.set()
    for thread in threads:
        thread.join()
    assert served == [0, 1, 2, 3, 4]


def test_place_comes_back_after_an_error() -> None:
    turns = Turns(1)
    with pytest.raises(ValueError, match="within"), turns.turn():
        raise ValueError("within")
    with turns.turn():
        pass
