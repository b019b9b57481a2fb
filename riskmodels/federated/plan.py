"""What all hospitals do alike: inputs, outcome and choices of a training, as plain text from the server to each."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import Any

from riskmodels import __version__
from riskmodels.errors import TrainingError
from riskmodels.tabular.training import Penalty, TrainingConfig
from riskmodels.vocabulary import VOCABULARY

#: rounds of Newton's method for slope and intercept
CALIBRATION_ROUNDS = 6


@dataclass(frozen=True)
class Privacy:
    """Noise that every hospital adds to what it sends, for each patient's sake.

    Args:
        clip: largest length of one patient's gradient.
        noise: standard deviation of the noise on a hospital's sum, as a multiple of ``clip``.
        count_noise: the same of the counts for the encoding, as a multiple of what one patient changes.
    """

    clip: float
    noise: float
    count_noise: float


@dataclass(frozen=True)
class Plan:
    """A federated training.

    Args:
        inputs: variables of the vocabulary.
        outcome: name in the model.
        rounds: of averaging; each hospital takes one step in each.
        config: choices of the training; its epochs are not used.
        privacy: noise; None for none.
    """

    inputs: tuple[str, ...]
    outcome: str
    rounds: int = 240
    config: TrainingConfig = field(default_factory=TrainingConfig)
    privacy: Privacy | None = None

    def __post_init__(self) -> None:
        unknown = [name for name in self.inputs if name not in VOCABULARY]
        if unknown or len(self.inputs) < 2:
            raise TrainingError(
                f"No variable of the app: {', '.join(unknown)}." if unknown else "At least two inputs are needed.",
                hint="Hospitals can only agree on inputs that the app has a definition and a unit for.",
            )

    def to_json(self) -> str:
        """As it is sent, with the version of the program that understands it."""
        return json.dumps({"version": __version__} | asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """The inverse.

        Raises:
            TrainingError: when it is of another version of the program, or no plan.
        """
        try:
            told: dict[str, Any] = json.loads(text)
            version = told.pop("version")
            if version != __version__:
                raise TrainingError(
                    f"The server runs version {version}, this program is {__version__}.",
                    hint="Install the same version at the server and at every hospital.",
                )
            private = told.pop("privacy")
            config = _config(told.pop("config"))
            inputs = tuple(map(str, told.pop("inputs")))
            return cls(inputs, config=config, privacy=Privacy(**private) if private else None, **told)
        except (KeyError, TypeError, ValueError) as error:
            raise TrainingError("What the server sent is no plan of a training.", hint="Check its address.") from error


def _config(told: dict[str, Any]) -> TrainingConfig:
    sets = tuple((tuple(names), share) for names, share in told.pop("hidden_sets"))
    penalties = {outcome: Penalty(**values) for outcome, values in told.pop("penalties").items()}
    computed, counts = tuple(told.pop("computed")), tuple(told.pop("counts"))
    return TrainingConfig(hidden_sets=sets, penalties=penalties, computed=computed, counts=counts, **told)
