"""TabM as a peer: k multilayer perceptrons that share their weights, on embedded inputs (Gorishniy 2025, ICLR).

Smaller than in the paper, so that a fit of 25,000 people takes seconds on one core: see :data:`TABM_SETTINGS`.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pandas as pd
import torch
from rtdl_num_embeddings import LinearReLUEmbeddings
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from tabm import TabM
from torch.nn.functional import binary_cross_entropy_with_logits as cross_entropy

from riskmodels.evaluation.arrays import FloatArray
from riskmodels.evaluation.peer_linear import columns, straight
from riskmodels.evaluation.peer_parts import Candidate, Kind, Part, Settings

TABM_SETTINGS: tuple[Settings, ...] = (
    {"d_block": 64, "dropout": 0.1, "learning_rate": 2e-3},
    {"d_block": 64, "dropout": 0.3, "learning_rate": 2e-3},
)
_MEMBERS, _BLOCKS, _EMBEDDING = 8, 2, 8
_EPOCHS, _PATIENCE, _BATCH, _DECAY = 25, 4, 512, 3e-4


def _fit(train: Part, tune: Part, seed: int, settings: Settings) -> Candidate:
    """Each member learns by itself; their mean probability is the answer. Stopped early on the tuning part."""
    design = make_pipeline(columns(train.frame, straight), StandardScaler()).fit(train.frame)

    def ready(frame: pd.DataFrame) -> torch.Tensor:
        return torch.from_numpy(design.transform(frame).clip(-8, 8).astype(np.float32))

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        model, epochs = _learn(ready(train.frame), train, ready(tune.frame), tune, seed, settings)
    finally:
        torch.set_num_threads(threads)

    def log_odds(frame: pd.DataFrame) -> FloatArray:
        return np.asarray(torch.logit(_risk(model, ready(frame)), 1e-6).numpy(), np.float64)

    return Candidate({**settings, "epochs": epochs}, log_odds)


def _learn(x: torch.Tensor, train: Part, other: torch.Tensor, tune: Part, seed: int, settings: Settings) -> Any:
    label, weight = (torch.from_numpy(a.astype(np.float32)) for a in (train.label, train.weight))
    checked, counted = (torch.from_numpy(a) for a in (tune.label, tune.weight))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _network(x.shape[1], settings)
        step = torch.optim.AdamW(model.parameters(), lr=float(settings["learning_rate"]), weight_decay=_DECAY)
        best, kept, at = np.inf, copy.deepcopy(model), 0
        for epoch in range(1, _EPOCHS + 1):
            _one_epoch(model, step, x, label, weight)
            risk = _risk(model, other).double().clamp(1e-6, 1 - 1e-6)
            loss = float((torch.nn.functional.binary_cross_entropy(risk, checked, reduction="none") * counted).mean())
            if loss < best:
                best, kept, at = loss, copy.deepcopy(model), epoch
            elif epoch - at >= _PATIENCE:
                break
    return kept.eval(), at


def _network(width: int, settings: Settings) -> TabM:
    return TabM.make(
        n_num_features=width,
        num_embeddings=LinearReLUEmbeddings(width, _EMBEDDING),
        d_out=1,
        k=_MEMBERS,
        n_blocks=_BLOCKS,
        d_block=int(settings["d_block"]),
        dropout=float(settings["dropout"]),
    )


def _one_epoch(model: TabM, step: Any, x: torch.Tensor, label: torch.Tensor, weight: torch.Tensor) -> None:
    model.train()
    for rows in torch.split(torch.randperm(len(x)), _BATCH):
        if len(rows) < 2:
            continue
        logit = model(x[rows]).squeeze(-1)  # (b, k)
        each = cross_entropy(logit, label[rows, None].expand_as(logit), reduction="none").mean(1)
        step.zero_grad()
        (each * weight[rows]).mean().backward()  # type: ignore[no-untyped-call]
        step.step()


@torch.no_grad()
def _risk(model: TabM, x: torch.Tensor) -> torch.Tensor:
    model.eval()
    return torch.cat([torch.sigmoid(model(part).squeeze(-1)).mean(1) for part in torch.split(x, 4096)])


TABM = Kind(lambda seed: TABM_SETTINGS, _fit, at_once=False)
