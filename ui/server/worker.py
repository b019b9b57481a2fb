"""The process that scores cohorts beside this server: started with it, started anew when it dies, ended with it."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import Sequence

from riskmodels import ROOT
from riskmodels.errors import InputError

#: jobs that the worker of this server scores at a time; 0 where a worker of its own is run beside the server
VARIABLE = "CARERISK_WORKERS"
_DEFAULT = "2"
_LOG = logging.getLogger(__name__)
#: seconds before a worker that died is started again: at first, and at most
_FIRST, _LONGEST = 1.0, 60.0
#: seconds that it may take to give its jobs back when the server ends
_LAST = 26.0


def command() -> list[str]:
    """What starts the worker of this server; empty where it shall have none.

    Raises:
        InputError: when the variable is no number.
    """
    told = os.environ.get(VARIABLE, "").strip() or _DEFAULT
    if not told.isdecimal():
        raise InputError(f"{VARIABLE} is “{told}”.", hint="Set it to a number of jobs; 0 for none.", log="worker count")
    if int(told) == 0:
        return []
    return [sys.executable, "-m", "riskmodels", "work", "--jobs", told, "--parent", str(os.getpid())]


async def keep(arguments: Sequence[str]) -> None:
    """Run the program until this task is cancelled; one that ends by itself is started again, later each time."""
    wait = _FIRST
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        # what it says to people does not go into the server's log, where only events stand
        process = await asyncio.create_subprocess_exec(
            *arguments, cwd=ROOT, stdout=asyncio.subprocess.DEVNULL, start_new_session=True
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            await _end(process)
            raise
        wait = _FIRST if loop.time() - begun > _LONGEST else min(2 * wait, _LONGEST)
        if code != 0:  # at 0 somebody asked it to end
            _LOG.error("The process that scores cohorts died; it is started again")
        await asyncio.sleep(wait)


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ask it to end; it puts what it has not done back into the queue."""
    if process.returncode is None:
        process.terminate()
    try:
        await asyncio.wait_for(process.wait(), _LAST)
    except TimeoutError:
        process.kill()
        await process.wait()
