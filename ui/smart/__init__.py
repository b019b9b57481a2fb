"""The SMART launch: routes for the browser, what waits for the page, and the panel that fills the form from it.

No token is ever here: it lives in the one request that reads the record, in :mod:`riskmodels.smart`.
"""
