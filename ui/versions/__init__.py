"""Versions of a model as pages show them: listed, saved, put in force and taken back; what a change does to people."""
