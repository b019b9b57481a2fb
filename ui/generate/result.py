"""Step 3: invented people. May they be given away; what they give away and serve for, as pictures; downloads."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pandas as pd
import streamlit as st

from riskmodels.errors import CareRiskError
from riskmodels.generated.privacy.attacks import LIMIT
from riskmodels.generated.task import LIMITS, Asked, Invented, invent_task
from riskmodels.generated.written.cards import Cards
from riskmodels.generated.written.packed import packed
from riskmodels.generated.written.write import Form
from riskmodels.tasks import shared_room
from ui import tasks
from ui.checks import refusal_html
from ui.generate import figures, state
from ui.generate.state import People
from ui.inspect.show import draw_figure
from ui.page import theme
from ui.text import count, plain

#: people in a download of FHIR, which takes seconds a thousand to write and check; all of them by the command
MOST_FHIR = 1_000


def draw_result(people: People, asked: Asked) -> None:
    """Learn, invent and judge in the background; then what came of it.

    Args:
        people: the file of real people.
        asked: what is asked for.
    """
    try:
        made = tasks.awaited(
            state.INVENT,
            (people.key, asked),
            lambda: shared_room().start(invent_task, people.table, people.mapping, asked, limits=LIMITS),
            "Inventing people",
        )
    except CareRiskError as error:
        st.html(refusal_html("Nobody was invented", str(error)))
        _draw_again()
        return
    if made is None:
        st.caption("You can open other pages meanwhile; this goes on.")
        return
    _draw_verdict(made)
    _draw_cards(made)


def _draw_again() -> None:
    if st.button("Discard and ask anew", icon=":material/restart_alt:", key="generate_discard"):
        state.discard()
        st.rerun()


def _draw_verdict(made: Invented) -> None:
    refusal = made.cards.privacy.refusal
    if refusal:
        st.html(refusal_html("These people must not be given away", refusal))
    else:
        st.subheader(f"{count(len(made.table), 'invented person', 'invented people')}", anchor=False)
    with st.container(horizontal=True):
        if not refusal:
            _draw_downloads(made)
        _draw_again()


def _draw_downloads(made: Invented) -> None:
    few = made.table.head(MOST_FHIR)
    forms = {
        Form.CSV: ("CSV", made.table, True),
        Form.FHIR: (f"FHIR{'' if len(few) == len(made.table) else f', the first {MOST_FHIR:,}'}", few, False),
        Form.OMOP: ("OMOP tables", made.table, False),
    }
    for form, (name, table, first) in forms.items():
        st.download_button(
            f"Download {name}",
            partial(_pack, table, made.cards, form),
            file_name=f"invented_people_{form}.zip",
            mime="application/zip",
            type="primary" if first else "secondary",
            icon=":material/download:",
            on_click="ignore",
            key=f"generate_download_{form}",
            help="A zip: the people and both cards.",
        )


def _pack(table: pd.DataFrame, cards: Cards, form: Form) -> bytes:
    return packed(table, cards, form, datetime.now(UTC).date())


def _draw_cards(made: Invented) -> None:
    left, right = st.columns(2, gap="large")
    with left:
        _draw_privacy(made)
    with right:
        _draw_use(made)
    st.subheader("Column by column", anchor=False)
    st.html(figures.columns_html(made.drawn))
    st.caption(
        "Bars: real people kept apart from the learning; line: invented people. Bars of fewer than ten real people are "
        "not drawn."
    )
    _draw_pairs(made)
    _draw_words(made.cards)


def _draw_privacy(made: Invented) -> None:
    st.subheader("What they give away", anchor=False)
    found, copies = made.cards.privacy.membership, made.cards.privacy.copies.copies.number
    rows = [(a.name, f"{a.auc.value:.3f}", f"{a.auc.low:.3f} to {a.auc.high:.3f}") for a in found.attacks]
    finding = (
        f"The strongest of three attacks tells who was learnt from with an AUC of {found.auc.value:.3f}; 0.5 is "
        f"guessing, above {LIMIT} the file is refused. Copies of a real person: {copies:,.0f}."
    )
    draw_figure(
        figures.attacks(found, theme()),
        finding,
        "Attacks on membership",
        ("Attack", "AUC", "95 % interval"),
        rows,
        "generate_attacks",
    )


def _draw_use(made: Invented) -> None:
    st.subheader("What they serve for", anchor=False)
    card = made.cards.use
    tried = figures.tried_of(card)
    told = card.detection
    finding = f"Boosted trees tell invented from real people with an AUROC of {told.auroc:.3f}; 0.5 is a coin."
    if not tried:
        st.caption(f"No outcome could be tried. {finding}")
        return
    legend = "Filled: learnt from real people; hollow: from invented ones, with the 95 % interval of the difference."
    rows = [(figures.label_of(t.outcome), f"{t.real:.3f}", f"{t.invented:.3f}") for t in tried]
    draw_figure(
        figures.served(card, theme()),
        f"{legend} {finding}",
        "Prediction learnt from real and from invented people",
        ("Outcome", "Real", "Invented"),
        rows,
        "generate_served",
    )


def _draw_pairs(made: Invented) -> None:
    drawn, found = made.drawn, made.cards.use.pairs
    st.subheader("Pairs of columns", anchor=False)
    if not figures.furthest_pairs(drawn) or not found.count:
        st.caption("No two columns are known together of enough people to be compared.")
        return
    between = f" between {' and '.join(map(figures.label_of, found.between))}" if found.between else ""
    finding = (
        f"Correlations are {found.mean:.3f} from those of real people on average ({found.floor:.3f} between two "
        f"sets of real people); the largest difference is {found.worst:.2f}{between}. Orange: more alike than in real "
        "people; blue: less."
    )
    draw_figure(
        figures.pairs(drawn, theme()),
        finding,
        "Differences of correlations",
        ("Pair of columns", "Invented less real"),
        figures.furthest_pairs(drawn),
        "generate_pairs",
    )


def _draw_words(cards: Cards) -> None:
    for title, card in (("The privacy card in words", cards.privacy), ("The use card in words", cards.use)):
        with st.expander(title):
            st.markdown("\n".join(f"- {plain(sentence, 600)}" for sentence in card.sentences))
