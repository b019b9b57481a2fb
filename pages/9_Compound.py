"""Screen a compound: a structure or a file in; six estimates, the atoms that decide, and their domain out. Research."""

from __future__ import annotations

from riskmodels.records import Role
from ui.compound.banner import draw_banner, draw_in_sidebar, extra_is_there
from ui.page import start_page

start_page("Screen a compound", roles=(Role.ANALYST,), models=draw_in_sidebar)
draw_banner()
if extra_is_there():
    from ui.compound.page import draw_page  # needs RDKit

    draw_page()
