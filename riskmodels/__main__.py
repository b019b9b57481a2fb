"""``python -m riskmodels``."""

from riskmodels.cli import main

raise SystemExit(main())
