"""``python -m riskmodels.shipping.accuracy``."""

import sys

import torch

from riskmodels.errors import CareRiskError
from riskmodels.shipping.accuracy.command import main


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    torch.set_num_threads(1)
    try:
        sys.exit(main(say=_say))
    except CareRiskError as error:
        sys.exit(f"carerisk: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
