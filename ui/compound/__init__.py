"""The page "Screen a compound": a structure or a file in; estimates, the atoms that decide, and their domain out.

Drawn by pages/9_Compound.py. Research: no patient enters it, and nothing here is for the care of anybody. What needs
RDKit is imported after :func:`ui.compound.banner.extra_is_there` was asked.
"""
