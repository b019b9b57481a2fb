"""Find a record: search, filter and page through the patients that were saved, and open one."""

from __future__ import annotations

from riskmodels.records import Role
from ui import records_empty
from ui.page import start_page

start_page("Find a record", roles=(Role.CARE,))
records_empty.draw_no_records()
