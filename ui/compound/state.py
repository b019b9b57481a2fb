"""What a session of this page works on: the view, the structure that was written, the file that was uploaded."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

import streamlit as st

from riskmodels.molecules.structures.examples import EXAMPLES, example_file
from ui import tasks
from ui.uploads import UploadedFile

#: keys of widgets
VIEW, SMILES, EXAMPLE, ENDPOINT = "compound_view", "compound_smiles", "compound_example", "compound_endpoint"
#: slots of the tasks
STRUCTURE, SCREEN = "compound_structure", "compound_screen"
_FILE, _SEEN, _COLUMN = (f"compound.{name}" for name in ("file", "seen", "column"))


class View(StrEnum):
    """What is screened."""

    ONE = "One compound"
    FILE = "A file"
    BETTER = "Better ones"


@dataclass(frozen=True)
class GivenFile:
    """A file of compounds.

    Args:
        name: as it is shown.
        data: its bytes.
    """

    name: str
    data: bytes = field(repr=False)

    @property
    def key(self) -> str:
        """Of its content."""
        return sha256(self.data).hexdigest()


def smiles() -> str:
    """The structure that was written."""
    return str(st.session_state.get(SMILES) or "").strip()


def take_example() -> None:
    """Callback: work on the medicine that was chosen."""
    name = st.session_state.get(EXAMPLE)
    chosen = next((example for example in EXAMPLES if example.name == name), None)
    if chosen is not None:
        st.session_state[SMILES] = chosen.smiles


def try_example() -> None:
    """Callback: work on the first medicine."""
    st.session_state[EXAMPLE] = EXAMPLES[0].name
    take_example()


def typed() -> None:
    """Callback: the structure is no example any more."""
    st.session_state[EXAMPLE] = None


def open_one(structure: str) -> None:
    """Callback: look at one compound of a file."""
    st.session_state[SMILES] = structure
    st.session_state[EXAMPLE] = None
    st.session_state[VIEW] = View.ONE


def file() -> GivenFile | None:
    """The file of this session."""
    return st.session_state.get(_FILE)


def column() -> str:
    """The column that was said to hold the structures; empty when nobody was asked."""
    return str(st.session_state.get(_COLUMN, ""))


def say_column(name: str) -> None:
    """Callback: say which column holds the structures."""
    st.session_state[_COLUMN] = name


def take_file(uploaded: UploadedFile) -> bool:
    """Work on an uploaded file; whether it was new."""
    if st.session_state.get(_SEEN) == uploaded.file_id:
        return False
    leave()
    st.session_state[_SEEN] = uploaded.file_id
    st.session_state[_FILE] = GivenFile(uploaded.name, uploaded.getvalue())
    return True


def take_examples() -> None:
    """Callback: work on the file of examples."""
    leave()
    st.session_state[_FILE] = GivenFile("six medicines and a slip", example_file())


def leave() -> None:
    """Callback: work on no file."""
    tasks.forget(SCREEN)
    for name in (_FILE, _COLUMN):
        st.session_state.pop(name, None)
