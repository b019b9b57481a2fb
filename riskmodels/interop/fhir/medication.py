"""Medicine that is taken → the yes/no questions of the form. What is not recorded stays unknown, never “no”.

What a code tells counts; what only a name tells counts as well and is marked, so that a person is asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from riskmodels.interop.fhir.bundle import Bundle, Resource
from riskmodels.interop.fhir.dates import Moment, read_moment
from riskmodels.interop.fhir.dosage import read_dosages
from riskmodels.interop.fhir.products import NO_FIELD, Product, read_product
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Dosage, Found, Json, Medicine, Unused
from riskmodels.scores.inputs import variable_of

_TAKEN = {"MedicationStatement": ("active", "recorded"), "MedicationRequest": ("active",)}
_ORDERS = frozenset({"order", "original-order", "reflex-order", "filler-order", "instance-order"})
#: medicine of these questions is also given for something else
_ALSO_FOR = {
    "bp_medication": "by its drug class; it may be given for something else",
    "glucose_pills": "by its drug class; it may be given for something else",
}


@dataclass(frozen=True)
class Medication:
    """The medicine of a bundle.

    Args:
        found: what it answers; what a code tells before what a name tells.
        problems: what would answer something and does not count, with the reason.
        medicines: each statement and order.
    """

    found: tuple[Found, ...]
    problems: tuple[Unused, ...]
    medicines: tuple[Medicine, ...]


def read_medication(bundle: Bundle, resources: Iterable[Resource], today: date) -> Medication:
    """What the patient takes, of active statements and orders.

    Args:
        bundle: where a Medication that is only referred to is looked up.
        resources: MedicationStatement and MedicationRequest of the patient.
        today: what ended before it is not taken any more.
    """
    found: list[Found] = []
    problems: list[Unused] = []
    medicines: list[Medicine] = []
    for resource in resources:
        dosages = read_dosages(resource.body)
        product = read_product(bundle, resource.body, [d.route for d in dosages if d.route])
        when = _since(resource.body)
        obstacle = _not_taken(resource, dosages, today)
        reason = product.use or obstacle
        answers = (product.by_code, product.by_name) if not reason else ((), ())
        medicines.append(
            Medicine(product.name, *answers, product.atc, product.strength, dosages, when, reason, not obstacle)
        )
        if reason:
            problems += _problem(product, when, reason)
        else:
            found += _found(product, when, str(resource.body.get("status")))
    return Medication(tuple(sorted(found, key=lambda f: f.by_name)), tuple(problems), tuple(medicines))


def _found(product: Product, when: Moment | None, status: str) -> list[Found]:
    shown, code, named = product.code.text or product.code.code, product.code, Code("", "", product.name)
    by_code = [Found(n, 1.0, "", shown, when, status, code, _ALSO_FOR.get(n, "")) for n in product.by_code]
    by_name = [
        Found(n, 1.0, "", product.name, when, status, named, _ALSO_FOR.get(n, ""), by_name=True)
        for n in product.by_name
    ]
    return [*by_code, *by_name]


def _problem(product: Product, when: Moment | None, reason: str) -> list[Unused]:
    """What does not count: only of medicine that something is known of; the rest is named among the medicines."""
    if product.use == NO_FIELD:
        return []
    name = next(iter((*product.by_code, *product.by_name, product.near)), "")
    return [Unused(variable_of(name).label if name else "Medication", product.name, when, reason, name)]


def _since(body: Json) -> Moment | None:
    texts = (_period(body).get("start"), body.get("effectiveDateTime"), body.get("authoredOn"))
    return next((moment for text in texts if (moment := read_moment(text)) is not None), None)


def _period(body: Json) -> Json:
    period: Json = body.get("effectivePeriod") or {}
    return period


def _not_taken(resource: Resource, dosages: Iterable[Dosage], today: date) -> str:
    """Why it does not count as taken; empty where it does."""
    body, status = resource.body, str(resource.body.get("status"))
    if status not in _TAKEN[resource.kind]:
        return f"its status is {tidy(status, 20)}"
    adherence = _adherence(body)
    if adherence not in ("", "taking"):
        return f"the patient is recorded as {tidy(adherence, 30)}"
    if resource.kind == "MedicationRequest" and body.get("intent") not in _ORDERS:
        return f"it is a {tidy(body.get('intent') or 'request without intent', 20)} and not an order"
    if body.get("doNotPerform") is True:
        return "it says not to take it"
    needed = [dosage.as_needed for dosage in dosages]
    if needed and all(needed):
        return "it is taken as needed only: enter yes if it is taken regularly"
    ended, started = read_moment(_period(body).get("end")), read_moment(_period(body).get("start"))
    if ended is not None and ended.last_day < today:
        return f"it ended on {ended.text}"
    return "it starts in the future" if started is not None and started.day > today else ""


def _adherence(body: Json) -> str:
    """What R5 tells of whether it is taken: the code, or the words where there is none."""
    concept = (body.get("adherence") or {}).get("code") or {}
    codes = [str(c["code"]).strip() for c in concept.get("coding", []) if isinstance(c, dict) and c.get("code")]
    return next(iter(codes), str(concept.get("text") or "").strip().lower())
