"""An app without pages: opens the records and scores what waits there, until it is killed.

``python app_process.py FOLDER CHUNKS``: the data folder, and after how many chunks the model answers no more.
"""

from __future__ import annotations

import importlib.util
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))
#: rows of a chunk
CHUNK = 100
#: silence after which a worker counts as gone
STALE = timedelta(seconds=6)


def tired_model(chunks: int) -> Any:
    """The linear model of the tests, which answers so many times."""
    spec = importlib.util.spec_from_file_location("scoring_conftest", HERE / "conftest.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.LinearModel()
    model.version = "v1"
    plain = model.estimate_and_explain

    def answer(frame: Any, outcomes: list[str]) -> Any:
        while len(model.rows_seen) >= chunks:
            time.sleep(60)
        return plain(frame, outcomes)

    model.estimate_and_explain = answer
    return model


def main() -> None:
    """Score until killed."""
    from riskmodels.records import open_database
    from riskmodels.scoring.workers import Workers

    model = tired_model(int(sys.argv[2]))
    database = open_database(folder=Path(sys.argv[1]))
    Workers(database, lambda _: {"population": model}, chunk=CHUNK, stale=STALE).start()
    print("ready", flush=True)
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main()
