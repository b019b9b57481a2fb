"""Who sits at the screen."""

from __future__ import annotations

from riskmodels.records import LOCAL, Actor


def current_actor() -> Actor:
    """The person at the screen: without sign-in the one at this computer, with every role."""
    return LOCAL
