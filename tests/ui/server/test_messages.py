"""Messages of a fragment that is drawn anew stay in the queue: what stands after them has its place by their number."""

from __future__ import annotations

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from ui.server import messages as server_messages


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> ForwardMsgQueue:
    """Of a server of ours, with two elements that are not sent yet: one of a fragment, one of another after it."""
    monkeypatch.setattr(ForwardMsgQueue, "clear", ForwardMsgQueue.clear)  # put back at the end
    server_messages.keep_messages_of_fragments()
    made = ForwardMsgQueue()
    for place, fragment in ((8, "whole"), (9, "part")):
        message = ForwardMsg()
        message.metadata.delta_path[:] = [0, place]
        message.delta.fragment_id = fragment
        message.delta.add_block.SetInParent()
        made.enqueue(message)
    return made


def places(queue: ForwardMsgQueue) -> list[int]:
    return [message.metadata.delta_path[1] for message in queue.flush()]


def test_fragment_drawn_anew_leaves_no_gap_before_another(queue: ForwardMsgQueue) -> None:
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["whole"])
    assert places(queue) == [8, 9]


def test_page_drawn_anew_drops_what_was_not_sent(queue: ForwardMsgQueue) -> None:
    queue.clear(retain_lifecycle_msgs=True)
    assert places(queue) == []


def test_flush_empties_the_queue(queue: ForwardMsgQueue) -> None:
    assert places(queue) == [8, 9]
    assert queue.is_empty()
