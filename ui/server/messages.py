"""What a page has told the browser arrives whole, also when a part of it is drawn anew before all was sent.

When a fragment is drawn anew, Streamlit 1.67 takes what it had not sent of that fragment out of the queue and leaves
what belongs to others. The places of elements are numbers in their container, so what comes after a missing one has no
place: the browser gives up with "Bad delta path index" and shows a white page. On a busy machine one click in thirty on
a page that was still being drawn did that. Nothing is taken out here: what is drawn anew follows and replaces it.
"""

from __future__ import annotations

from collections.abc import Callable

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

_CLEAR: Callable[..., None] = ForwardMsgQueue.clear


def keep_messages_of_fragments() -> None:
    """Have every queue of this process keep them; calling it again changes nothing."""
    ForwardMsgQueue.clear = _clear  # type: ignore[assignment, method-assign]


def _clear(
    queue: ForwardMsgQueue, retain_lifecycle_msgs: bool = False, fragment_ids_this_run: list[str] | None = None
) -> None:
    """As Streamlit's, which is told that the fragments that are drawn anew are none."""
    _CLEAR(queue, retain_lifecycle_msgs, None if fragment_ids_this_run is None else [])
