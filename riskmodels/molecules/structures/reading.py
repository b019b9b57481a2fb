"""A file of compounds in (SMILES lines, CSV, Excel, Parquet, SDF or MOL), a structure a row and its problem rows out.

What a file is, is told by its content. No structure is judged here: :mod:`riskmodels.molecules.screening.screen` does
that, and a structure that is none becomes a problem row there.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from rdkit.Chem import MolFromSmiles

from riskmodels.checks import Severity
from riskmodels.errors import FileError
from riskmodels.interop.table.chunks import Bytes, check_rows
from riskmodels.interop.table.file_format import FileFormat, FileLimits, kind_of_file, text_format
from riskmodels.interop.table.source import Source, open_source
from riskmodels.molecules.structures.complaints import complaints
from riskmodels.molecules.structures.rows import CompoundFile, RowProblem, no_structure
from riskmodels.molecules.structures.sdf import is_sdf, read_sdf

#: a file of compounds that is read
LIMITS = FileLimits(bytes=200 * 2**20, unpacked=2**30, workbook=2**29, rows=100_000, columns=200)
#: what a column of SMILES and one of names is called, letters and digits alone
_SMILES = frozenset(
    "smiles smi canonicalsmiles isomericsmiles smilesstring compoundsmiles ligandsmiles structure mol".split()
)
_NAMES = frozenset(
    "name id compound compoundname compoundid title molecule moleculename moleculeid identifier drug chemblid "
    "moleculechemblid".split()
)
#: rows that are looked at to tell what a column holds; of these, so many have to be structures
_LOOK, _MOST_OF = 50, 0.5
#: letters of a cell that may be a structure, and atoms of one that is no word by chance
_LONGEST, _LEAST_ATOMS = 1_000, 3


class ColumnError(FileError):
    """A table in which no column is known to hold the structures.

    Args:
        columns: that there are.
        column: that was asked for and is not there; empty when none was.
    """

    def __init__(self, columns: tuple[str, ...], column: str = "") -> None:
        named = ", ".join(f"“{name}”" for name in columns[:20])
        told = f"There is no column “{column}”." if column else "No column is known to hold SMILES."
        super().__init__(told, hint=f"Say which it is. Columns of the file: {named}.")
        self.columns = columns


def read_compounds(file: bytes | Path, column: str = "") -> CompoundFile:
    """Read a file of compounds.

    Args:
        file: its bytes, or its path.
        column: of a table, the one that holds SMILES; found by its name, else by what it holds, when empty.

    Returns:
        Structures as they were given, one a row, with the other columns and what cannot be used.

    Raises:
        ColumnError: when it is a table, and nothing tells which column holds the structures.
        FileError: when it cannot be read or is too large.
    """
    place = Bytes(file)
    _check_size(place)
    with place.open() as stream:
        kind = kind_of_file(stream.read(1 << 20))
    if kind in ("csv", "gzip"):
        text = _text(place, kind == "gzip")
        if is_sdf(text):
            return _kept(read_sdf(text))
        lines = [line for line in text.splitlines()[: 2 * _LOOK] if line.strip()][:_LOOK]
        if not column and _are_smiles_lines(lines):
            return _kept(_read_lines(text))
    return _kept(_read_table(file, column))


def _check_size(place: Bytes) -> None:
    try:
        size = place.size
    except OSError as error:
        raise FileError(f"The file cannot be opened: {error.strerror}.", hint="Check its path and rights.") from None
    if size > LIMITS.bytes:
        raise FileError(
            f"The file has {size / 2**20:,.0f} MB; up to {LIMITS.bytes / 2**20:,.0f} MB can be read.",
            hint=f"Split it into parts of up to {LIMITS.rows:,} compounds.",
        )


def _text(place: Bytes, packed: bool) -> str:
    """The whole text, its encoding told by its bytes."""
    with place.unpacked(LIMITS) if packed else place.open() as stream:
        data = stream.read()
    encoding = text_format(io.BytesIO(data)).encoding
    return data.decode(encoding, errors="replace").removeprefix("\ufeff")


def _kept(found: CompoundFile) -> CompoundFile:
    """The file as it is, where it holds a row.

    Raises:
        FileError: when it holds none, or too many.
    """
    rows = len(found.structures) + len(found.problems)
    check_rows(rows, LIMITS)
    if not rows:
        raise FileError("The file holds no compound.", hint="One structure a row: a SMILES, or a record of an SDF.")
    return found


# ── one SMILES a line ───────────────────────────────────────────────────────────────────────────────────────────────
def _are_smiles_lines(lines: list[str]) -> bool:
    """Whether most lines begin with a SMILES that a blank or the end of the line follows."""
    if any("\t" in line for line in lines):
        return False
    words = [line.split()[0] for line in lines]
    if words and _folded(words[0]) in _SMILES:
        words = words[1:]
    return bool(words) and sum(map(_is_structure, words)) >= _MOST_OF * len(words)


def _read_lines(text: str) -> CompoundFile:
    """A SMILES a line and, after a blank, a name."""
    found: dict[int, tuple[str, str]] = {}
    for row, line in enumerate(text.splitlines(), start=1):
        smiles, _, name = line.strip().partition(" ")
        if smiles and not (row == 1 and _folded(smiles) in _SMILES):
            found[row] = smiles, name.strip()
    index = pd.Index(found, name="row", dtype="int64")
    structures = pd.Series([smiles for smiles, _ in found.values()], index, dtype="str")
    names = pd.DataFrame({"name": [name for _, name in found.values()]}, index, dtype="str")
    others = names if (names["name"] != "").any() else names[[]]
    return CompoundFile(structures, others, (), "SMILES, one a line", name_column="name" if others.size else "")


# ── tables ──────────────────────────────────────────────────────────────────────────────────────────────────────────
def _read_table(file: bytes | Path, column: str) -> CompoundFile:
    source = open_source(file, limits=LIMITS)
    headless = not column and not any(_folded(name) in _SMILES for name in source.headers)
    if headless and any(map(_is_structure, source.headers)):  # the first row is a compound: there is no header
        source = open_source(file, FileFormat("", False, "", "", "", 0), LIMITS)
    chosen = _column_of(source, column)
    parts, problems = [], []
    for chunk in source.chunks():
        odd = {note.row: note for note in chunk.notes if note.severity is Severity.ROW}
        problems += [RowProblem(row, "", note.reason, note.hint) for row, note in odd.items()]
        parts.append(chunk.cells.drop(index=list(odd)).astype("str"))
    cells = pd.concat(parts) if parts else pd.DataFrame(columns=list(source.headers), dtype="str")
    structures = cells[chosen].fillna("").str.strip()
    empty = structures == ""
    problems += [no_structure(int(row)) for row in structures.index[empty]]
    others = cells.loc[~empty].drop(columns=chosen).fillna("")
    named = next((name for name in others.columns if _folded(name) in _NAMES), "")
    return CompoundFile(
        structures[~empty],
        others,
        tuple(sorted(problems, key=lambda problem: problem.row)),
        source.format.words(),
        chosen,
        source.headers,
        named,
    )


def _column_of(source: Source, column: str) -> str:
    """The column that holds the structures.

    Raises:
        ColumnError: when nothing tells it.
    """
    headers = source.headers
    if column:
        if column not in headers:
            raise ColumnError(headers, column)
        return column
    named = [name for name in headers if _folded(name) in _SMILES]
    if len(named) == 1:
        return named[0]
    first = next(source.chunks(_LOOK), None)
    among = [] if first is None else named or list(headers)
    holding = [name for name in among if first is not None and _holds_structures(first.cells[name].astype("str"))]
    if len(holding) != 1:
        raise ColumnError(headers)
    return holding[0]


def _holds_structures(cells: Iterable[str]) -> bool:
    filled = [cell for cell in cells if isinstance(cell, str) and cell.strip()]
    return bool(filled) and sum(map(_is_structure, filled)) >= _MOST_OF * len(filled)


def _is_structure(text: str) -> bool:
    """Whether a text is a SMILES that no word, number or header is by chance."""
    smiles = text.strip()
    if not 0 < len(smiles) <= _LONGEST or " " in smiles or not smiles.isascii():
        return False
    with complaints():
        mol = MolFromSmiles(smiles)
    return mol is not None and mol.GetNumAtoms() >= _LEAST_ATOMS


def _folded(header: str) -> str:
    return re.sub(r"[^a-z0-9]", "", header.casefold())
