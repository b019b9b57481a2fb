"""Models of an installation's own: a file and its outcome column in; a judged model, kept here, and its estimates out.

See docs/own_models.md.
"""
