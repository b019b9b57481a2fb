"""Image models: a retinal photo or a chest film in; its checks, a reading or a refusal, and where it comes from out.

Called by the Image page and the command line; the models are made by :mod:`riskmodels.shipping`.
"""
