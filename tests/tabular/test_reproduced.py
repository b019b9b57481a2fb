"""The shipped chest-pain model, trained again: the same within a tolerance on every processor."""

from __future__ import annotations

import numpy as np
import torch

from riskmodels.cohorts import read_uci_heart
from riskmodels.shipping import chest_pain
from riskmodels.tabular.model import load_shipped
from riskmodels.tabular.recipes import label_chest_pain
from riskmodels.tabular.training import REPRODUCED

OUTCOME = "coronary_disease"


def test_training_again_gives_the_shipped_risks_within_the_stated_tolerance() -> None:
    """Not to the bit: 800 steps of single-precision sums, whose order is the processor's."""
    data, threads = label_chest_pain(read_uci_heart(chest_pain.SOURCE)), torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        again = chest_pain.fit_rows(data, np.arange(len(data.frame)), "cpu")
    finally:
        torch.set_num_threads(threads)
    shipped = load_shipped(device="cpu")["chest_pain"]
    now, then = (model.predict(data.frame).risk[OUTCOME] for model in (again, shipped))
    np.testing.assert_allclose(now, then, atol=REPRODUCED, rtol=0)
