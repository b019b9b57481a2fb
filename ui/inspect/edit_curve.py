"""Editing a curve that makes no clinical sense: a part and what to do with it in, the effect at once, a version out."""

from __future__ import annotations

import numpy as np
import streamlit as st

from riskmodels.errors import CareRiskError, InputError
from riskmodels.records import Role
from riskmodels.revision.curve_edit import LONGEST, SHORTEST, against_settled, edited, edited_version, make_edit
from riskmodels.revision.effect import Effect, effect_of
from riskmodels.revision.people import reference_people
from riskmodels.signed import signed
from riskmodels.tabular.derived import edit_text
from riskmodels.tabular.edits import KEY, CurveEdit, Kind
from riskmodels.tabular.model import Curve, RiskModel
from riskmodels.vocabulary import VOCABULARY, Variable
from ui.charts import CONFIG
from ui.memo import remembered
from ui.page import theme
from ui.sign_in.account import current_actor
from ui.tables import STYLE, table
from ui.text import count, plain
from ui.versions import figures
from ui.versions.effect import draw_effect
from ui.versions.saving import save

_WORDS: dict[Kind, str] = {
    "flatten": "Make level",
    "smooth": "Smooth",
    "cut above": "No effect above",
    "cut below": "No effect below",
}
_DOES: dict[Kind, str] = {
    "flatten": "Level between the two values, at the mean of the people there; within a tenth it meets the rest.",
    "smooth": "Takes the wiggles between the two values away; both ends stay.",
    "cut above": "From this value on the input says no more than at it.",
    "cut below": "Up to this value the input says no more than at it.",
}


def draw_edit(model: RiskModel, outcome: str, name: str) -> None:
    """What was edited of one curve, for everybody; its editor, for an administrator.

    Args:
        model: in force.
        outcome: one of its outcomes.
        name: one of the inputs that serve it.
    """
    for edit in reversed(model.card.get(KEY, [])):
        if (edit["outcome"], edit["name"]) == (outcome, name):
            st.caption(plain(f"{edit_text(edit)} {edit['reason']}", 700))
    if not current_actor().may(Role.ADMIN):
        return
    st.html(STYLE)
    key = f"inspect.edit.{model.version}.{outcome}.{name}"
    with st.expander("Edit this curve", icon=":material/edit:", key=f"{key}.open", on_change="rerun") as box:
        if box.open:
            _draw_editor(model, outcome, name, key)


def _draw_editor(model: RiskModel, outcome: str, name: str, key: str) -> None:
    kept: tuple[CurveEdit, ...] = st.session_state.get(f"{key}.kept", ())
    present = edited(model, kept) if kept else model
    before, variable = model.curve(outcome, name), VOCABULARY[name]
    kind, part = _ask(before, variable, key)
    st.caption(f"{_DOES[kind]} How it acts together with other inputs stays.")
    try:
        made = make_edit(present, outcome, name, kind, *part, by=current_actor().id)
    except InputError as error:
        st.error(str(error))
        return
    edits = (*kept, made)
    after_model = edited(model, edits)
    after = after_model.curve(outcome, name)
    _draw_curves(before, after, variable, part, key)
    against = against_settled(before, after, outcome, name)
    if against:
        st.warning(against)
    what = (key, tuple((e.kind, e.low, e.high) for e in edits))
    effect: Effect = remembered(
        "inspect.edit.effect", what, lambda: effect_of(model, after_model, reference_people(outcome), outcome)
    )
    _draw_steps(kept, made, key)
    draw_effect(effect, ("before", "after"), key, (name,))
    _draw_save(model, edits, key)


def _ask(drawn: Curve, variable: Variable, key: str) -> tuple[Kind, tuple[float, float]]:
    """What to do, with which part."""
    levels = len(drawn.bins) == len(drawn.counts)
    kinds: list[Kind] = [kind for kind in _WORDS if not (levels and kind == "smooth")]
    kind: Kind = st.segmented_control(
        "What to do", kinds, format_func=lambda k: _WORDS[k], default=kinds[0], key=f"{key}.kind", required=True,
        label_visibility="collapsed", wrap=True,
    )  # fmt: skip
    if levels:
        return kind, _ask_answers(drawn, variable, kind, key)
    low, high, step = _ends(drawn, variable)
    form, label = f"%.{variable.units[0].decimals}f", f"{variable.label}, {variable.unit}"
    third = (high - low) / 3
    start, stop = (round((low + share * third) / step) * step for share in (1, 2))
    if kind in ("flatten", "smooth"):
        part = st.slider(f"Part: {label}", low, high, (start, stop), step, format=form, key=f"{key}.part")
        return kind, (float(part[0]), float(part[1]))
    at = st.slider(f"Value: {label}", low, high, stop if kind == "cut above" else start, step, format=form,
                   key=f"{key}.{kind}")  # fmt: skip
    return kind, (float(at), float(at))


def _ends(drawn: Curve, variable: Variable) -> tuple[float, float, float]:
    """First and last whole step of the unit within the curve, and the step."""
    step = 10.0 ** -variable.units[0].decimals
    low, high = np.ceil(drawn.x[0] / step - 1e-9) * step, np.floor(drawn.x[-1] / step + 1e-9) * step
    return float(low), float(high), step


def _ask_answers(drawn: Curve, variable: Variable, kind: Kind, key: str) -> tuple[float, float]:
    codes = [float(code) for code in drawn.x]

    def word(code: float) -> str:
        return variable.format(code)

    if kind == "flatten":
        part = st.select_slider(variable.label, codes, (codes[0], codes[-1]), format_func=word, key=f"{key}.part")
        return float(part[0]), float(part[1])
    start = codes[-2] if kind == "cut above" else codes[1]
    at = float(st.select_slider(variable.label, codes, start, format_func=word, key=f"{key}.{kind}"))
    return at, at


def _draw_curves(before: Curve, after: Curve, variable: Variable, part: tuple[float, float], key: str) -> None:
    figure = figures.curve_change(before, after, variable, part, theme())
    most = int(np.abs(after.logit - before.logit).argmax())
    moved, where = signed(after.logit[most] - before.logit[most]), variable.format(float(after.x[most]))
    finding = f"Dashed: before. Solid: after. It moves most at {where}: {moved} log-odds."
    st.plotly_chart(figure, config=CONFIG, key=f"{key}.figure", alt=f"Curve before and after. {finding}")
    st.caption(finding)
    with st.expander("Numbers"):
        head = (variable.label, "Before, log-odds", "After, log-odds")
        st.html(table("Curve before and after", head, _rows(before, after, variable), kind="cr-whole"))


def _rows(before: Curve, after: Curve, variable: Variable) -> list[list[str]]:
    places = np.unique(np.linspace(0, len(before.x) - 1, 13).astype(int))
    values = [(variable.format(float(before.x[i])), before.logit[i], after.logit[i]) for i in places]
    return [[at, *(signed(v) for v in pair)] for at, *pair in values]


def _draw_steps(kept: tuple[CurveEdit, ...], made: CurveEdit, key: str) -> None:
    """Keep this part and edit another; take the last part back."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Keep this part and edit another", key=f"{key}.more", icon=":material/add:"):
            st.session_state[f"{key}.kept"] = (*kept, made)
            st.rerun()
        if kept and st.button("Undo the last kept part", key=f"{key}.undo", icon=":material/undo:"):
            st.session_state[f"{key}.kept"] = kept[:-1]
            st.rerun()
        if kept:
            st.caption(f"{count(len(kept), 'part')} kept, and the one above.")


def _draw_save(model: RiskModel, edits: tuple[CurveEdit, ...], key: str) -> None:
    reason = st.text_area("Why", key=f"{key}.why", max_chars=LONGEST, height=80,
                          placeholder="What makes no clinical sense, and what does")  # fmt: skip
    ready = len(" ".join(reason.split())) >= SHORTEST
    if st.button("Save as a version", key=f"{key}.save", icon=":material/save:", disabled=not ready):
        try:
            saved = save(edited_version(model, edits, reason, current_actor().id), Role.ADMIN)
        except CareRiskError as error:
            st.error(str(error))
            return
        if saved is not None:
            st.session_state.pop(f"{key}.kept", None)
            st.success(f"Saved as version {saved.version}. Put it in force in the tab Versions.")
    if not ready:
        st.caption("A version needs a reason.")
