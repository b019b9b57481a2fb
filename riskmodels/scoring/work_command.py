"""``python -m riskmodels work``: scores the cohorts that wait in the queue, in a process of its own.

It gives way to the pages: least favoured by the scheduler (``nice``), one thread of torch. Asked to end it gives its
job back to the queue; killed, another process takes the job over once it has been silent for a while.
"""

from __future__ import annotations

import argparse
import os
import signal
from threading import Event

from riskmodels.runtime.arguments import Say, above_zero
from riskmodels.scoring.workers import WORKERS

#: how far it steps back: 19 is the most there is
NICE = 15
#: seconds between two looks at whether the server that started it is there, and for giving jobs back at the end
_LOOK, _LAST = 1.0, 25.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--jobs", type=above_zero, default=WORKERS, metavar="N", help=f"jobs at a time ({WORKERS})")
    parser.add_argument("--parent", type=int, default=0, metavar="PID", help="end when this process is gone")


def work_command(options: argparse.Namespace, say: Say) -> int:
    """Score what waits until it is told to end, or its parent is gone.

    Args:
        options: as :func:`add_arguments` names them.
        say: told when it is ready, and when it ends.

    Returns:
        0.

    Raises:
        RecordsError: when the database cannot be reached, or is newer than the code.
        ModelFileError: when a shipped model is missing or damaged.
    """
    _step_back()
    import torch

    from riskmodels.records import open_database
    from riskmodels.runtime.logs import configure
    from riskmodels.scoring.known_models import KnownModels
    from riskmodels.scoring.workers import Workers

    configure()
    torch.set_num_threads(1)  # the chunks run beside each other instead
    database, models = open_database(), KnownModels()
    models.load()
    ending = Event()  # until here a signal ends it at once: there is nothing to give back
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    workers = Workers(database, models, options.jobs).start()
    say(f"Scores cohorts, {options.jobs} at a time.")
    while not ending.wait(_LOOK) and not _is_alone(options.parent):
        pass
    workers.stop(_LAST)
    database.close()
    say("Ended; what was not done waits in the queue.")
    return 0


def _step_back() -> None:
    """Let every other process of the machine go first, where the system knows how."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def _is_alone(parent: int) -> bool:
    """Whether the process that started this one is gone: the system then gives it another parent."""
    return parent != 0 and os.getppid() != parent
