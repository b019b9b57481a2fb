"""A room for work: functions of the library run in processes of their own, with limits, progress and a way to stop.

What a file holds decides how long reading it takes, so no file of somebody's is read where pages are drawn.
"""

from riskmodels.tasks.room import MOST_WAITING, Limits, Room, Task, TaskError, shared_room
from riskmodels.tasks.worker import Progress, warm_up

__all__ = ["MOST_WAITING", "Limits", "Progress", "Room", "Task", "TaskError", "shared_room", "warm_up"]
