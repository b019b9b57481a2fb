"""A sample of a file → what each column probably is, with confidence and evidence in words. Nothing is decided here:
the analyst confirms, and what the file does not tell is asked (:meth:`CohortMapping.questions`)."""

from __future__ import annotations

import re
from dataclasses import replace

import pandas as pd

from riskmodels.interop.columns import afterwards, dates, rivals
from riskmodels.interop.columns.boxes import Box, box_mapping, find_boxes
from riskmodels.interop.columns.cell_columns import unit_columns
from riskmodels.interop.columns.code_guess import choice_codes
from riskmodels.interop.columns.known_names import Dataset, recognised_dataset
from riskmodels.interop.columns.mapping import (
    NOT_USABLE,
    UNANSWERED,
    UNKNOWN,
    WHICH_COPY,
    Code,
    CohortMapping,
    ColumnMapping,
    Role,
)
from riskmodels.interop.columns.names import NameMatch, match_name, unit_of_header
from riskmodels.interop.columns.number_columns import (
    as_birth,
    as_number,
    as_unit,
    cell_remarks,
    giving_way,
    lipids_agreeing,
    of_pressures,
)
from riskmodels.interop.columns.proposal import ColumnProposal as ColumnProposal
from riskmodels.interop.columns.proposal import Proposal as Proposal
from riskmodels.interop.columns.proposal import samples_of
from riskmodels.interop.columns.recoded import is_copy, opened
from riskmodels.interop.columns.resembling import Resemblance, distribution, resemblance
from riskmodels.interop.columns.sample import MOST_CODES, Sample
from riskmodels.interop.columns.spelling import compact
from riskmodels.vocabulary import VOCABULARY, Kind

#: below this a name is only mentioned
LEAST_CONFIDENCE = 0.5
_PATIENT = frozenset(
    "id patientid personid subjectid recordid mrn seqn patient pid ptid subject patid patientnr patientennummer patnr "
    "patientennr patientenid patid randid personnumber subjid hadmid participantid participant pseudonym studyid "
    "personensourcevalue personsourcevalue subjectnumber enrolid".split()
)
_DATE = re.compile(r"date|datum|datetime|dtm$|visitday|untersuchungstag|charttime|zeitpunkt|timestamp|visityear")
_NOT_VISIT = re.compile(r"birth|geburt|dob|death|tod|died|discharge|entlass|enddate|diagnos|onset")
_OF_SEX = "mfuw男女남여"


def propose(sample: Sample) -> Proposal:
    """Say what each column probably is.

    Args:
        sample: as :func:`riskmodels.interop.columns.sample.take_sample` gives it.
    """
    dataset = recognised_dataset(sample.headers)
    long = sample.format.long is not None
    boxes = {box.header: box for box in find_boxes(sample)}
    units = _units_beside(sample, dataset)
    found = [_column(header, sample, dataset, boxes.get(header), units) for header in sample.headers]
    found = lipids_agreeing(giving_way(found))
    found = _asked(_with_outcomes(found, sample), sample)
    sets = {box.header: box.variable for box in boxes.values() if not box.alone}
    combine = rivals.combined(found, sets, frozenset(c.header for c in found if c.documented), long)
    seconds = {c.mapping.second: c.variable for c in found if c.mapping.second}
    combine |= {second: combine[first] for second, first in seconds.items() if first in combine}
    found = _one_of_role(_one_of_role(found, Role.PATIENT), Role.DATE)
    columns, copied = [c.mapping for c in found], is_copy(sample, dataset.name if dataset else "")
    mapping = CohortMapping(
        tuple(opened(columns) if copied else columns),
        _constants(found, dataset),
        combine,
        recoding=WHICH_COPY if copied else "",
    )
    several = _several_visits(found, sample)
    remarks = _remarks(dataset, mapping, several, sample)
    return Proposal(tuple(found), mapping, dataset.title if dataset else "", remarks, several)


def describe_column(sample: Sample, header: str, variable: str, unit: str = "") -> ColumnProposal:
    """What a column would be as the variable the analyst chose: its unit and codes, proposed anew.

    Args:
        sample: as for :func:`propose`.
        header: the column.
        variable: name in the vocabulary.
        unit: symbol the analyst chose; empty to have it inferred.
    """
    box = next((box for box in find_boxes(sample) if box.header == header and box.variable == variable), None)
    if box is not None:
        return _as_box(box, sample)
    told = f"Chosen: {unit}." if unit else ""
    name = match_name(header, getattr(recognised_dataset(sample.headers), "name", ""))
    codes = name.codes if name.variable == variable else ()
    foreign = ""
    if not unit and VOCABULARY[variable].units:
        unit, written = unit_of_header(header, VOCABULARY[variable])
        told, foreign = f"The header says {unit}." if unit else "", "" if unit else written
    match = NameMatch(variable, 1.0, "Chosen by you.", unit, told, codes, foreign=foreign)
    beside = "" if told.startswith("Chosen") else unit_columns(sample, {header: variable}).get(header, "")
    found = _as_variable(header, sample, match, beside)
    like = resemblance(header)
    return _without_answers(found, like.negates) if like is not None and like.negates else found


def _without_answers(c: ColumnProposal, word: str) -> ColumnProposal:
    """Of a name that negates: a yes may mean that there is none, so every answer is asked."""
    evidence = f"“{word}” in the name may turn yes and no round."
    codes = tuple(
        code if code.means in (UNKNOWN, NOT_USABLE) else replace(code, means=UNANSWERED, evidence=evidence)
        for code in c.mapping.codes
    )
    return replace(c, mapping=replace(c.mapping, codes=codes))


def _as_box(box: Box, sample: Sample) -> ColumnProposal:
    evidence = f"A box to tick of “{VOCABULARY[box.variable].label}”."
    return ColumnProposal(box_mapping(box, sample), 0.95, evidence, samples=samples_of(sample.cells[box.header]))


def _units_beside(sample: Sample, dataset: Dataset | None) -> dict[str, str]:
    name = dataset.name if dataset else ""
    return unit_columns(sample, {header: match_name(header, name).variable for header in sample.headers})


def _column(
    header: str, sample: Sample, dataset: Dataset | None, box: Box | None, units: dict[str, str]
) -> ColumnProposal:
    if box is not None:
        return _as_box(box, sample)
    cells = sample.cells[header]
    match = match_name(header, dataset.name if dataset else "")
    special = _patient(header) or _date(header, cells) or as_birth(header, cells) or as_unit(header, units)
    if special is not None and (not match.variable or match.confidence < 0.9):
        return special
    if match.outcome:
        mapping = ColumnMapping(header, role=Role.OUTCOME, codes=_outcome_codes(match, header, sample))
        return ColumnProposal(mapping, match.confidence, match.evidence, samples=samples_of(cells))
    if not match.variable:
        match = of_pressures(header, cells) or match
    if not match.variable:
        looks = None if match.dataset or match.could_be else _looks_like_sex(header, sample)
        return looks or _unknown(header, sample, match)
    if match.reading and not _has_siblings(header, sample):
        return _ask(header, sample, (match.variable,), f"{match.evidence} But it is the only one with a number.")
    found = _as_variable(header, sample, match, units.get(header, ""))
    return replace(found, documented=bool(match.dataset) and match.dataset == getattr(dataset, "name", ""))


def _has_siblings(header: str, sample: Sample) -> bool:
    return any(other != header and rivals.stem(other) == rivals.stem(header) for other in sample.headers)


def _outcome_codes(match: NameMatch, header: str, sample: Sample) -> tuple[Code, ...]:
    counts = sample.counts.get(header) or {}
    return tuple(replace(code, count=counts.get(code.text, 0)) for code in match.codes)


def _unknown(header: str, sample: Sample, match: NameMatch) -> ColumnProposal:
    """A column whose name is not known: asked where the name stands for several variables, else left as it is."""
    if match.could_be:
        fitting = [v for v in match.could_be if _fits(header, sample, v)]
        if fitting:
            return _ask(header, sample, tuple(fitting), match.evidence)
        return _looked_at(header, sample, match.could_be[0], f"{match.evidence} Its cells are not those of it.")
    return _carried(header, sample, match)


def _carried(header: str, sample: Sample, match: NameMatch) -> ColumnProposal:
    like = None if match.dataset else resemblance(header)
    if like is None:
        return ColumnProposal(ColumnMapping(header), 0.0, match.evidence, samples=samples_of(sample.cells[header]))
    return _looked_at(header, sample, like.variable, like.evidence())


def _looked_at(header: str, sample: Sample, resembles: str, evidence: str) -> ColumnProposal:
    """A column that is not used although it resembles a variable, with what is in it."""
    return ColumnProposal(
        ColumnMapping(header),
        0.0,
        evidence,
        samples=samples_of(sample.cells[header]),
        resembles=resembles,
        distribution=distribution(sample, header),
    )


def _ask(header: str, sample: Sample, could_be: tuple[str, ...], evidence: str) -> ColumnProposal:
    mapping = ColumnMapping(header, role=Role.ASKED, could_be=could_be)
    told = distribution(sample, header)
    return ColumnProposal(mapping, 0.0, evidence, samples=samples_of(sample.cells[header]), distribution=told)


def _fits(header: str, sample: Sample, variable: str) -> bool:
    """Whether the cells could be those of a variable."""
    return _as_variable(header, sample, NameMatch(variable, 1.0)).variable == variable


def _with_outcomes(found: list[ColumnProposal], sample: Sample) -> list[ColumnProposal]:
    """Columns that say what happened afterwards: no inputs."""
    held = {c.header: c.variable for c in found if c.variable}
    known = {c.header: c.variable for c in found if c.variable and not c.documented}
    events = afterwards.events(known, held, sample.headers)
    followed = bool(events) or any(afterwards.is_follow_up(header) for header in sample.headers)
    result = []
    for c in found:
        if c.header in events:
            mapping = ColumnMapping(c.header, role=Role.OUTCOME)
            c = replace(c, mapping=mapping, confidence=0.8, evidence=events[c.header])
        elif c.header in known and afterwards.may_be_event(c.variable, c.header, followed):
            evidence = "The file has a follow-up: it may be what was there before, or what happened afterwards."
            c = _ask(c.header, sample, (c.variable, Role.OUTCOME.value), evidence)
        elif c.mapping.role is Role.CARRIED and afterwards.says_after(c.header, sample):
            evidence = "Its name says that it happened afterwards."
            c = replace(c, mapping=ColumnMapping(c.header, role=Role.OUTCOME), confidence=0.8, evidence=evidence)
        result.append(c)
    return result


def _asked(found: list[ColumnProposal], sample: Sample) -> list[ColumnProposal]:
    """Columns that are a known name but for their spelling, or but for a “no”: asked, where nothing else is held."""
    held = {c.variable for c in found if c.variable}
    likes = {c.header: resemblance(c.header) for c in found if c.resembles and c.mapping.role is Role.CARRIED}
    return [_asked_about(c, likes.get(c.header), held, sample) for c in found]


def _asked_about(c: ColumnProposal, like: Resemblance | None, held: set[str], sample: Sample) -> ColumnProposal:
    if like is None or not like.asked or like.variable in held or not _fits(c.header, sample, like.variable):
        return c
    return _ask(c.header, sample, (like.variable,), c.evidence)


def _as_variable(header: str, sample: Sample, match: NameMatch, units: str = "") -> ColumnProposal:
    number = VOCABULARY[match.variable].kind is Kind.NUMBER
    found = as_number(header, sample, match, units) if number else _as_choice(header, sample, match)
    if found.confidence >= LEAST_CONFIDENCE:
        return found
    return _looked_at(header, sample, match.variable, f"{match.evidence} {found.evidence}".strip())


def _as_choice(header: str, sample: Sample, match: NameMatch) -> ColumnProposal:
    variable = VOCABULARY[match.variable]
    counts = sample.counts.get(header)
    samples = samples_of(sample.cells[header])
    if counts is None:
        evidence = f"But it has more than {MOST_CODES} different values, so they are no answers."
        return ColumnProposal(ColumnMapping(header), 0.0, evidence, samples=samples)
    codes = choice_codes(counts, variable, match.codes)
    rows = sum(code.count for code in codes)
    usable = sum(code.count for code in codes if code.means not in (NOT_USABLE, UNKNOWN))
    unusable = sum(code.count for code in codes if code.means == NOT_USABLE)
    confidence = match.confidence * (1.0 if not unusable else max(0.0, 1 - unusable / rows))
    if rows and not usable and unusable:
        confidence = 0.0
    evidence = f"{match.evidence} It has {len(codes)} different values."
    if unusable:
        evidence += f" {unusable:,} of {rows:,} are none of the answers."
    return ColumnProposal(
        ColumnMapping(header, variable.name, Role.VALUE, codes=codes), confidence, evidence, samples=samples
    )


def _looks_like_sex(header: str, sample: Sample) -> ColumnProposal | None:
    """A column of M and F is sex whatever its name; nothing else is told by values alone."""
    counts = sample.counts.get(header) or {}
    if any(len(text) == 1 and text not in _OF_SEX for text in counts):
        return None  # H and M may be high and medium
    codes = choice_codes(counts, VOCABULARY["sex"])
    meanings = {code.means for code in codes}
    if not {"female", "male"} <= meanings or meanings - {"female", "male", UNKNOWN}:
        return None
    mapping = ColumnMapping(header, "sex", Role.VALUE, codes=codes)
    return ColumnProposal(mapping, 0.6, "Its values are the words for female and male.", samples=tuple(counts)[:5])


def _patient(header: str) -> ColumnProposal | None:
    if compact(header) not in _PATIENT:
        return None
    return ColumnProposal(ColumnMapping(header, role=Role.PATIENT), 0.9, "Its name is one of a patient's number.")


def _date(header: str, cells: pd.Series) -> ColumnProposal | None:
    name = compact(header)
    if not _DATE.search(name) or _NOT_VISIT.search(name) or resemblance(header) is not None:
        return None  # also the date of a stroke or of a medicine is not that of the visit
    formats = dates.formats_of(cells)
    if not formats:
        return None
    mapping = ColumnMapping(header, role=Role.DATE, date_format=formats[0] if len(formats) == 1 else "")
    evidence = f"Its cells are dates written {dates.all_in_words(formats)}."
    return ColumnProposal(mapping, 0.9, evidence, samples=samples_of(cells))


def _one_of_role(found: list[ColumnProposal], role: Role) -> list[ColumnProposal]:
    """Only the first column of a role keeps it."""
    first = next((c for c in found if c.mapping.role is role), None)
    return [
        c if c is first or c.mapping.role is not role else replace(c, mapping=ColumnMapping(c.header), confidence=0.0)
        for c in found
    ]


def _constants(found: list[ColumnProposal], dataset: Dataset | None) -> dict[str, str]:
    given = {c.variable for c in found}
    return {n: value for n, value in dataset.constants.items() if n not in given} if dataset else {}


def _several_visits(found: list[ColumnProposal], sample: Sample) -> bool:
    patient = next((c.header for c in found if c.mapping.role is Role.PATIENT), None)
    return patient is not None and bool(sample.cells[patient].dropna().duplicated().any())


def _remarks(dataset: Dataset | None, mapping: CohortMapping, several: bool, sample: Sample) -> tuple[str, ...]:
    remarks = list(sample.remarks)
    if dataset and mapping.recoding:
        remarks.append(f"The columns are those of {dataset.title}, but its numbers are not: it is a copy, coded anew.")
    elif dataset:
        remarks.append(f"The columns are those of {dataset.title}; units and codes are as documented there.")
    remarks += [
        f"{VOCABULARY[n].label} is {value} in every row: {dataset.because} ({dataset.source})."
        for n, value in mapping.constants.items()
        if dataset
    ]
    remarks += [rivals.in_words(mapping, name, rule) for name, rule in mapping.combine.items()]
    remarks += cell_remarks(mapping, sample)
    if several:
        remarks.append("Some patients stand in several rows: all visits are scored, unless you choose the latest.")
    if not sample.complete:
        remarks.append(f"Proposed from {len(sample.cells):,} of {sample.rows:,} rows, from start to end.")
    return tuple(remarks)


def remarks_now(proposal: Proposal, mapping: CohortMapping) -> list[str]:
    """The remarks on a file as far as they hold for the mapping of now, and what it combines.

    Args:
        proposal: of the file.
        mapping: the proposal's own, with the analyst's changes.
    """
    before = {rivals.in_words(proposal.mapping, name, rule) for name, rule in proposal.mapping.combine.items()}
    kept = [remark for remark in proposal.remarks if remark not in before]
    held = {name: rule for name, rule in mapping.combine.items() if len(mapping.holding(name)) > 1}
    return kept + [rivals.in_words(mapping, name, rule) for name, rule in held.items()]
