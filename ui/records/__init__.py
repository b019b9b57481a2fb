"""Finding a record: search, filters and order in, the list out.

Drawn by pages/4_Records.py; its rows also stand where the Image page asks for a record.
"""
