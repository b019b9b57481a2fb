"""What the server does: instructions out, the hospitals' answers in, their averages as the next instruction.

The same code averages whether answers come over the network (wire.py) or from hospitals of this process
(:func:`together`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from riskmodels.columns import Floats
from riskmodels.errors import TrainingError
from riskmodels.federated.agreement import table_of
from riskmodels.federated.hospital import STATE, Arrays, Hospital, Instruction, Stage
from riskmodels.federated.plan import CALIBRATION_ROUNDS, Plan
from riskmodels.tabular.encoding import Encoding
from riskmodels.tabular.network import PAIR_COLUMNS
from riskmodels.tabular.training import one_cycle

#: Adam's memory of moves and of their squares
_FIRST, _SECOND = 0.9, 0.999


@dataclass(frozen=True)
class Answer:
    """What a hospital sent.

    Args:
        patients: with a label; how much it weighs.
        arrays: of the stage.
    """

    patients: int
    arrays: Arrays = field(repr=False)


class Adam:
    """Adam on the average's moves; with one step a round that is Adam on the gradient of all patients together.

    Source: Reddi et al. ICLR 2021 (FedAdam), arXiv 2003.00295; Kingma, Ba, ICLR 2015.
    """

    def __init__(self) -> None:
        self.count, self.mean, self.square = 0, [], []  # type: ignore[var-annotated]

    def direction(self, moved: Sequence[Floats]) -> list[Floats]:
        """Where to go, of length about 1 in each number."""
        self.count += 1
        start = [np.zeros(array.shape) for array in moved]
        self.mean = [_FIRST * m + (1 - _FIRST) * a for m, a in zip(self.mean or start, moved, strict=True)]
        self.square = [_SECOND * v + (1 - _SECOND) * a**2 for v, a in zip(self.square or start, moved, strict=True)]
        first, second = 1 - _FIRST**self.count, 1 - _SECOND**self.count
        return [m / first / (np.sqrt(v / second) + 1e-8) for m, v in zip(self.mean, self.square, strict=True)]


class Coordinator:
    """Leads a training.

    Args:
        plan: of the training.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.step = 0
        self.totals: Floats = np.empty(0)
        self.state: Arrays = []
        self.average: Arrays = []
        self.adam = Adam()
        self.line, self.noise = np.array([1.0, 0.0]), np.zeros((2, 2))

    @property
    def steps(self) -> int:
        """Of the whole training: counting, rounds, calibration, and the end."""
        return 1 + self.plan.rounds + self._calibrations + 1

    @property
    def _calibrations(self) -> int:
        return CALIBRATION_ROUNDS if self.plan.config.folds else 0

    @property
    def stage(self) -> Stage:
        """Of the next step."""
        if self.step == 0:
            return Stage.COUNT
        if self.step <= self.plan.rounds:
            return Stage.FIT
        return Stage.CALIBRATE if self.step <= self.plan.rounds + self._calibrations else Stage.FINISH

    def instruction(self) -> Instruction:
        """What every hospital is asked next."""
        stage = self.stage
        if stage is Stage.COUNT:
            return Instruction(stage, self.plan)
        if stage is Stage.FIT:
            return Instruction(stage, self.plan, self.step - 1, [self.totals, *self.state])
        arrays = [self.totals, *self.average, self.line]
        return Instruction(stage, self.plan, 0, arrays if stage is Stage.CALIBRATE else [*arrays, self.noise])

    def take(self, answers: Sequence[Answer]) -> None:
        """Take the answers to the last instruction.

        Args:
            answers: one a hospital.

        Raises:
            TrainingError: when none came, or one holds other numbers than finite ones of the right shape.
        """
        if not answers:
            raise TrainingError("No hospital answered.", hint="Start the clients, and look at what they say.")
        stage = self.stage
        for answer in answers:
            if any(not np.isfinite(array).all() for array in answer.arrays):
                raise TrainingError("A hospital sent numbers that are not finite; the training has stopped.")
        if stage is Stage.COUNT:
            self._begin(answers)
        elif stage is Stage.FIT:
            self._move(answers)
        elif stage is Stage.CALIBRATE:
            self._calibrate(answers)
        self.step += 1

    def _begin(self, answers: Sequence[Answer]) -> None:
        counts = _summed([answer.arrays for answer in answers])[0]
        known = table_of(counts, self.plan.inputs).notna().any()
        if not known.all():
            raise TrainingError(
                f"No hospital knows {', '.join(known.index[~known])} in enough patients.", hint="Leave it out."
            )
        self.totals = np.r_[counts, float(sum(answer.patients for answer in answers))]
        encoding = Encoding.fit(table_of(counts, self.plan.inputs), self.plan.inputs, self.plan.config.knots)
        p, d, k = len(encoding.names), encoding.width, 1 + self.plan.config.members + self.plan.config.folds
        q = p * PAIR_COLUMNS
        shapes = {
            "bias": (k, 1),
            "curves": (p, d, k, 1),
            "levels": (1, k, 1),
            "nuisance": (0, k, 1),
            "pairs": (k, 1, q, q),
        }
        self.state = [np.zeros(shapes[name]) for name in STATE]
        self.average = [np.zeros(shapes[name]) for name in STATE]

    def _move(self, answers: Sequence[Answer]) -> None:
        """Adam on what the average moved by, then the average of the second half of the rounds."""
        moved, number = self.averaged(answers), self.step - 1
        rate = self.plan.config.learning_rate * one_cycle(number / self.plan.rounds)
        self.state = [s - rate * m for s, m in zip(self.state, self.adam.direction(moved), strict=True)]
        seen = number - int(self.plan.config.averaged_from * self.plan.rounds)
        if seen >= 0:
            self.average = [a + (s - a) / (seen + 1) for a, s in zip(self.average, self.state, strict=True)]

    def averaged(self, answers: Sequence[Answer]) -> list[Floats]:
        """How far the weights moved, on average of the patients."""
        people = np.array([answer.patients for answer in answers], np.float64)
        shares = people / people.sum()
        parts = zip(*(answer.arrays for answer in answers), strict=True)
        means = [sum(s * a for s, a in zip(shares, arrays, strict=True)) for arrays in parts]
        return [np.asarray(before - mean) for before, mean in zip(self.state, means, strict=True)]

    def _calibrate(self, answers: Sequence[Answer]) -> None:
        """A step of Newton's method, and the sandwich covariance there."""
        gradient, hessian, squares = _summed([answer.arrays for answer in answers])
        self.line = self.line + np.linalg.solve(hessian, gradient)
        bread = np.linalg.inv(hessian)
        self.noise = bread @ squares @ bread


def _summed(parts: Sequence[Arrays]) -> list[Floats]:
    return [np.asarray(np.sum(arrays, axis=0, dtype=np.float64)) for arrays in zip(*parts, strict=True)]


def together(coordinator: Coordinator, hospitals: Sequence[Hospital]) -> Instruction:
    """A whole training with hospitals of this process, answer by answer as over the network.

    Args:
        coordinator: of the training, at its beginning.
        hospitals: with their patients.

    Returns:
        The last instruction, as every hospital receives it: weights, slope, intercept.
    """
    while coordinator.stage is not Stage.FINISH:
        asked = coordinator.instruction()
        coordinator.take([Answer(each.patients, each.answer(asked)) for each in hospitals])
    return coordinator.instruction()
