"""How right columns are told by their names: the table of real headers in, docs/columns.md out.

``python -m riskmodels.shipping.header_names`` prints the rates; ``--write`` writes the page as well.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from riskmodels import ROOT
from riskmodels.interop.columns.known_names import datasets, synonyms
from riskmodels.interop.columns.known_names import qualifiers as words_that_qualify
from riskmodels.interop.columns.measured import Read, rates, read_all
from riskmodels.interop.columns.propose import LEAST_CONFIDENCE
from riskmodels.shipping.say import to_stdout

PAGE = ROOT / "docs" / "columns.md"
_HEAD = f"""# Columns of foreign files

Written by `python -m riskmodels.shipping.header_names --write` from the tables in `riskmodels/interop/columns/`; do not
edit. The command alone prints the rates.

## What is read without a question

- **A name is known or it is not.** A column becomes an input when its name stands in `synonyms.csv` (with language or
  source), or is documented for a data set in `datasets.csv` that most of the file's columns point to, or holds a LOINC
  code; and when its cells fit: the confidence is then at least {LEAST_CONFIDENCE:g}. Likeness alone proposes nothing.
- **A name that stands for several things is asked** (“Taille”: height in French, waist in German; “HT”), and so is a
  name that is a known one but for a letter or but for a “no”, and the only one of several readings (`glucose2`).
- **What resembles an input and stays unused is told first**, with what is in it and what that costs. Words in
  `qualifiers.csv` make a name another thing: a ratio, a target, a change, a date, a relative, another specimen.
- **What happened afterwards is no history.** A column documented as an event, named as one (`incident_…`, `death`), or
  beside a history or a time of the same thing (`STROKE` beside `PREVSTRK` or `time_to_stroke`) is offered as the
  outcome of the report. In a file with a follow-up, a history whose name does not say “before” is asked.
- **Two columns of one variable are asked**, unless they are readings of one measurement by their numbers (`sbp1`,
  `sbp2`: the mean, and it is said), boxes to tick of one answer (`smoke___1` to `smoke___3`, `smoking_never` …), or
  documented for the data set.
- **Copies of the UCI heart data that were coded anew** are asked about as a whole (`recoded.csv`)."""
_HOW = """## How right that is

Every name of `headers.csv` (its meaning by the file's own documentation, `-` for none; where from in
`header_files.csv`) is read as it would be in its own file without rows: by its name and its company, without the help
of its cells. *Precision*: of the columns read as an input without a question, those read as what they are. *Recall*:
of the columns that are an input, those read so without a question; the others are asked or left to be chosen.

A hash of the name puts it into one of two halves. Names were taken into the tables from the known half; the half kept
apart is only measured."""
_FIRST = """When it was measured for the first time, four names of the half kept apart were read wrongly (precision
97.9 %), and its recall was 70.0 %. They were mended as kinds afterwards, so the half no longer speaks for them: `HT`
(in one file haematocrit) is asked, and three public data sets are recognised by whose documentation `Smoking` is 100
cigarettes in life, `pregnant` a count and `Age` a class. Names of other languages come from common usage, not from the
half. A file whose headers are constructed shows that a rule works, not how often its case occurs."""


def document(read: Sequence[Read]) -> str:
    """The page.

    Args:
        read: every header as it is read.
    """
    parts = [_HEAD, _HOW, _table(read), _FIRST, _known(), _sources(read)]
    return "\n\n".join(parts) + "\n"


def _table(read: Sequence[Read]) -> str:
    halves = {
        "all": list(read),
        "known half": [r for r in read if not r.header.kept_apart],
        "half kept apart": [r for r in read if r.header.kept_apart],
        "names with a cited source": [r for r in read if r.header.cited],
        "constructed or not cited": [r for r in read if not r.header.cited],
    }
    lines = [
        "| headers | of them inputs | read | right | asked | precision | recall |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, part in halves.items():
        found = rates(part)
        shares = f"{100 * found.precision:.1f} % | {100 * found.recall:.1f} %"
        counts = f"{found.inputs:,} | {found.proposed:,} | {found.right:,} | {found.asked:,}"
        lines.append(f"| {name}: {found.headers:,} | {counts} | {shares} |")
    return "\n".join(lines)


def _known() -> str:
    languages: dict[str, int] = {}
    for entry in synonyms():
        if not entry.dataset:
            languages[entry.language] = languages.get(entry.language, 0) + 1
    counted = ", ".join(f"{name} {number:,}" for name, number in sorted(languages.items(), key=lambda pair: -pair[1]))
    titles = "; ".join(f"{d.title} ({d.source})" for d in datasets() if d.name != "carerisk")
    return (
        f"## What is known\n\nNames: {counted}; and {len(words_that_qualify()):,} words that make a name another thing."
        f"\n\nData sets recognised by their columns: {titles}."
    )


def _sources(read: Sequence[Read]) -> str:
    files: dict[tuple[str, str], int] = {}
    for r in read:
        key = (r.header.file, r.header.source)
        files[key] = files.get(key, 0) + 1
    lines = ["## Where the headers are from", "", "| file | headers | source |", "|---|---|---|"]
    return "\n".join(lines + [f"| {file} | {number} | {source} |" for (file, source), number in files.items()])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the rates and what is read wrongly; with ``--write`` write the page.

    Args:
        arguments: of the command line; those of the process when None.
    """
    parser = argparse.ArgumentParser(prog="python -m riskmodels.shipping.header_names")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.relative_to(ROOT)}")
    options = parser.parse_args(arguments)
    read = read_all()
    to_stdout(_table(read))
    for r in read:
        if r.wrong:
            to_stdout(f"wrong: “{r.header.name}” of {r.header.file} is read as {r.variable}, it means {r.header.means}")
    if options.write:
        PAGE.write_text(document(read), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
