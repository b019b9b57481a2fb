"""What a page shows to somebody it does not open for: sign in, signed out, no role, not from here."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st
from streamlit import config

from riskmodels.errors import CareRiskError
from riskmodels.records import LOCAL, Actor, RecordsError, Role, audit
from riskmodels.records.audit import Action
from ui import text
from ui.database import database
from ui.sign_in.account import admitted, claims_here, current_actor, sign_out
from ui.sign_in.claims import account_key
from ui.sign_in.guarded import is_guarded
from ui.sign_in.local import NEEDS_SIGN_IN, is_local
from ui.sign_in.register import REGISTER, End
from ui.sign_in.settings import Settings, SettingsError, sign_in_settings
from ui.text import plain

#: keys of the session's state: whose it is, and the refused page that was audited
_ACCOUNT, _REFUSED = "carerisk.account", "carerisk.refused"
#: seconds between two looks at whether an open page's sign-in is over
_LOOK_EVERY = 30.0
ROLE_WORDS = {Role.CARE: "Care team", Role.ANALYST: "Analyst", Role.ADMIN: "Administrator"}


def person_at_the_gate() -> Actor:
    """The person, when there is one whom the app may serve; else a screen that says what to do, and the page stops."""
    try:
        settings = sign_in_settings()
    except SettingsError as error:
        _stop("Sign-in is not set up", str(error))
    actor = _without_sign_in() if settings is None else _signed_in(settings)
    _own_state(actor)
    if not actor.roles:
        _stop_without_role(actor, settings)
    return actor


def refuse_page(title: str, roles: tuple[Role, ...], actor: Actor) -> NoReturn:
    """Say whom the page opens for, audit it once, and stop: nothing of the page runs."""
    if st.session_state.get(_REFUSED) != title:
        st.session_state[_REFUSED] = title
        try:
            audit.record(database(), actor, Action.REFUSED, "page", title)
        except RecordsError as error:
            st.caption(str(error))
    with st.container(key="refusal"):
        wanted = " or ".join(ROLE_WORDS[role].lower() for role in roles)
        mine = text.sentence_list([ROLE_WORDS[role].lower() for role in Role if role in actor.roles])
        st.markdown(f"This page opens for the role **{wanted}**. You are signed in as {mine}.")
        st.caption("If you need it for your work, ask whoever manages your account to add the role.")
        st.page_link("home.py", label="Go to Home", icon=":material/home:")
    st.stop()


def page_opened() -> None:
    """The page opens: a later refusal is a new one."""
    st.session_state.pop(_REFUSED, None)


def draw_person(actor: Actor) -> None:
    """Name, roles and the way out, at the bottom of the menu; nothing without sign-in."""
    if actor == LOCAL:
        return
    with st.container(key="person"):
        roles = ", ".join(ROLE_WORDS[role] for role in Role if role in actor.roles)
        st.caption(f"{plain(actor.name)}  \n{roles}")
        _draw_sign_out()
        _close_in_time()


def _close_in_time() -> None:
    """A page that is left alone closes by itself, so that no patient stays on the screen."""
    settings = sign_in_settings()
    if settings is not None:
        every = max(2.0, min(_LOOK_EVERY, settings.idle / 4))
        st.fragment(_leave_when_over, run_every=every)()


def _leave_when_over() -> None:
    """Rerun the page when the sign-in is over: its gate then says why."""
    current_actor()


def _without_sign_in() -> Actor:
    """This computer, when the request comes from it; a test that runs a page by itself has no request."""
    headers = {name.lower(): value for name, value in st.context.headers.items()}
    client = st.context.ip_address if headers else None
    if not is_local(config.get_option("server.address"), headers or {"host": "localhost"}, client or "127.0.0.1"):
        _stop("Sign-in is needed", NEEDS_SIGN_IN)
    return LOCAL


def _signed_in(settings: Settings) -> Actor:
    claims = claims_here()
    if not is_guarded():
        _stop("Started without its server", "Start the app with: streamlit run app.py")
    if not account_key(claims):
        _stop_for_sign_in("CareRisk", "Risk of diabetes and of heart and vessel disease, for care teams and analysts. "
                          "Sign in with the account of your organisation.", "Sign in")  # fmt: skip
    try:
        if (end := REGISTER.ended(claims, settings)) is None:
            return admitted(claims, settings)
    except RecordsError as error:
        _stop("The records cannot be reached", str(error))
    return _stop_for_sign_in("You were signed out", _why(end, settings), "Sign in again")


def _why(end: End, settings: Settings) -> str:
    if end == End.IDLE:
        return (
            f"Nothing was done here for {_minutes(settings.idle)}, so the app signed you out. "
            "What you had typed for a patient is kept as a draft for a day."
        )
    if end == End.LATE:
        return (
            f"A sign-in lasts {_minutes(settings.longest)} at most. "
            "What you had typed for a patient is kept as a draft for a day."
        )
    return "You signed out in this browser."


def _minutes(seconds: float) -> str:
    if seconds >= 7200 and seconds % 3600 == 0:
        return f"{seconds / 3600:.0f} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"


def _own_state(actor: Actor) -> None:
    """Nothing that another person left in this session is there for the next one."""
    if st.session_state.get(_ACCOUNT, actor.id) != actor.id:
        st.session_state.clear()
    st.session_state[_ACCOUNT] = actor.id


def _stop_for_sign_in(title: str, sentence: str, label: str) -> NoReturn:
    with st.container(key="gate"):
        st.title(title, anchor=False)
        st.markdown(sentence)
        if st.button(label, type="primary", icon=":material/login:", key="sign_in"):
            st.login()
    st.stop()


def _stop_without_role(actor: Actor, settings: Settings | None) -> NoReturn:
    claim = settings.roles_claim if settings else ""
    with st.container(key="gate"):
        st.title("No role yet", anchor=False)
        st.markdown(
            f"You are signed in as **{plain(actor.name)}**, and your account has none of the roles of this app "
            f"({', '.join(ROLE_WORDS[role].lower() for role in Role)}). Ask whoever manages your account to add one."
        )
        st.caption(f"For them: the claim “{plain(claim)}” of the identity token decides. Then sign in again.")
        _draw_sign_out()
    st.stop()


def _draw_sign_out() -> None:
    if st.button("Sign out", icon=":material/logout:", key="sign_out"):
        try:
            sign_out()
        except CareRiskError as error:
            st.caption(str(error))
        st.stop()


def _stop(title: str, sentence: str) -> NoReturn:
    with st.container(key="gate"):
        st.title(title, anchor=False)
        st.markdown(plain(sentence))
    st.stop()
