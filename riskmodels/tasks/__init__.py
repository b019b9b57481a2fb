"""A room for work: a function and plain data in, its result out of a process of its own, with limits and a way to stop.

Called by the pages and the CDS service.

What a file holds decides how long reading it takes, so no file of somebody's is read where pages are drawn.
"""

from riskmodels.tasks.room import MOST_WAITING, Limits, Room, Task, TaskError, shared_room
from riskmodels.tasks.worker import Progress, warm_up

__all__ = ["MOST_WAITING", "Limits", "Progress", "Room", "Task", "TaskError", "shared_room", "warm_up"]
