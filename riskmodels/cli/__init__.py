"""The command line, ``python -m riskmodels …``: arguments in, a call of one room's command, words and an exit code out.

Called by :mod:`riskmodels.__main__` alone; it computes nothing itself.
"""
