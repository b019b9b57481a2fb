"""What a file is read as, in words and from a saved mapping: for the command line, which asks as the page does.

A question is told with the place of its answer in the saved mapping (JSON), so that it can be answered by any editor.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from riskmodels.errors import FileError, InputError
from riskmodels.interop.columns.edits import read_as_variable
from riskmodels.interop.columns.layouts import Layout, recognise
from riskmodels.interop.columns.mapping import WHICH_COPY, Asks, CohortMapping, ColumnMapping, Question, Role
from riskmodels.interop.columns.propose import Proposal, propose, remarks_now
from riskmodels.interop.columns.recoded import copies, opened, with_copy
from riskmodels.interop.columns.sample import Sample, take_sample
from riskmodels.interop.table.source import Source
from riskmodels.vocabulary import VOCABULARY, Kind

_MOST_NAMED = 12
_ROLE_WORDS = {
    Role.PATIENT: "tells patients apart",
    Role.DATE: "date of the visit",
    Role.OUTCOME: "says what happened afterwards: no input",
    Role.UNIT: "says the unit of another column, row by row",
    Role.ASKED: "is asked",
}


#: where an answer about one column stands in the saved mapping
_PLACES = {
    Asks.DATE: "{column}.date_format = {choices}",
    Asks.DAY: 'as_of = "YYYY-MM-DD"',
    Asks.BOXES: "the means of the code 1 of {column} and of its other boxes = {choices}",
}


@dataclass(frozen=True)
class Reading:
    """A file that was looked at.

    Args:
        source: reads its rows.
        sample: some of its rows, and counts over all of them.
        proposal: what its columns probably are.
        mapping: what they are read as: the proposal, or a saved mapping.
    """

    source: Source
    sample: Sample
    proposal: Proposal
    mapping: CohortMapping


def look_at(source: Source, saved: Path | None = None) -> Reading:
    """Look at a file as the page does.

    Args:
        source: the file.
        saved: file of a saved mapping, as the page or ``python -m riskmodels columns`` writes it; proposed when None.

    Raises:
        FileError: when a file cannot be read, or has no rows.
        InputError: when the mapping is none, or for other columns.
    """
    sample = take_sample(source)
    if not sample.rows:
        raise FileError("The file has a header but no rows.", hint="Add one row a patient below the header.")
    proposal = propose(sample)
    mapping = proposal.mapping if saved is None else fitting(read_saved(saved), source.headers)
    return Reading(source, sample, proposal, _completed(mapping, sample))


def read_saved(path: Path) -> Layout:
    """A saved mapping.

    Raises:
        FileError: when there is no such file.
        InputError: when it holds no mapping.
    """
    try:
        return Layout.from_json(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise InputError(f"{path} is no saved mapping.", hint="Give the JSON file of a mapping.") from None
    except OSError as error:
        raise FileError(f"The mapping {path} cannot be read: {error.strerror}.", hint="Check its name.") from None


def fitting(layout: Layout, headers: tuple[str, ...]) -> CohortMapping:
    """A saved mapping for a file of these columns, in whatever order.

    Raises:
        InputError: when the file has other columns, naming them.
    """
    mapping = recognise(headers, [layout])
    if mapping is not None:
        return mapping
    saved = [column.header for column in layout.mapping.columns]
    absent = [header for header in saved if header not in headers]
    new = [header for header in headers if header not in saved]
    parts = [f"not in the file: {_listed(absent)}" if absent else "", f"not in it: {_listed(new)}" if new else ""]
    raise InputError(
        f"The mapping is for a file of other columns; {'; '.join(filter(None, parts))}.",
        hint="Write one for this file: python -m riskmodels columns FILE --out mapping.json.",
        log="mapping of other columns",
    )


def _completed(mapping: CohortMapping, sample: Sample) -> CohortMapping:
    """What was written by hand as a variable alone gets its unit and codes proposed; a copy that was named, its own."""
    if mapping.recoding == WHICH_COPY:
        return mapping
    if mapping.recoding and opened(mapping.columns) == list(mapping.columns):
        mapping = with_copy(mapping, sample, mapping.recoding)
    for column in mapping.columns:
        if column.role is Role.VALUE and _is_bare(column):
            mapping = read_as_variable(mapping, sample, column.header, column.variable)
    return mapping


def _is_bare(column: ColumnMapping) -> bool:
    variable = VOCABULARY[column.variable]
    return not column.codes and ((bool(variable.units) and not column.unit) or variable.kind is not Kind.NUMBER)


def told(reading: Reading) -> list[str]:
    """What the file is read as, a line a column that is used; then what is not used, and what else there is to know."""
    found = reading.sample
    lines = [f"Read as {found.format.words()}: {found.rows:,} rows, {len(found.headers):,} columns."]
    lines += [_line(column) for column in reading.mapping.columns if column.role is not Role.CARRIED]
    lines += [f"  every row: {VOCABULARY[n].label} {value}" for n, value in reading.mapping.constants.items()]
    unused = [c.header for c in reading.mapping.columns if c.role is Role.CARRIED]
    alike = {c.header: c.resembles for c in reading.proposal.columns if c.resembles and c.header in unused}
    lines += [f"Not used, though it resembles {VOCABULARY[name].label}: “{header}”." for header, name in alike.items()]
    other = [header for header in unused if header not in alike]
    lines += [f"Not used: {_listed(other)}."] if other else []
    return lines + remarks_now(reading.proposal, reading.mapping)


def _line(column: ColumnMapping) -> str:
    if column.of is None:
        return f"  “{column.header}” {_ROLE_WORDS[column.role]}"
    by = f"by “{column.unit_from}”" if column.unit_from else "from the date of birth" if column.birth else ""
    unit = f" [{by or column.unit or '?'}]" if column.of.units else ""
    words = {choice.word: choice.label for choice in column.of.choices}
    coded = [f"{c.text} = {words.get(c.means, c.means) or '?'}" for c in column.codes if c.text != c.means]
    codes = f": {', '.join(coded[:_MOST_NAMED])}" if coded else ""
    return f"  “{column.header}” → {column.of.label}{unit}{codes}"


def questions_told(mapping: CohortMapping) -> list[str]:
    """The open questions, each with the place of its answer in the saved mapping."""
    stored = json.loads(Layout("", mapping).to_json())
    lines = []
    for question in mapping.questions():
        lines += [f"? {question.text}", f"    {place_of(question, stored)}"]
    return lines


def place_of(question: Question, stored: dict[str, Any]) -> str:
    """Where a question is answered: ``columns[2].codes[0].means = "female" or "male" …``.

    Args:
        question: that is open.
        stored: the saved mapping, as its JSON says it.
    """
    if question.asks is Asks.COPY:
        return f"recoding = {' or '.join(json.dumps(copy) for copy in copies())}"
    if question.asks is Asks.MEANING:
        return _place_of_meaning(question, stored)
    places = {entry["header"]: i for i, entry in enumerate(stored["columns"])}
    column = f"columns[{places[question.header]}]" if question.header in places else "an entry of columns"
    choices = " or ".join(json.dumps(choice, ensure_ascii=False) for choice in question.choices)
    if question.asks is Asks.UNIT:
        return f"{column}.unit = {choices}"
    if question.asks is Asks.CODE:
        codes = [code["text"] for code in stored["columns"][places[question.header]]["codes"]]
        return f"{column}.codes[{codes.index(question.code)}].means = {choices}"
    if question.asks is Asks.NEEDED:
        name = question.variable
        return f'constants.{name} = {choices or "…"}; or in {column}: "role": "value", "variable": "{name}"'
    if question.asks is Asks.COMBINE:
        return f'combine.{question.variable} = {choices}; or "role": "carried" for all columns but one'
    if question.header and question.asks in _PLACES:
        return _PLACES[question.asks].format(column=column, choices=choices)
    role = Role.PATIENT if "patients" in question.text else Role.DATE
    return f'in {column}: "role": "{role.value}"; or visits = "all"'


def _place_of_meaning(question: Question, stored: dict[str, Any]) -> str:
    place = next(i for i, entry in enumerate(stored["columns"]) if entry["header"] == question.header)
    names = " or ".join(json.dumps(choice) for choice in question.choices if choice in VOCABULARY)
    roles = " or ".join(json.dumps(choice) for choice in question.choices if choice not in VOCABULARY)
    return f'in columns[{place}]: "role": "value", "variable": {names}; or "role": {roles}'


def refuse_open(reading: Reading, saved: Path | None = None) -> None:
    """Stop where a question is open.

    Raises:
        InputError: with the first question, and how all are answered.
    """
    questions = reading.mapping.questions()
    if not questions:
        return
    rest = f" {len(questions) - 1} more must be answered." if len(questions) > 1 else ""
    place = place_of(questions[0], json.loads(Layout("", reading.mapping).to_json()))
    hint = (
        f"Answer in {saved}: {place}."
        if saved
        else "Write a mapping with “python -m riskmodels columns FILE --out mapping.json”, answer there "
        f"({place}), and score with --mapping mapping.json."
    )
    raise InputError(f"{questions[0].text}{rest}", hint=hint, log=f"{len(questions)} open questions")


def _listed(headers: list[str]) -> str:
    named = ", ".join(f"“{header}”" for header in headers[:_MOST_NAMED])
    more = len(headers) - _MOST_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def save(path: Path, name: str, mapping: CohortMapping) -> None:
    """Write a mapping as JSON, whole or not at all.

    Args:
        path: of the file.
        name: of the mapping.
        mapping: what each column means.
    """
    work = path.with_name(f".{path.name}.part")
    work.write_text(Layout(name, mapping).to_json() + "\n", encoding="utf-8")
    work.replace(path)
