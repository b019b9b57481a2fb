"""What a file leaves open, as plain questions; answered ones stay, so that an answer can be changed."""

from __future__ import annotations

import streamlit as st

from riskmodels.signals.asked import Question, UnansweredError
from riskmodels.signals.kinds import Kind
from ui.signal import state
from ui.text import count, plain


def ask(kind: Kind, error: UnansweredError) -> None:
    """Take what a reader asks among the questions; a question with an impossible answer is open again."""
    for question in error.questions:
        state.asked(kind)[question.name] = question
        state.answers(kind).pop(question.name, None)


def draw_questions(kind: Kind) -> None:
    """All questions, with the answers given."""
    questions, answers = state.asked(kind), state.answers(kind)
    left = len(questions.keys() - answers.keys())
    if not questions:
        return
    if left:
        st.markdown(f"**{count(left, 'question')} before it can be read.** The file does not tell; only you can.")
    for question in questions.values():
        _draw_question(kind, question, answers.get(question.name))


def _draw_question(kind: Kind, question: Question, answer: str | None) -> None:
    label, key = plain(question.text, 400), f"signal.question.{kind}.{question.name}"
    if question.choices:
        st.session_state[key] = answer
        st.radio(label, question.choices, None, key=key, horizontal=True, on_change=_take, args=(kind, question, key))
        return
    st.session_state[key] = None if answer is None else float(answer)
    st.number_input(
        f"{label} [{question.unit}]" if question.unit else label,
        value=None,
        key=key,
        width=320,
        placeholder="unknown",
        on_change=_take,
        args=(kind, question, key),
    )


def _take(kind: Kind, question: Question, key: str) -> None:
    answer = st.session_state.get(key)
    if answer is None:
        state.answers(kind).pop(question.name, None)
    else:
        state.answers(kind)[question.name] = answer if isinstance(answer, str) else f"{answer:g}"
