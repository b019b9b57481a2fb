"""Boosted trees as plain arrays: fitted ones in; tensors to store, and the same log-odds for any rows, out."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from riskmodels.signals.ectopy.frame import Floats

#: rows walked through all trees at once
_AT_ONCE = 4000


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees of two branches a node; a row goes left where its value is at most the threshold.

    Args:
        column: (trees, nodes) int64, the feature that is asked; 0 at leaves.
        threshold: (trees, nodes) float64; 0 at leaves.
        left, right: (trees, nodes) int64, the next node; a leaf's next node is itself.
        value: (trees, nodes) float64, log-odds added by a leaf; 0 elsewhere.
        depth: questions on the longest way.
    """

    column: NDArray[np.int64]
    threshold: Floats
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    value: Floats
    depth: int

    def log_odds(self, rows: NDArray[np.float32]) -> Floats:
        """Sum over the trees.

        Args:
            rows: (m, features), finite.

        Returns:
            (m,).
        """
        parts = [self._walk(rows[i : i + _AT_ONCE]) for i in range(0, len(rows), _AT_ONCE)]
        return np.concatenate(parts) if parts else np.zeros(0)

    def _walk(self, rows: NDArray[np.float32]) -> Floats:
        nodes = self.column.shape[1]
        base = np.arange(len(self.column)) * nodes
        column, threshold = self.column.ravel(), self.threshold.ravel()
        step = np.stack([self.left.ravel(), self.right.ravel()])
        at = np.broadcast_to(base, (len(rows), len(base)))
        across = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            goes_right = rows[across, column[at]] > threshold[at]
            at = base + step[goes_right.astype(np.int64), at]
        return np.asarray(self.value.ravel()[at].sum(1))

    def tensors(self, name: str) -> dict[str, torch.Tensor]:
        """To be stored."""
        narrow = {"column": np.int16, "left": np.int16, "right": np.int16}
        return {
            f"{name}.{field.name}": torch.from_numpy(
                np.ascontiguousarray(np.asarray(getattr(self, field.name)).astype(narrow.get(field.name, np.float64)))
            )
            for field in fields(self)
            if field.name != "depth"
        }

    @staticmethod
    def of_tensors(name: str, tensors: dict[str, torch.Tensor]) -> Trees:
        """As :meth:`tensors` gave them.

        Raises:
            KeyError, ValueError: when they are not trees.
        """
        whole = {part: tensors[f"{name}.{part}"].numpy().astype(np.int64) for part in ("column", "left", "right")}
        value, threshold = (tensors[f"{name}.{part}"].numpy() for part in ("value", "threshold"))
        nodes = value.shape[1]
        if any(a.shape != value.shape for a in (*whole.values(), threshold)):
            raise ValueError("trees of different shapes")
        if min(a.min() for a in whole.values()) < 0 or max(whole["left"].max(), whole["right"].max()) >= nodes:
            raise ValueError("a branch that leads nowhere")
        return Trees(**whole, threshold=threshold, value=value, depth=_depth(whole["left"], whole["right"]))


def trees_of_lightgbm(booster: Any) -> Trees:
    """The trees of a fitted LightGBM booster of two classes, fitted on values that are all there.

    Args:
        booster: ``LGBMClassifier.booster_``.
    """
    grown = [_flat(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
    shape = (len(grown), max(map(len, grown)))
    column, left, right = (np.zeros(shape, np.int64) for _ in range(3))
    threshold, value = np.zeros(shape), np.zeros(shape)
    left[:] = right[:] = np.arange(shape[1])
    for tree, nodes in enumerate(grown):
        for place, node in enumerate(nodes):
            if "leaf_value" in node:
                value[tree, place] = node["leaf_value"]
            else:
                column[tree, place], threshold[tree, place] = node["split_feature"], node["threshold"]
                left[tree, place], right[tree, place] = node["left"], node["right"]
    return Trees(column, threshold, left, right, value, _depth(left, right))


def _flat(root: dict[str, Any]) -> list[dict[str, Any]]:
    """Nodes in a row, each before those below it, which it names by their place."""
    nodes: list[dict[str, Any]] = []

    def add(node: dict[str, Any]) -> int:
        place = len(nodes)
        nodes.append(dict(node))
        if "leaf_value" not in node:
            nodes[place]["left"], nodes[place]["right"] = add(node["left_child"]), add(node["right_child"])
        return place

    add(root)
    return nodes


def _depth(left: NDArray[np.int64], right: NDArray[np.int64]) -> int:
    """Steps until every way of every tree has ended; at most one a node, so that no circle is walked for ever."""
    trees, nodes = left.shape
    reached = np.zeros((trees, nodes), bool)
    reached[:, 0] = True
    ends = (left == np.arange(nodes)) & (right == np.arange(nodes))
    for depth in range(nodes):
        open_nodes = reached & ~ends
        if not open_nodes.any():
            return depth
        reached = np.zeros((trees, nodes), bool)
        tree, node = np.nonzero(open_nodes)
        reached[tree, left[tree, node]] = reached[tree, right[tree, node]] = True
    raise ValueError("trees with a circle")
