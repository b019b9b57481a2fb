"""Doses by kidney function, age and weight for this patient, and what medicines must not meet (HTML)."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from riskmodels.care.doses import Dose, Interaction, doses_for, interactions_for
from riskmodels.care.guidance import capital
from riskmodels.care.guidance.facts import PatientFacts
from riskmodels.interop.fhir.types import Medicine
from riskmodels.interop.medicines import find_substances


def doses_html(facts: PatientFacts, medicines: Sequence[Medicine] = ()) -> str:
    """The doses of the medicines that may concern the patient and their interactions, each on demand.

    Args:
        facts: the patient, as rules ask.
        medicines: of an import: what is taken stands beside the label's dose.
    """
    doses, interactions = doses_for(facts), interactions_for(facts)
    return "".join(
        f"<details class='cr-fold'><summary>{title}: {len(found)}</summary>{table}</details>"
        for title, found, table in (
            ("Doses for this patient by kidney function, age and weight", doses, doses_table(doses, medicines)),
            ("Interactions to check", interactions, interactions_table(interactions)),
        )
        if found
    )


def doses_table(doses: Sequence[Dose], medicines: Sequence[Medicine] = ()) -> str:
    """A row a medicine under the heading of its group, with the label's other bands on demand."""
    rows = ""
    for group, found in groupby(doses, key=lambda dose: dose.medicine.group):
        rows += f'<tr><th class="cr-group" colspan="3" scope="rowgroup">{escape(group)}</th></tr>'
        rows += "".join(_dose_row(dose, medicines) for dose in found)
    head = "<thead><tr><th>Medicine</th><th>Label's dose</th><th>Because of</th></tr></thead>"
    return f'<table class="cr-table" aria-label="Doses for this patient">{head}<tbody>{rows}</tbody></table>'


def _dose_row(dose: Dose, medicines: Sequence[Medicine]) -> str:
    medicine = dose.medicine
    several = medicine.bands if len(medicine.bands) > 1 else ()
    bands = "".join(f"<p>{escape(capital(band.text))}: {escape(band.dose)}</p>" for band in several)
    summary = "All doses, source" if several else "Source"
    about = f"<details><summary>{summary}</summary>{bands}<p>{escape(medicine.source.citation)}.</p></details>"
    told = f"<b>{escape(dose.dose)}</b>" if dose.dose else "—"
    return (
        f'<tr><th scope="row">{escape(medicine.name)}{about}</th><td>{told}{_taken(medicine.name, medicines)}</td>'
        f"<td>{escape(capital(dose.why))}</td></tr>"
    )


def _taken(name: str, medicines: Sequence[Medicine]) -> str:
    """The dose that an import tells of a medicine, as the sender words it."""
    codes = {substance.atc for substance in find_substances(name).substances}
    told = [m for m in medicines if m.taken and codes.intersection(m.atc)]
    words = dict.fromkeys(f"{m.name}{f', {m.dose}' if m.dose else ''}" for m in told)
    return "".join(f"<small>Imported as taken: {escape(text)}</small>" for text in words)


def interactions_table(interactions: Sequence[Interaction]) -> str:
    """A row a pair, with whether the record tells that the partner is taken."""
    rows = "".join(
        f'<tr><th scope="row">{escape(each.medicine)}</th><td>{escape(each.partner)}</td>'
        f"<td>{escape(each.what)}<small>{escape(each.status)}</small></td></tr>"
        for each in interactions
    )
    head = "<thead><tr><th>Medicine</th><th>With</th><th>What to do</th></tr></thead>"
    source = f"<p><small>{escape(interactions[0].source.citation)}.</small></p>" if interactions else ""
    return f'<table class="cr-table" aria-label="Interactions to check">{head}<tbody>{rows}</tbody></table>{source}'
