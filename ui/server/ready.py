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
    """200 where records are saved, else 503; why, which names folders, is for selfcheck to say. It waits for nobody."""
    try:
        saves = not database().trouble()
    except CareRiskError:
        saves = False
    if not saves:
        _LOG.warning("Nothing can be saved: run python -m riskmodels selfcheck")
    return JSONResponse({"ready": saves}, 200 if saves else 503)


def routes() -> list[Route]:
    """What app.py serves besides the pages."""
    return [Route(READY, ready)]
