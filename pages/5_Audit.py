"""Review the audit trail: who did what when to which record, and whether the chain of events is whole."""

from __future__ import annotations

from riskmodels.records import Role
from ui.audit.listing import draw_trail
from ui.page import start_page

start_page("Review the audit trail", roles=(Role.ADMIN,))
draw_trail()
