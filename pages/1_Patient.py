"""Assess a patient."""

from ui.page import start_page

start_page("Assess a patient")
