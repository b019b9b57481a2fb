"""Find a record: search, filter and page through the patients that were saved, and open one."""

from __future__ import annotations

from riskmodels.records import Role
from ui.page import start_page
from ui.records.listing import draw_list

start_page("Find a record", roles=(Role.CARE,))
draw_list()
