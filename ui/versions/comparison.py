"""Two versions of a model on the same people: which of them move, and by how much."""

from __future__ import annotations

import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.outcomes import OUTCOME
from riskmodels.revision.effect import Effect, effect_of
from riskmodels.revision.people import reference_people
from riskmodels.tabular.model import RiskModel, load_shipped
from riskmodels.tabular.versions import SHIPPED_VERSION, VersionStore
from ui.memo import remembered
from ui.versions.effect import draw_effect
from ui.versions.listing import title


def draw_comparison(name: str) -> None:
    """Choose two versions and an outcome, and see who moves.

    Args:
        name: of the model.
    """
    store = VersionStore()
    try:
        saved, now = [v.version for v in store.versions(name)], store.chosen(name)
    except CareRiskError:
        return  # said where they are listed
    if not saved:
        return
    every = [SHIPPED_VERSION, *saved]
    first = now if now in every else SHIPPED_VERSION
    second = next(v for v in (*saved, SHIPPED_VERSION) if v != first)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one, other = (
            str(
                st.selectbox(
                    label,
                    every,
                    index=every.index(start),
                    format_func=lambda v: title(v, now),
                    key=f"{key}.{name}",
                    width=320,
                )
            )
            for label, start, key in (("Compare", first, "version_one"), ("with", second, "version_other"))
        )
        try:
            models = remembered("versions.compared", (name, one, other), lambda: _load(store, name, one, other))
        except CareRiskError as error:
            st.error(str(error))
            return
        outcomes = [o for o in models[0].outcomes if o in models[1].outcomes]
        outcome = str(
            st.selectbox(
                "Outcome",
                outcomes,
                format_func=lambda o: OUTCOME[o].label,
                index=outcomes.index(_last_changed(models, outcomes)),
                key=f"version_outcome.{name}.{one}.{other}",
                width=320,
            )
        )
    if one == other:
        st.caption("Choose two different versions.")
        return
    key = (name, one, other, outcome)
    effect: Effect = remembered("versions.effect", key, lambda: effect_of(*models, reference_people(outcome), outcome))
    draw_effect(effect, (_short(one), _short(other)), "versions")


def _load(store: VersionStore, name: str, one: str, other: str) -> tuple[RiskModel, RiskModel]:
    shipped = load_shipped()[name]

    def version(wanted: str) -> RiskModel:
        return shipped if wanted == SHIPPED_VERSION else store.load(name, wanted)

    return version(one), version(other)


def _last_changed(models: tuple[RiskModel, RiskModel], outcomes: list[str]) -> str:
    """The outcome that was changed last in one of the two."""
    changed = [str(m.card.get("derived", {}).get("outcome")) for m in reversed(models)]
    return next((o for o in changed if o in outcomes), outcomes[0])


def _short(version: str) -> str:
    """The part of a version that tells it from the others."""
    return version if version == SHIPPED_VERSION else f"…{version[-6:]}"
