"""Why an answer is what it is: exact Shapley values of the network in its own form, and what each unknown would narrow.

Curves and pair terms in, contributions in log-odds out, and steps that add up as printed; called by
:mod:`riskmodels.tabular`, whose models explain themselves with it, and by all that shows an explanation.
"""
