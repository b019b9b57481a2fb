"""What stands on the Patient page after single parts were drawn anew is what the whole page would draw."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

sys.path.insert(0, str(Path(__file__).parent))

from run import person_at
from scenario import entry
from streamlit_client import Session

from tests.serving import SIGN_IN, served

Place = tuple[int, ...]


@dataclass
class Node:
    """An element or a container as it stands on the page: whose fragment, of which run, what."""

    fragment: str
    run: str
    content: bytes = field(repr=False)
    words: str = ""


@dataclass
class Tab(Session):
    """A browser tab that also keeps what stands on the page, by the rules of Streamlit's frontend."""

    nodes: dict[Place, Node] = field(default_factory=dict)
    _run_id: str = ""
    _fragments: frozenset[str] = frozenset()

    def _take(self, message: ForwardMsg) -> bool:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self._run_id = message.metadata.run.script_run_id
            self._fragments = frozenset(message.metadata.run.fragment_ids)
        elif kind == "delta":
            self._stand(ForwardMsg.FromString(message.SerializeToString()))
        answered = super()._take(message)
        if answered:
            self._clear_stale()
        return answered

    def _stand(self, message: ForwardMsg) -> None:
        """A container keeps its children; an element stands in the place of whatever was there."""
        delta, place = message.delta, tuple(message.metadata.delta_path)
        shown = delta.add_block if delta.WhichOneof("type") == "add_block" else delta.new_element
        inner = getattr(shown, str(shown.WhichOneof("type")), None)
        for told_once in ("set_value", "value", "raw_value", "raw_values", "deferred_file_id"):  # not what is seen
            if inner is not None and told_once in inner.DESCRIPTOR.fields_by_name:
                inner.ClearField(told_once)
        if delta.WhichOneof("type") == "new_element":
            delta.new_element.has_one_shot_effect = False
            self._remove_below(place)
        self.nodes[place] = Node(
            delta.fragment_id, self._run_id, shown.SerializeToString(deterministic=True), str(shown)
        )

    def _clear_stale(self) -> None:
        """What a run drew without is gone: all of it, of its fragments what is theirs or stood in their containers."""
        for place, node in sorted(self.nodes.items()):
            around = self.nodes.get(place[:-1])
            drawn = around is not None and around.run == self._run_id and around.fragment in self._fragments
            gone = not self._fragments or node.fragment in self._fragments or drawn
            if gone and node.run != self._run_id and place in self.nodes:
                del self.nodes[place]
                self._remove_below(place)

    def _remove_below(self, place: Place) -> None:
        for other in [o for o in self.nodes if len(o) > len(place) and o[: len(place)] == place]:
            if self.nodes[other].run != self._run_id:
                del self.nodes[other]

    def shown(self) -> dict[Place, bytes]:
        """What stands on the page, by place."""
        return {place: node.content for place, node in self.nodes.items()}


#: label and value in the order they are entered: each makes other parts of the page say something else
CHANGES: list[tuple[str, float | str | list[str]]] = [
    entry("glucose", 165.0),  # a criterion is met
    entry("creatinine", 0.9),  # derived eGFR
    entry("systolic_bp", 1520.0),  # cannot be used: said under its field
    entry("systolic_bp", 1530.0),  # the line of the group stays, the words under the field do not
    entry("systolic_bp", 150.0),
    entry("age", 58.0),  # eGFR in another group
    ("Unit of Total cholesterol", "mmol/L"),  # in the form, the waterfall, the sliders
    ("Unit of LDL cholesterol", "mmol/L"),  # unknown: in the label of its field alone
    ("Units", ["US"]),  # every unit
    ("why.outcome", ["Heart and vessels"]),
    ("Country of residence, for SCORE2", "Germany"),
    entry("stroke", 1.0),  # known already
    entry("sex", 1.0),  # other questions
    entry("hba1c", 8.2),
    entry("age", 540.0),  # no estimate at all
    entry("age", 25.0),  # most are refused
    entry("pregnancy", 1.0),
]


def differing(tab: Tab, before: dict[Place, bytes], words: dict[Place, str]) -> list[str]:
    after = tab.shown()
    found = [place for place in sorted(before.keys() | after.keys()) if before.get(place) != after.get(place)]
    return [
        f"{place}: {words.get(place, '')[:300]} | {tab.nodes[place].words[:300] if place in after else ''}"
        for place in found
    ]


async def compare_after_each(tab: Tab) -> tuple[list[str], int, int]:
    """Differences between the parts drawn anew and the whole, and how many elements each of the two ways sent."""
    await tab.open()
    await tab.press("Show an invented patient")
    found, parts, whole = list[str](), 0, 0
    for label, value in CHANGES:
        drawn = tab.drawn
        await tab.choose(label, value)
        parts += tab.drawn - drawn
        before, words, drawn = tab.shown(), {p: n.words for p, n in tab.nodes.items()}, tab.drawn
        await tab.run_again()
        whole += tab.drawn - drawn
        found += [f"after {label} = {value}: {each}" for each in differing(tab, before, words)]
    await tab.close()
    return found, parts, whole


def test_parts_drawn_anew_show_what_the_whole_page_would(tmp_path: Path) -> None:
    with served(tmp_path, SIGN_IN) as server:
        session = person_at(0, server.url)()
        found, parts, whole = asyncio.run(compare_after_each(Tab(server.url, "Patient", session.cookie)))
    assert found == []
    assert parts < whole / 3
