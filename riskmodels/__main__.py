"""``python -m riskmodels``."""

from riskmodels.cli.main import main

raise SystemExit(main())
