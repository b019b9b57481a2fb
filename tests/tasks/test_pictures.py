"""Pictures are opened beside the pages: a decoder that falls takes its process and no page with it."""

from __future__ import annotations

import sys
from pathlib import Path
from threading import Lock
from typing import Any, cast

import pytest

from riskmodels.imaging import picture
from riskmodels.imaging.reading import read_item
from ui.image.maps import _tell

sys.path.append(str(Path(__file__).parent))

import chores


def test_decoder_that_takes_its_process_down_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture, "open_picture", chores.die_at)
    item, shown = read_item(1, "film.png", b"\x89PNG", cast(Any, None))
    assert shown is None
    assert "ended by the system" in item.reading.refused


class Bar:
    """Sees whether others may compute while it is drawn."""

    def __init__(self, lock: Lock, fails: bool = False) -> None:
        self.lock, self.fails, self.locked = lock, fails, True

    def progress(self, share: float, text: str) -> None:
        self.locked = self.lock.locked()
        if self.fails:
            raise KeyError("the person went on")


def test_others_have_their_turn_between_two_steps_of_an_occlusion_map() -> None:
    lock = Lock()
    with lock:
        bar = Bar(lock)
        _tell(cast(Any, bar), lock, 0.5)
        assert not bar.locked
        assert lock.locked()


def test_lock_is_given_back_once_when_the_page_is_left_meanwhile() -> None:
    lock = Lock()
    with pytest.raises(KeyError), lock:
        _tell(cast(Any, Bar(lock, fails=True)), lock, 0.5)
    assert not lock.locked()
