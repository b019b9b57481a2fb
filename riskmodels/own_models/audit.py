"""Keeping and deleting a model of one's own, told in the audit trail: what is not told is not done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from riskmodels.own_models.store import OwnModel, OwnModels
from riskmodels.records import Actor, Database, audit
from riskmodels.records.audit import Action

if TYPE_CHECKING:
    from riskmodels.tabular.model import RiskModel

#: kind of record in the trail, as of versions of shipped models
KIND = "model"


def keep(model: RiskModel, database: Database, actor: Actor, store: OwnModels | None = None) -> OwnModel:
    """Keep a model.

    Args:
        model: as trained.
        database: with the trail.
        actor: who keeps it.
        store: where; that of the installation when None.

    Raises:
        RecordsError: when it cannot be told; then it is not kept.
    """
    store = store or OwnModels()
    kept = store.keep(model)
    (outcome,) = model.outcomes
    detail = {"trained": outcome, "rows": int(kept.card["training_rows"])}
    try:
        audit.record(database, actor, Action.SAVE, KIND, kept.name, detail)
    except BaseException:
        store.delete(kept.name)
        raise
    return kept


def delete(name: str, database: Database, actor: Actor, store: OwnModels | None = None) -> None:
    """Delete a kept model for good.

    Args:
        name: of the model.
        database, actor, store: as of :func:`keep`.

    Raises:
        ModelFileError: when there is none.
        RecordsError: when it cannot be told; then it stays.
    """
    store = store or OwnModels()
    store.find(name)
    audit.record(database, actor, Action.DELETE, KIND, name, {"own": True})
    store.delete(name)
