"""A sample of a file → what each column probably is, with confidence and evidence in words. Nothing is decided here:
the analyst confirms, and what the file does not tell is asked (:meth:`CohortMapping.questions`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from riskmodels.columns import Floats
from riskmodels.interop.columns import dates
from riskmodels.interop.columns.code_guess import choice_codes, comparator_count, impossible_sentinels, number_codes
from riskmodels.interop.columns.mapping import (
    NOT_USABLE,
    UNKNOWN,
    Code,
    CohortMapping,
    ColumnMapping,
    Combine,
    Role,
    is_unknown_word,
)
from riskmodels.interop.columns.names import Dataset, NameMatch, compact, match_name, recognised_dataset
from riskmodels.interop.columns.numbers import read_column
from riskmodels.interop.columns.sample import MOST_CODES, Sample
from riskmodels.interop.columns.unit_guess import UnitGuess, guess_unit
from riskmodels.vocabulary import VOCABULARY, Kind

#: below this a name is only mentioned
LEAST_CONFIDENCE = 0.5
_SAMPLES = 5
_LOOK = 1_000
_PATIENT = frozenset(
    "id patientid personid subjectid recordid mrn seqn patient pid ptid subject patid patientnr patientennummer patnr "
    "patientennr patientenid patid randid personnumber subjid hadmid participantid participant pseudonym studyid "
    "personensourcevalue personsourcevalue subjectnumber enrolid".split()
)
_DATE = re.compile(r"date|datum|datetime|dtm$|visitday|untersuchungstag|charttime|zeitpunkt|timestamp|visityear")
_NOT_VISIT = re.compile(r"birth|geburt|dob|death|tod|died|discharge|entlass|enddate|diagnos|onset")
_READING = re.compile(r"\d+(st|nd|rd|th)?")


@dataclass(frozen=True)
class ColumnProposal:
    """What one column probably is.

    Args:
        mapping: the proposal itself.
        confidence: 0–1; 0 where nothing is proposed.
        evidence: why, in words.
        unit_evidence: why that unit, or why it must be answered; empty when the variable has no unit.
        samples: a few distinct cells; none of a column that tells patients apart.
        resembles: variable that the column could also be, where another column was chosen or the fit is poor.
        comparators: cells written with “<” or “>” in the whole file.
    """

    mapping: ColumnMapping
    confidence: float = 0.0
    evidence: str = ""
    unit_evidence: str = ""
    samples: tuple[str, ...] = ()
    resembles: str = ""
    comparators: int = 0

    @property
    def header(self) -> str:
        """As in the file."""
        return self.mapping.header

    @property
    def variable(self) -> str:
        """Name in the vocabulary; empty for none."""
        return self.mapping.variable

    @property
    def unit(self) -> str:
        """Symbol; empty for none, or when it must be answered."""
        return self.mapping.unit


@dataclass(frozen=True)
class Proposal:
    """What a file probably means.

    Args:
        columns: one for each column of the file.
        mapping: all of it as a mapping, to be confirmed.
        dataset: title of the data set it was recognised as; empty for none.
        remarks: what else there is to know, in sentences.
        several_visits: whether patients stand in more than one row.
    """

    columns: tuple[ColumnProposal, ...]
    mapping: CohortMapping
    dataset: str = ""
    remarks: tuple[str, ...] = ()
    several_visits: bool = False

    def column(self, header: str) -> ColumnProposal:
        """The proposal of one column."""
        return next(c for c in self.columns if c.header == header)


def propose(sample: Sample) -> Proposal:
    """Say what each column probably is.

    Args:
        sample: as :func:`riskmodels.interop.columns.sample.take_sample` gives it.
    """
    dataset = recognised_dataset(sample.headers)
    found = [_column(header, sample, dataset) for header in sample.headers]
    found, combine = _without_rivals(found, dataset)
    found = _one_of_role(_one_of_role(found, Role.PATIENT), Role.DATE)
    mapping = CohortMapping(tuple(c.mapping for c in found), _constants(found, dataset), combine)
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
    told = f"Chosen: {unit}." if unit else ""
    name = match_name(header, getattr(recognised_dataset(sample.headers), "name", ""))
    codes = name.codes if name.variable == variable else ()
    match = NameMatch(variable, 1.0, "Chosen by you.", unit, told, codes)
    return _as_variable(header, sample, match)


def _column(header: str, sample: Sample, dataset: Dataset | None) -> ColumnProposal:
    cells = sample.cells[header]
    match = match_name(header, dataset.name if dataset else "")
    special = _patient(header) or _date(header, cells)
    if special is not None and (not match.variable or match.confidence < 0.9):
        return special
    if not match.variable:
        looks = _looks_like_sex(header, sample)
        return looks or ColumnProposal(ColumnMapping(header), 0.0, match.evidence, samples=_samples(cells))
    return _as_variable(header, sample, match)


def _as_variable(header: str, sample: Sample, match: NameMatch) -> ColumnProposal:
    number = VOCABULARY[match.variable].kind is Kind.NUMBER
    found = _as_number(header, sample, match) if number else _as_choice(header, sample, match)
    if found.confidence >= LEAST_CONFIDENCE:
        return found
    evidence = f"{match.evidence} {found.evidence}".strip()
    return ColumnProposal(ColumnMapping(header), 0.0, evidence, samples=found.samples, resembles=match.variable)


def _as_number(header: str, sample: Sample, match: NameMatch) -> ColumnProposal:
    variable = VOCABULARY[match.variable]
    cells, odd = sample.cells[header], sample.odd.get(header, {})
    values = read_column(cells, sample.format.decimal)
    bare = values[~np.isin(values, impossible_sentinels(values, variable))]
    guess = guess_unit(bare, variable, match.unit, match.unit_evidence)
    codes = _told_codes(match.codes, number_codes(_counted(values, header, sample), odd, variable, guess.unit))
    mapping = ColumnMapping(header, variable.name, Role.VALUE, guess.unit, codes)
    confidence, evidence = _fit(match, guess, cells, bare)
    return ColumnProposal(
        mapping, confidence, evidence, guess.evidence, _samples(cells), comparators=comparator_count(odd)
    )


def _counted(values: Floats, header: str, sample: Sample) -> Floats:
    """The column's numbers: of the whole file where they are few, else those looked at."""
    counts = sample.counts.get(header)
    if counts is None or sample.complete:
        return values
    numbers = pd.to_numeric(pd.Series(list(counts)), errors="coerce").to_numpy(dtype=float)
    return np.repeat(numbers, list(counts.values()))


def _told_codes(told: Sequence[Code], found: tuple[Code, ...]) -> tuple[Code, ...]:
    """Codes of the documentation first, those of the values beside them."""
    counts = {code.text: code.count for code in found}
    kept = tuple(replace(code, count=counts.get(code.text, 0)) for code in told)
    return (*kept, *(code for code in found if all(code.text != k.text for k in kept)))


def _fit(match: NameMatch, guess: UnitGuess, cells: pd.Series, values: Floats) -> tuple[float, str]:
    """Confidence and evidence: that of the name, lowered as far as the values do not fit."""
    filled = any(not is_unknown_word(text) for text in _first_texts(cells)) or bool(np.isfinite(values).any())
    numbers = int(np.isfinite(values).sum())
    if not filled:
        return match.confidence * 0.8, f"{match.evidence} It holds no values."
    if numbers == 0:
        return 0.0, "But it holds no numbers."
    share = guess.plausible
    if not np.isfinite(share):
        return match.confidence * 0.8, match.evidence
    text = f"{match.evidence} {100 * share:.0f} % of its numbers are possible"
    text += f" in {guess.unit}." if guess.unit else "."
    return match.confidence * (1.0 if share >= 0.95 else 0.3 + 0.7 * share), text


def _as_choice(header: str, sample: Sample, match: NameMatch) -> ColumnProposal:
    variable = VOCABULARY[match.variable]
    counts = sample.counts.get(header)
    samples = _samples(sample.cells[header])
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
    if not _DATE.search(name) or _NOT_VISIT.search(name):
        return None
    formats = dates.formats_of(cells)
    if not formats:
        return None
    mapping = ColumnMapping(header, role=Role.DATE, date_format=formats[0] if len(formats) == 1 else "")
    evidence = f"Its cells are dates written {dates.all_in_words(formats)}."
    return ColumnProposal(mapping, 0.9, evidence, samples=_samples(cells))


def _first_texts(cells: pd.Series) -> list[str]:
    """The first filled cells, as text."""
    return [text for text in cells.head(_LOOK).dropna().astype(str).tolist() if text.strip()]


def _samples(cells: pd.Series) -> tuple[str, ...]:
    """A few distinct filled cells."""
    return tuple(dict.fromkeys(text.strip()[:40] for text in _first_texts(cells)))[:_SAMPLES]


def _without_rivals(
    found: list[ColumnProposal], dataset: Dataset | None
) -> tuple[list[ColumnProposal], dict[str, Combine]]:
    """Each variable from one column, or from several that belong together."""
    combine: dict[str, Combine] = {}
    chosen: dict[str, ColumnProposal] = {}
    for name in dict.fromkeys(c.variable for c in found if c.variable):
        rivals = [c for c in found if c.variable == name]
        best = max(rivals, key=lambda c: c.confidence)
        chosen[name] = best
        rule = _rule(rivals, dataset)
        if len(rivals) > 1 and rule is not None:
            combine[name] = rule
    return [_or_carried(c, chosen, combine) for c in found], combine


def _or_carried(c: ColumnProposal, chosen: dict[str, ColumnProposal], combine: dict[str, Combine]) -> ColumnProposal:
    if not c.variable or c.variable in combine or chosen[c.variable] is c:
        return c
    evidence = f"{c.evidence} “{chosen[c.variable].header}” is used for it."
    return replace(c, mapping=ColumnMapping(c.header), confidence=0.0, evidence=evidence, resembles=c.variable)


def _rule(rivals: list[ColumnProposal], dataset: Dataset | None) -> Combine | None:
    """How columns of one variable belong together: repeated readings, or questions of one documented survey."""
    kind = VOCABULARY[rivals[0].variable].kind
    stems = {_READING.sub("", compact(c.header)) for c in rivals}
    units = {c.unit for c in rivals}
    if kind is Kind.NUMBER and len(stems) == 1 and len(units) == 1:
        return Combine.MEAN
    if dataset is None or any(c.confidence < 0.9 for c in rivals):
        return None
    return Combine.ANY if kind is Kind.YES_NO else Combine.FIRST


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
    remarks = []
    if dataset:
        remarks.append(f"The columns are those of {dataset.title}; units and codes are as documented there.")
    remarks += [
        f"{VOCABULARY[n].label} is {value} in every row: {dataset.because} ({dataset.source})."
        for n, value in mapping.constants.items()
        if dataset
    ]
    remarks += [_combined(mapping, name, rule) for name, rule in mapping.combine.items()]
    if several:
        remarks.append("Some patients stand in several rows: all visits are scored, unless you choose the latest.")
    if not sample.complete:
        remarks.append(f"Proposed from {len(sample.cells):,} of {sample.rows:,} rows, from start to end.")
    return tuple(remarks)


def _combined(mapping: CohortMapping, name: str, rule: Combine) -> str:
    headers = ", ".join(f"“{c.header}”" for c in mapping.holding(name))
    how = {
        Combine.MEAN: "is the mean of those known of",
        Combine.FIRST: "is the first one known of",
        Combine.ANY: "is yes when one is yes, no when all are no, of",
    }
    return f"{VOCABULARY[name].label} {how[rule]} {headers}."
