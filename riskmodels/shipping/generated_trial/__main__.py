"""``python -m riskmodels.shipping.generated_trial``."""

import sys

import torch

from riskmodels.errors import CareRiskError
from riskmodels.shipping.generated_trial.command import main
from riskmodels.shipping.say import to_stdout

if __name__ == "__main__":
    torch.set_num_threads(1)
    try:
        sys.exit(main(say=to_stdout))
    except CareRiskError as error:
        sys.exit(f"carerisk: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
