"""What must be answered before scoring, as plain questions; answered ones stay, so that an answer can be changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import streamlit as st

from riskmodels.interop.columns import dates
from riskmodels.interop.columns.boxes import ticked_code
from riskmodels.interop.columns.edits import read_as_role, read_as_variable, with_unit
from riskmodels.interop.columns.mapping import WHICH_COPY, Asks, CohortMapping, ColumnMapping, Combine, Question, Role
from riskmodels.interop.columns.recoded import copies, recodings, with_copy
from riskmodels.interop.columns.resembling import distribution, without
from riskmodels.vocabulary import VOCABULARY
from ui.cohort import state
from ui.cohort.mapping import PATIENT as PATIENT_NUMBER
from ui.cohort.mapping import VISIT_DATE, meaning_words, read_as, read_column_as
from ui.cohort.state import Upload
from ui.text import count, plain

_ASKED = "cohort_asked"
#: more answers than this stand in a list to choose from
MOST_RADIO = 8
_COLUMN, _EVERY, _ONLY, _OUT = "column:", "every:", "only:", "out:"
_FIRST_DAY = date(1950, 1, 1)
_COMBINE_WORDS = {
    Combine.MEAN: "The mean of those known",
    Combine.FIRST: "The first one known",
    Combine.ANY: "Yes when one says yes",
    Combine.CHECKED: "The answer of the box that is ticked",
}
_ROLE_WORDS = {Role.OUTCOME: "What happened afterwards", Role.CARRIED: "Something else: leave it out"}


def question_id(question: Question) -> str:
    """What tells one question of a file from another."""
    return "|".join((question.asks, question.header, question.variable, question.code, _role_asked(question)))


def _role_asked(question: Question) -> str:
    """Which column a question without one asks for."""
    if question.asks is not Asks.DATE or question.header:
        return ""
    return PATIENT_NUMBER if "patients" in question.text else VISIT_DATE


def options(question: Question, upload: Upload, mapping: CohortMapping) -> list[str]:
    """Possible answers as they are kept."""
    if question.asks is Asks.COMBINE:
        return [*question.choices, *(f"{_ONLY}{c.header}" for c in mapping.holding(question.variable))]
    if question.asks is Asks.COPY:
        return list(copies())
    if question.asks is Asks.NEEDED:
        return [*(f"{_EVERY}{word}" for word in question.choices), *_columns(upload)]
    if question.asks is Asks.DATE and not question.header:
        return _columns(upload)
    return [*question.choices, *([_OUT] if question.asks is Asks.UNIT else [])]


def _columns(upload: Upload) -> list[str]:
    return [f"{_COLUMN}{header}" for header in upload.source.headers]


def option_words(question: Question, option: str) -> str:
    """A possible answer for people."""
    if option == _OUT:
        return "Leave the column out"
    for start, words in ((_COLUMN, "Column “{}”"), (_ONLY, "Only “{}”"), (_EVERY, "Every row is {}")):
        if option.startswith(start):
            rest = option.removeprefix(start)
            if start == _EVERY:
                return words.format(meaning_words(VOCABULARY[question.variable], rest).lower())
            return words.format(plain(rest, 40))
    if question.asks is Asks.COMBINE:
        return _COMBINE_WORDS[Combine(option)]
    if question.asks is Asks.MEANING:
        return VOCABULARY[option].label if option in VOCABULARY else _ROLE_WORDS[Role(option)]
    if question.asks is Asks.COPY:
        return recodings()[option].title if option in recodings() else "Neither: every code is asked"
    if question.asks is Asks.DATE:
        return dates.in_words(option)
    if question.asks is Asks.CODE:
        return meaning_words(VOCABULARY[question.variable], option)
    return option


def answer_of(question: Question, mapping: CohortMapping) -> str | None:
    """The answer that the mapping holds; None while there is none."""
    if question.asks is Asks.UNIT:
        return mapping.column(question.header).unit or None
    if question.asks is Asks.MEANING:
        asked = mapping.column(question.header)
        return asked.variable or (None if asked.role is Role.ASKED else asked.role.value)
    if question.asks is Asks.COPY:
        return None if mapping.recoding == WHICH_COPY else mapping.recoding
    if question.asks is Asks.CODE:
        codes = mapping.column(question.header).codes
        return next((code.means for code in codes if code.text == question.code), "") or None
    if question.asks is Asks.COMBINE:
        held = mapping.holding(question.variable)
        rule = mapping.combine.get(question.variable)
        return (f"{_ONLY}{held[0].header}" if len(held) == 1 else None) if rule is None else rule.value
    if question.asks is Asks.NEEDED:
        held = mapping.holding(question.variable)
        constant = mapping.constants.get(question.variable)
        return f"{_COLUMN}{held[0].header}" if held else f"{_EVERY}{constant}" if constant else None
    if question.asks is Asks.DAY:
        return mapping.as_of or None
    if question.header:
        return mapping.column(question.header).date_format or None
    role = Role.PATIENT if _role_asked(question) == PATIENT_NUMBER else Role.DATE
    column = mapping.with_role(role)
    return f"{_COLUMN}{column.header}" if column else None


def answered(question: Question, option: str, upload: Upload, mapping: CohortMapping) -> CohortMapping:
    """The mapping with a question answered."""
    rest = option.split(":", 1)[-1]
    if question.asks is Asks.DAY:
        return replace(mapping, as_of=option)
    if question.asks is Asks.COPY:
        return with_copy(mapping, upload.sample, option)
    if question.asks is Asks.COMBINE:
        return _combined(question, option, mapping)
    if question.asks is Asks.NEEDED:
        if option.startswith(_EVERY):
            return replace(mapping, constants=mapping.constants | {question.variable: rest})
        return read_as_variable(mapping, upload.sample, rest, question.variable)
    if question.header:
        return _of_column(question, option, upload, mapping)
    return read_column_as(mapping, upload.sample, rest, _role_asked(question))


def _of_column(question: Question, option: str, upload: Upload, mapping: CohortMapping) -> CohortMapping:
    """The mapping with a question about one column answered."""
    if option == _OUT:
        return mapping.with_column(question.header, role=Role.CARRIED)
    if question.asks is Asks.UNIT:
        return with_unit(mapping, upload.sample, question.header, option)
    if question.asks is Asks.CODE:
        return mapping.with_code(question.header, question.code, option)
    if question.asks is Asks.MEANING and option in VOCABULARY:
        return read_as_variable(mapping, upload.sample, question.header, option)
    if question.asks is Asks.MEANING:
        return read_as_role(mapping, upload.sample, question.header, Role(option))
    return mapping.with_column(question.header, date_format=option)


def _combined(question: Question, option: str, mapping: CohortMapping) -> CohortMapping:
    if not option.startswith(_ONLY):
        return replace(mapping, combine=mapping.combine | {question.variable: Combine(option)})
    for column in mapping.holding(question.variable):
        if column.header != option.removeprefix(_ONLY):
            mapping = mapping.with_column(column.header, role=Role.CARRIED)
    return replace(mapping, combine={k: v for k, v in mapping.combine.items() if k != question.variable})


def _still_there(question: Question, mapping: CohortMapping) -> bool:
    """Whether an answered question still means something."""
    if question.asks in (Asks.UNIT, Asks.CODE):
        return mapping.column(question.header).variable == question.variable
    if question.asks in (Asks.COMBINE, Asks.BOXES):
        boxes = mapping.combine.get(question.variable) is Combine.CHECKED
        return len(mapping.holding(question.variable)) > 1 and boxes is (question.asks is Asks.BOXES)
    if question.asks is Asks.MEANING:
        return answer_of(question, mapping) in (None, *question.choices)
    if question.asks is Asks.COPY:
        return bool(mapping.recoding)
    if question.asks is Asks.DATE and question.header:
        column = mapping.column(question.header)
        return column.role is Role.DATE or column.birth
    if question.asks is Asks.DAY:
        return mapping.column(question.header).birth and mapping.with_role(Role.DATE) is None
    return True


def draw_questions(upload: Upload) -> int:
    """Draw all questions, the open ones first; how many are open."""
    mapping = state.mapping_of(upload)
    open_now = {question_id(q): q for q in mapping.questions()}
    asked: dict[str, Question] = st.session_state.setdefault(_ASKED, {}).setdefault(upload.key, {})
    asked.update(open_now)
    for name in [name for name, q in asked.items() if name not in open_now and not _still_there(q, mapping)]:
        del asked[name]
    if asked:
        left = len(open_now)
        text = f"{count(left, 'question')} left before scoring" if left else "All questions are answered"
        st.markdown(f"**{text}.** {'The file does not tell; only you can.' if left else ''}")
    for name, question in asked.items():
        _draw_question(upload, mapping, name, question)
    return len(open_now)


def _draw_question(upload: Upload, mapping: CohortMapping, name: str, question: Question) -> None:
    if question.asks is Asks.BOXES:
        _draw_boxes(upload, mapping, question)
        return
    if question.asks is Asks.DAY:
        _draw_day(upload, mapping, name, question)
        return
    offered = options(question, upload, mapping)
    key = f"cohort_q_{upload.key[:12]}_{name}"
    current = answer_of(question, mapping)
    st.session_state[key] = current if current in offered else None
    label, few = plain(question.text, 300), len(offered) <= MOST_RADIO

    def words(option: str) -> str:
        return option_words(question, option)

    args = (upload, question, key)
    if few:
        st.radio(label, offered, None, words, key=key, horizontal=True, on_change=_take_answer, args=args)
    else:
        st.selectbox(label, offered, None, words, key=key, placeholder="Choose", on_change=_take_answer, args=args)
    evidence = _evidence(upload, mapping, question)
    if evidence:
        st.caption(plain(evidence, 1000))


def _draw_day(upload: Upload, mapping: CohortMapping, name: str, question: Question) -> None:
    key = f"cohort_q_{upload.key[:12]}_{name}"
    st.session_state[key] = date.fromisoformat(mapping.as_of) if mapping.as_of else None
    st.markdown(plain(question.text, 300))
    st.date_input(
        plain(question.text, 300),
        None,
        _FIRST_DAY,
        date.today(),
        key=key,
        format="YYYY-MM-DD",
        width=220,
        label_visibility="collapsed",
        on_change=_take_day,
        args=(upload, question, key),
    )
    st.caption(f"Or read a column as “{VISIT_DATE}” below.")


def _take_day(upload: Upload, question: Question, key: str) -> None:
    day = st.session_state.get(key)
    if day is not None:
        state.keep_mapping(upload, answered(question, day.isoformat(), upload, state.mapping_of(upload)))


def _take_answer(upload: Upload, question: Question, key: str) -> None:
    option = st.session_state.get(key)
    if option is not None:
        state.keep_mapping(upload, answered(question, option, upload, state.mapping_of(upload)))


def _evidence(upload: Upload, mapping: CohortMapping, question: Question) -> str:
    """Why the file does not tell."""
    if question.asks is Asks.UNIT:
        proposed = upload.proposal.column(question.header)
        return proposed.unit_evidence if proposed.variable == question.variable else ""
    if question.asks is Asks.CODE:
        codes = mapping.column(question.header).codes
        code = next((c for c in codes if c.text == question.code), None)
        if code is None:
            return ""
        return f"It stands in {count(code.count, 'row')}. {code.evidence}" if code.count else code.evidence
    if question.asks is Asks.COMBINE:
        return _contents(upload, [column.header for column in mapping.holding(question.variable)])
    if question.asks is Asks.MEANING:
        said = upload.proposal.column(question.header).evidence
        costs = " ".join(without(v) for v in question.choices if v in VOCABULARY and v not in mapping.variables)
        return f"{said} {_contents(upload, [question.header])}{f' Left out: {costs}' if costs else ''}"
    if question.asks is Asks.COPY:
        told = " ".join(f"{recoding.title}: {recoding.in_words()}." for recoding in recodings().values())
        return f"UCI’s own codes would be wrong here. {told}"
    if question.header:
        return "Read as: " + read_as(mapping.column(question.header)).lower() + "."
    return ""


def _contents(upload: Upload, headers: list[str]) -> str:
    """What stands in columns, each in words."""
    return "; ".join(f"“{header}”: {distribution(upload.sample, header)}" for header in headers) + "."


def _draw_boxes(upload: Upload, mapping: CohortMapping, question: Question) -> None:
    """One question over all boxes of a variable: which answer is each."""
    st.markdown(plain(question.text, 400))
    with st.container(horizontal=True):
        for column in mapping.holding(question.variable):
            _draw_box(upload, column, question)
    st.caption(plain(_contents(upload, [c.header for c in mapping.holding(question.variable)]), 400))


def _draw_box(upload: Upload, column: ColumnMapping, question: Question) -> None:
    code, variable = ticked_code(column), VOCABULARY[question.variable]
    key = f"cohort_q_{upload.key[:12]}_box_{column.header}"
    if code is None:
        st.caption(f"“{plain(column.header, 40)}” is ticked in no row.")
        return
    st.session_state[key] = code.means or None
    st.selectbox(
        plain(column.header, 60),
        question.choices,
        None,
        lambda means: meaning_words(variable, means),
        key=key,
        placeholder="Choose",
        on_change=_take_box,
        args=(upload, column.header, code.text, key),
    )


def _take_box(upload: Upload, header: str, text: str, key: str) -> None:
    means = st.session_state.get(key)
    if means is not None:
        state.keep_mapping(upload, state.mapping_of(upload).with_code(header, text, means))
