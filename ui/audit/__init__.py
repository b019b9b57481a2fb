"""The audit trail as its page shows it: events in, words and tables out, a check of the chain, an export.

Drawn by pages/5_Audit.py.
"""
