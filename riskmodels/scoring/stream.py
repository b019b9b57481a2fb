"""A cohort of any length: chunks in, chunks out, never more than a few of them in memory.

source ──► checked chunk ──► Scorer ──► Arrow table ──► sink (a file under its final name only when all is written)
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from riskmodels.checks.columns import Problem
from riskmodels.errors import CareRiskError, InputError
from riskmodels.measured import ANSWERED, BY_MEASUREMENT
from riskmodels.outcomes import OUTCOME
from riskmodels.scoring.bands import answer_bands
from riskmodels.scoring.cohort import MEASURED, PROBLEMS, Counts, Progress, parts_of
from riskmodels.scoring.words import Words
from riskmodels.units import find_unit
from riskmodels.vocabulary import VOCABULARY

if TYPE_CHECKING:
    from riskmodels.tabular.estimates import OutcomeEstimates
    from riskmodels.tabular.model import RiskModel

NUMBERS = ("risk", "low", "high")
#: what ``<outcome>_validity`` says, beside :data:`~riskmodels.scoring.cohort.MEASURED`; of estimates with a value held
#: at the edge of the training data how they are to be read: a bound, or "held" where the risk may be higher or lower
ESTIMATED, CAUTION, REFUSED, HELD = "estimated", "caution", "refused", "held"
_BOUNDS = ("at least", "at most")
_VALIDITY = (ESTIMATED, CAUTION, REFUSED, HELD, *_BOUNDS, MEASURED)
#: rows scored at a time: the overhead of pandas is spread over enough rows, and a few chunks are some 100 MB
CHUNK_ROWS = 16_384

Flags = npt.NDArray[np.bool_]


class CancelledError(CareRiskError):
    """The scoring was called off between two chunks; nothing was left under the result's name."""


@dataclass(frozen=True)
class Chunk:
    """Some rows of a cohort.

    Args:
        frame: PatientFrame.
        problems: of these rows; ``row`` is a label of the frame's index.
        original: what the result starts with, row for row; the frame itself when None.
    """

    frame: pd.DataFrame
    problems: Sequence[Problem] = ()
    original: pa.Table | pd.DataFrame | None = None


#: what a source yields: a chunk, its frame and problems, or what makes a chunk of at most :data:`CHUNK_ROWS` rows where
#: it is scored: checking then takes place beside reading and writing
Piece = Chunk | tuple[pd.DataFrame, Sequence[Problem]] | Callable[[], Chunk]


class Sink(Protocol):
    """Where the result goes."""

    def write(self, table: pa.Table) -> None:
        """Take the next rows; all tables have the same columns."""

    def commit(self) -> None:
        """All rows are there: put the result under its name."""

    def abort(self) -> None:
        """Leave nothing."""


@dataclass(frozen=True)
class Plan:
    """How to score.

    Args:
        outcomes: to estimate; None for all that the models serve and the source has the required inputs for.
        inputs: variables the source has at all; None when not known.
        units: unit symbol by variable for the reasons' words; canonical where absent.
        reasons: how many reasons a row; 0 leaves their columns out and saves their time.
        workers: chunks scored at the same time, in threads.
        total: rows in all, for ``progress``; 0 when not known.
        progress: called after each chunk is written, with rows done and ``total``. What it raises ends the scoring.
        cancelled: asked between chunks.
    """

    outcomes: tuple[str, ...] | None = None
    inputs: frozenset[str] | None = None
    units: Mapping[str, str] = field(default_factory=dict)
    reasons: int = 3
    workers: int = 1
    total: int = 0
    progress: Progress | None = None
    cancelled: Callable[[], bool] | None = None


@dataclass(frozen=True)
class StreamCounts(Counts):
    """Numbers that add up, for any outcome and for each.

    Args:
        by_outcome: rows with an estimate of each outcome; the others are measured or refused for it.
        cautions: rows estimated with a caution for at least one outcome.
        held: rows estimated with a value held at the edge of the training data for at least one outcome.
        by_measurement: rows where a measurement answers, of each outcome that one can answer.
    """

    by_outcome: Mapping[str, int] = field(default_factory=dict)
    cautions: int = 0
    held: int = 0
    by_measurement: Mapping[str, int] = field(default_factory=dict, kw_only=True)

    def __add__(self, other: StreamCounts) -> StreamCounts:
        return StreamCounts(
            self.read + other.read,
            self.scored + other.scored,
            self.with_problems + other.with_problems,
            self.not_scored + other.not_scored,
            _added(self.by_outcome, other.by_outcome),
            self.cautions + other.cautions,
            self.held + other.held,
            measured=self.measured + other.measured,
            by_measurement=_added(self.by_measurement, other.by_measurement),
        )


def _added(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    return {name: one.get(name, 0) + other.get(name, 0) for name in {**one, **other}}


NOTHING = StreamCounts(0, 0, 0, 0)


@dataclass(frozen=True)
class Scored:
    """A scored chunk: the rows of the result, and their counts."""

    table: pa.Table
    counts: StreamCounts


def score_stream(source: Iterable[Piece], sink: Sink, models: Mapping[str, RiskModel], plan: Plan) -> StreamCounts:
    """Score a cohort chunk by chunk.

    Args:
        source: chunks in the order of the result.
        sink: takes the result; committed when all is written, aborted when anything was raised.
        models: by name.
        plan: how.

    Returns:
        Counts over all chunks: ``read == scored + measured + not_scored``.

    Raises:
        CancelledError: when ``plan.cancelled`` said so.
        InputError: when an outcome of the plan is served by no model.
    """
    counts = NOTHING
    try:
        scorer = Scorer(models, plan)
        for scored in _ahead(source, scorer, plan):
            sink.write(scored.table)
            counts += scored.counts
            if plan.progress is not None:
                plan.progress(counts.read, plan.total)
            _stop_if_cancelled(plan)
        sink.commit()
    except BaseException:  # an interrupt as well must leave no half file
        sink.abort()
        raise
    return counts


def _stop_if_cancelled(plan: Plan) -> None:
    if plan.cancelled is not None and plan.cancelled():
        raise CancelledError("The scoring was cancelled.", hint="Nothing was written. Start it again when you like.")


def _ahead(source: Iterable[Piece], scorer: Scorer, plan: Plan) -> Iterator[Scored]:
    """Score in order, ``plan.workers`` chunks at a time and one more waiting."""
    chunks = (small for piece in source for small in ((piece,) if callable(piece) else _small(piece)))

    def score(chunk: Chunk | Callable[[], Chunk]) -> Scored:
        return scorer(chunk() if callable(chunk) else chunk)

    if plan.workers < 2:
        yield from map(score, chunks)
        return
    waiting: deque[Future[Scored]] = deque()
    with ThreadPoolExecutor(plan.workers, "score") as pool:
        try:
            for chunk in chunks:
                waiting.append(pool.submit(score, chunk))
                if len(waiting) > plan.workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _small(piece: Chunk | tuple[pd.DataFrame, Sequence[Problem]]) -> Iterator[Chunk]:
    """A piece in chunks of at most :data:`CHUNK_ROWS` rows, each with the problems of its rows."""
    chunk = piece if isinstance(piece, Chunk) else Chunk(*piece)
    if len(chunk.frame) <= CHUNK_ROWS:
        yield chunk
        return
    places = chunk.frame.index.get_indexer(pd.Index([p.row for p in chunk.problems], tupleize_cols=False))
    by_start: dict[int, list[Problem]] = {}
    for place, problem in zip(places.tolist(), chunk.problems, strict=True):
        by_start.setdefault(place // CHUNK_ROWS * CHUNK_ROWS, []).append(problem)
    for start in range(0, len(chunk.frame), CHUNK_ROWS):
        rows = slice(start, start + CHUNK_ROWS)
        original = chunk.original
        if isinstance(original, pa.Table):
            original = original.slice(start, CHUNK_ROWS)
        elif original is not None:
            original = original.iloc[rows]
        yield Chunk(chunk.frame.iloc[rows], by_start.get(start, []), original)


class Scorer:
    """One chunk → the rows of the result. The same on one machine and on many.

    Args:
        models: by name.
        plan: which outcomes, how many reasons, which units.

    Raises:
        InputError: when an outcome of the plan is served by no model.
    """

    def __init__(self, models: Mapping[str, RiskModel], plan: Plan) -> None:
        self.models, self.plan = models, plan
        self.outcomes = _outcomes(models, plan)
        self._own = threading.local()
        self.parts = (*NUMBERS, "validity", "held", "note", *(["reasons"] if plan.reasons else []))

    def __call__(self, chunk: Chunk) -> Scored:
        """Score some rows, in their order."""
        frame = chunk.frame
        columns = self.answers(frame, chunk.problems) if len(frame) else {}
        columns["", PROBLEMS] = problem_texts(frame, chunk.problems)
        table = _original(chunk)
        if not len(frame):
            columns |= {(o, part): _nothing(part) for o in self.outcomes for part in parts_of(o, self.parts)}
        keys = [*((o, part) for o in self.outcomes for part in parts_of(o, self.parts)), ("", PROBLEMS)]
        for key, name in free_names(table.column_names, keys).items():
            table = table.append_column(name, columns[key])
        return Scored(table, self._counts(columns, len(frame)))

    def answers(self, frame: pd.DataFrame, problems: Iterable[Problem] = ()) -> dict[tuple[str, str], pa.Array]:
        """The results of some rows, by outcome and part.

        Args:
            frame: PatientFrame.
            problems: of its rows; where they say that an age is only known to lie in a band, the interval holds it.
        """
        from riskmodels.assessment import assess  # torch is imported where something is scored, nowhere else

        units = {name: find_unit(VOCABULARY[name].accepted, symbol) for name, symbol in self.plan.units.items()}
        assessment = assess(frame, self.models, self.outcomes, explained=bool(self.plan.reasons), units=units)
        bands = answer_bands(frame, problems, lambda rows: assess(rows, self.models, self.outcomes))
        words = self._words()
        columns: dict[tuple[str, str], pa.Array] = {}
        for name in self.outcomes:
            columns |= _results(bands.widened(name, assessment[name]), name)
            if name in ANSWERED:
                columns[name, MEASURED] = pa.array(assessment.measured(name), pa.string())
            if self.plan.reasons:
                texts = words.column(frame, assessment.reasons(name).values, self.plan.reasons)
                columns[name, "reasons"] = pc.if_else(columns[name, "risk"].is_valid(), texts, "")
        return columns

    def _words(self) -> Words:
        """One for each thread: they remember texts."""
        if not hasattr(self._own, "words"):
            variables = {name: variable for model in self.models.values() for name, variable in model.variables.items()}
            self._own.words = Words(self.plan.units, variables)
        words: Words = self._own.words
        return words

    def _counts(self, columns: Mapping[tuple[str, str], pa.Array], rows: int) -> StreamCounts:
        given: dict[str, Flags] = {o: columns[o, "risk"].is_valid().to_numpy(False) for o in self.outcomes}
        told: dict[str, Flags] = {
            o: pc.not_equal(columns[o, MEASURED], "").to_numpy(False) for o in self.outcomes if o in ANSWERED
        }
        scored, careful, held = (np.zeros(rows, dtype=bool) for _ in range(3))
        for name, flags in given.items():
            scored |= flags
            careful |= pc.not_equal(columns[name, "note"], "").to_numpy(False) & flags
            held |= pc.not_equal(columns[name, "held"], "").to_numpy(False)
        total = int(scored.sum())
        measured = int((np.logical_or.reduce([scored, *told.values()]) & ~scored).sum())
        problems = pc.sum(pc.not_equal(columns["", PROBLEMS], "")).as_py() or 0
        by_outcome, by_measurement = ({name: int(flags.sum()) for name, flags in of.items()} for of in (given, told))
        return StreamCounts(
            rows, total, problems, rows - total - measured, by_outcome, int(careful.sum()), int(held.sum()),
            measured=measured, by_measurement=by_measurement,
        )  # fmt: skip


def _outcomes(models: Mapping[str, RiskModel], plan: Plan) -> tuple[str, ...]:
    served = {name for model in models.values() for name in model.outcomes}
    if plan.outcomes is not None:
        strange = [name for name in plan.outcomes if name not in served]
        if strange:
            raise InputError(f"No model estimates “{strange[0]}”.", hint=f"There are {', '.join(sorted(served))}.")
        return plan.outcomes
    known = [name for name in OUTCOME if name in served]
    return tuple(n for n in known if plan.inputs is None or set(OUTCOME[n].required) <= plan.inputs)


def _results(found: OutcomeEstimates, outcome: str) -> dict[tuple[str, str], pa.Array]:
    refused, measured = np.isnan(found.risk), found.refused == BY_MEASUREMENT
    notes = np.where(refused, found.refused, found.cautions)
    texts = pa.array(np.where(measured, "", notes), pa.string())  # what is measured stands in a column of its own
    bounds = (found.bound == bound for bound in _BOUNDS)
    kinds = [measured, refused, *bounds, found.held != "", found.cautions != ""]  # the first that is true
    codes = [_VALIDITY.index(kind) for kind in (MEASURED, REFUSED, *_BOUNDS, HELD, CAUTION)]
    code = np.select(kinds, codes, _VALIDITY.index(ESTIMATED)).astype(np.int8)
    validity = pa.DictionaryArray.from_arrays(pa.array(code), pa.array(_VALIDITY))
    parts = zip(NUMBERS, (found.risk, found.low, found.high), strict=True)
    numbers = {(outcome, part): pa.array(values, mask=refused) for part, values in parts}
    held = pa.array(np.where(refused, "", found.held), pa.string())
    return numbers | {(outcome, "validity"): validity, (outcome, "held"): held, (outcome, "note"): texts}


def _nothing(part: str) -> pa.Array:
    if part == "validity":
        return pa.DictionaryArray.from_arrays(pa.array([], pa.int8()), pa.array(_VALIDITY))
    return pa.array([], pa.float64() if part in NUMBERS else pa.string())


def free_names(taken: Iterable[str], keys: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """Column names of the results; one that is taken gets a number, so that nothing is overwritten.

    Args:
        taken: names of other columns.
        keys: outcome and part of each result.
    """
    names: dict[tuple[str, str], str] = {}
    used = set(taken)
    for key in keys:
        plain = f"{key[0]}_{key[1]}" if key[0] else key[1]
        numbered = (plain if i == 1 else f"{plain}_{i}" for i in range(1, len(used) + 2))
        names[key] = next(name for name in numbered if name not in used)
        used.add(names[key])
    return names


def problem_texts(frame: pd.DataFrame, problems: Iterable[Problem]) -> pa.Array:
    """The problems of each row as one text. Only rows that have some are touched."""
    texts: dict[object, list[str]] = {}
    for problem in problems:
        texts.setdefault(problem.row, []).append(problem.text)
    column = np.full(len(frame), "", dtype=object)
    for row, found in texts.items():
        column[frame.index.get_loc(row)] = " · ".join(dict.fromkeys(found))
    return pa.array(column, pa.string())


def _original(chunk: Chunk) -> pa.Table:
    """What the result starts with. Columns of a frame get the same type in every chunk: number or text."""
    if isinstance(chunk.original, pa.Table):
        return chunk.original
    frame = chunk.frame if chunk.original is None else chunk.original
    if len(frame) != len(chunk.frame):
        raise InputError("The original has other rows than the frame.", hint="Give one row for each row of the frame.")
    return pa.table({str(name): _plain_column(frame[name]) for name in frame.columns})


def _plain_column(column: pd.Series) -> pa.Array:
    if column.dtype.kind in "fiu":
        return pa.array(column.to_numpy(dtype=float, na_value=np.nan), from_pandas=True)
    return pa.Array.from_pandas(column.astype("str"), type=pa.string())
