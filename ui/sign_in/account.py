"""Who sits at the screen. Without sign-in the person at this computer; else the account of the identity cookie."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NoReturn

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from riskmodels.records import LOCAL, Actor, NotAllowedError, audit, sign_ins, users
from riskmodels.records.audit import Action
from riskmodels.records.sign_ins import SignIn
from ui.database import database
from ui.sign_in.claims import Claims, account_key, issued, name_of, roles_of, sign_in_key
from ui.sign_in.register import REGISTER
from ui.sign_in.settings import Settings, sign_in_settings

#: claims of the person for whom a thread without a page works: a download that is made when it is asked for
_ACTING: ContextVar[Claims | None] = ContextVar("acting", default=None)


def current_actor() -> Actor:
    """The person at the screen, with the roles of the sign-in. Cheap: it may be asked at every rerun.

    Asked where nobody is signed in any more (a fragment or a callback of a page that was left open), it reruns the
    page, whose gate then says why.

    Raises:
        NotAllowedError: where there is no page to rerun.
        SettingsError: when the sign-in is set up in part.
        RecordsError: when the account cannot be looked up.
    """
    settings = sign_in_settings()
    if settings is None:
        return LOCAL
    claims = claims_here()
    if not account_key(claims) or REGISTER.ended(claims, settings):
        _leave()
    return admitted(claims, settings)


def claims_here() -> dict[str, Any]:
    """What the identity cookie claims of the person whose page, callback or download runs here; else nothing."""
    if get_script_run_ctx(suppress_warning=True) is not None:
        return dict(st.user.to_dict())
    return dict(_ACTING.get() or {})


def admitted(claims: Claims, settings: Settings) -> Actor:
    """The account of a sign-in that lasts; looked up once a sign-in and process, audited once a sign-in.

    Raises:
        RecordsError: when the account cannot be looked up.
    """
    return REGISTER.actor(claims, lambda: _admit(claims, settings))


def _admit(claims: Claims, settings: Settings) -> Actor:
    roles = roles_of(claims, settings.roles_claim, settings.roles)
    actor = users.remember(database(), str(claims["iss"]), str(claims["sub"]), name_of(claims), roles)
    since = min(issued(claims), time.time())
    sign_ins.begin(database(), actor, SignIn(sign_in_key(claims), account_key(claims), since, since))
    REGISTER.forget(settings)
    return actor


def sign_out() -> None:
    """End the sign-in of this browser: for all its tabs, for a copy of its cookie, and at the provider.

    Raises:
        RecordsError: when the sign-out cannot be recorded; the sign-in is over all the same.
    """
    settings, claims = sign_in_settings(), claims_here()
    if settings is None or not account_key(claims):
        return
    try:
        end_sign_in(claims, settings)
    finally:
        st.logout()


def end_sign_in(claims: Claims, settings: Settings) -> None:
    """The sign-in is over from now on, wherever its cookie is; audited once, also when it is asked for again.

    Raises:
        RecordsError: when the sign-out cannot be recorded; the sign-in is over all the same.
    """
    if not account_key(claims) or REGISTER.ended(claims, settings):
        return
    REGISTER.sign_out(claims)
    actor = admitted(claims, settings)
    audit.record(database(), actor, Action.SIGN_OUT, users.KIND, actor.id)


@contextmanager
def acting_for(claims: Claims) -> Iterator[None]:
    """Within the block, :func:`current_actor` of this thread is the person of the claims."""
    token = _ACTING.set(claims)
    try:
        yield
    finally:
        _ACTING.reset(token)


def _leave() -> NoReturn:
    if get_script_run_ctx(suppress_warning=True) is not None:
        st.rerun()
    raise NotAllowedError("Nobody is signed in.", hint="Sign in and try again.", log="nobody is signed in")
