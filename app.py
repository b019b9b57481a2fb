"""Home."""

from ui.page import start_page

start_page("CareRisk")
