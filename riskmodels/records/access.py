"""Who asks, and what they may do. Every repository function of records takes the person and refuses without the role.

The page's gate (:func:`ui.page.start_page`) asks the same question first; here it is asked again, so that no way around
a page leads to a record.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from riskmodels.records.errors import NotAllowedError


class Role(StrEnum):
    """What a person is here; one person may have several."""

    CARE = "care team"
    ANALYST = "analyst"
    ADMIN = "admin"


@dataclass(frozen=True)
class Actor:
    """The person who asks.

    Args:
        id: of the account; stands in the audit trail.
        name: for people.
        roles: what the person may do.
    """

    id: str
    name: str = field(repr=False)
    roles: frozenset[Role]

    def may(self, *roles: Role) -> bool:
        """Whether the person has one of the roles."""
        return bool(self.roles & set(roles))


#: the person at this computer, where there is no sign-in: the app then answers on the loopback address only
LOCAL = Actor("local", "This computer", frozenset(Role))


def require(actor: Actor, *roles: Role) -> None:
    """Go on when the person has one of the roles.

    Raises:
        NotAllowedError: when not.
    """
    if not actor.may(*roles):
        raise NotAllowedError(
            f"This needs the role {' or '.join(roles)}.",
            hint="Ask an administrator for it.",
            log=f"refused: needs {' or '.join(roles)}",
        )
