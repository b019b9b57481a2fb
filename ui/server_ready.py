"""``GET /ready``: whether this process can save what is entered now; for proxies, probes and ``selfcheck --server``."""

from __future__ import annotations

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from riskmodels.errors import CareRiskError
from ui.database import database

_LOG = logging.getLogger(__name__)
READY = "/ready"


async def ready(_request: Request) -> JSONResponse:
    """200 where records are saved, else 503; why, which names folders, stays in the log. It waits for nobody."""
    try:
        trouble = database().trouble()
    except CareRiskError as error:
        trouble = str(error)
    if trouble:
        _LOG.warning("Nothing can be saved: %s", trouble)
    return JSONResponse({"ready": not trouble}, 503 if trouble else 200)


def routes() -> list[Route]:
    """What app.py serves besides the pages."""
    return [Route(READY, ready)]
