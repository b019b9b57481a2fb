"""Many compounds at once: rows in; numbers, verdicts, properties and alerts, or a problem for each row, out.

The page's job and ``python -m riskmodels molecules screen`` run the same.
"""
