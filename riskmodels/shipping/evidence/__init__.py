"""What is shown of a shipped risk model: a model and its people in, evidence.json beside the model out.

Called by ``python -m riskmodels evaluate`` and after training. Nothing here knows how a model is fitted: fits and
people come in as :class:`~riskmodels.shipping.evidence.judged.Judged`.
"""
