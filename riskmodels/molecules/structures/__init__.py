"""A compound as it is read: SMILES, tables and molecule files → one structure in one form, or a problem.

Training compounds and screened ones go through the same door (:mod:`.structure`).
"""
