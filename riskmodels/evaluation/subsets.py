"""Which inputs are known in real files: whole blocks together, age and sex always; inputs in, subsets of them out.

A file has what a clinic asked or a laboratory ordered: blood lipids come together, urine albumin alone, and what is
asked is asked of everybody. The blocks and how often each is there are ours, stated here; nothing is drawn from data.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

#: known of everybody: without them there is no estimate
ALWAYS = ("age", "sex", "chest_pain_type")
#: within a block that is there, how often one of its inputs is not
_SINGLE_GAP = 0.1


@dataclass(frozen=True)
class Block:
    """Inputs that come together.

    Args:
        name: in words, for people.
        inputs: what it holds.
        often: share of files that have it.
    """

    name: str
    inputs: tuple[str, ...]
    often: float


BLOCKS = (
    Block("body", ("bmi", "height", "weight"), 0.8),
    Block("waist", ("waist",), 0.35),
    Block("blood pressure", ("systolic_bp", "diastolic_bp", "pulse"), 0.85),
    Block("hypertension", ("hypertension", "bp_medication"), 0.7),
    Block("lipids", ("total_cholesterol", "hdl_cholesterol"), 0.65),
    Block("fasting lipids", ("ldl_cholesterol", "triglycerides"), 0.45),
    Block("lipid medicine", ("cholesterol_medication",), 0.5),
    Block("glucose", ("glucose", "fasting_hours"), 0.55),
    Block("HbA1c", ("hba1c",), 0.35),
    Block("diabetes", ("diabetes", "insulin", "glucose_pills"), 0.75),
    Block("family", ("family_history_diabetes",), 0.35),
    Block("kidney", ("egfr", "creatinine"), 0.6),
    Block("urine albumin", ("uacr",), 0.3),
    Block("further blood", ("uric_acid", "albumin"), 0.35),
    Block("CRP", ("crp",), 0.25),
    Block("heart disease told", ("heart_attack", "coronary_disease", "angina", "heart_failure", "stroke"), 0.7),
    Block("smoking", ("smoking",), 0.75),
    Block("activity", ("physical_activity",), 0.3),
    Block("fasting sugar raised", ("fasting_glucose_above_120",), 0.7),
    Block("resting ECG", ("resting_ecg",), 0.8),
    Block("exercise test", ("max_heart_rate", "exercise_angina", "st_depression", "st_slope"), 0.6),
    Block("fluoroscopy", ("major_vessels",), 0.3),
    Block("thallium scan", ("thallium_scan",), 0.35),
)


@dataclass(frozen=True)
class Subset:
    """Inputs known together.

    Args:
        name: its blocks in words.
        inputs: in the order of the model.
    """

    name: str
    inputs: tuple[str, ...]


def blocks_of(inputs: Iterable[str]) -> list[Block]:
    """The blocks that hold some of the inputs, with those alone; an input of no block is one of its own."""
    wanted = [name for name in inputs if name not in ALWAYS]
    placed = {name for block in BLOCKS for name in block.inputs}
    held = [Block(b.name, tuple(n for n in b.inputs if n in wanted), b.often) for b in BLOCKS]
    alone = [Block(name.replace("_", " "), (name,), 0.5) for name in wanted if name not in placed]
    return [block for block in held if block.inputs] + alone


def draw_subsets(inputs: Sequence[str], count: int = 20, seed: int = 20261124) -> list[Subset]:
    """Different subsets as files have them.

    Args:
        inputs: of the model.
        count: how many; fewer come out where there are not so many.
        seed: of the drawing.

    Returns:
        Subsets with at least one block missing and one there.
    """
    rng, blocks = np.random.default_rng(seed), blocks_of(inputs)
    found: dict[tuple[str, ...], Subset] = {}
    for _ in range(100 * count):
        there = rng.random(len(blocks)) < [block.often for block in blocks]
        kept = [name for block, has in zip(blocks, there, strict=True) if has for name in block.inputs]
        known = tuple(n for n in inputs if n in ALWAYS or n in kept)
        if 0 < there.sum() < len(blocks):
            name = ", ".join(block.name for block, has in zip(blocks, there, strict=True) if has)
            found.setdefault(known, Subset(name, known))
        if len(found) == count:
            break
    return list(found.values())


def draw_hidden(inputs: Sequence[str], people: int, seed: int = 20261124) -> npt.NDArray[np.bool_]:
    """What is hidden of each person: blocks, and single inputs within them, to every degree from nothing to all.

    Args:
        inputs: of the model.
        people: how many.
        seed: of the drawing.

    Returns:
        (people, inputs) True where hidden; never age, sex or the kind of chest pain.
    """
    rng, place = np.random.default_rng(seed), {name: i for i, name in enumerate(inputs)}
    degree = rng.random(people)  # of each person: how much is hidden
    hidden = np.zeros((people, len(inputs)), dtype=bool)
    for block in blocks_of(inputs):
        away = rng.random(people) < degree
        for name in block.inputs:
            hidden[:, place[name]] = away | (rng.random(people) < _SINGLE_GAP * degree)
    return hidden
