"""What invented people give away about the real people behind them: measured, said, and refused above a bound.

Real people fitted on, real people kept apart and invented ones in; the privacy card (:mod:`.card`) out. Any generator's
file can be judged, a copula's as well as ours.
"""
