"""``python -m riskmodels.shipping.accuracy``."""

import sys

import torch

from riskmodels.errors import CareRiskError
from riskmodels.shipping.accuracy.command import main

if __name__ == "__main__":
    torch.set_num_threads(1)
    try:
        sys.exit(main(say=lambda text: sys.stdout.write(f"{text}\n") and sys.stdout.flush()))
    except CareRiskError as error:
        sys.exit(f"carerisk: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
