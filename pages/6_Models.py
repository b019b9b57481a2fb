"""Inspect the models: how good each is and where it fails, what it does with its inputs, and on whom it was judged."""

from __future__ import annotations

from ui.inspect.page import draw_page
from ui.page import EVERYBODY, start_page

start_page("Inspect the models", roles=EVERYBODY)
draw_page()
