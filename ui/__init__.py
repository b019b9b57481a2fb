"""What a page draws, says, asks, keeps for its session or is served by; a room a page, on top what every page uses.

Called by home.py, pages/ and app.py; what is read, computed or decided is asked of :mod:`riskmodels`.
"""
