"""A coded or named product → what it says: by a code where one is known, else by the names in its words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as shown
from typing import Any

from riskmodels.interop.fhir.bundle import Bundle
from riskmodels.interop.fhir.codes import ATC, RXNORM, Meaning, codes_of, is_atc, meaning_of
from riskmodels.interop.fhir.safe_json import tidy
from riskmodels.interop.fhir.types import Code, Json
from riskmodels.interop.medicines import Named, atc_of_rxnorm, find_strength, find_substances

#: a medicine without a class that the form asks for
NO_FIELD = "no field of the form"
#: characters of a name that are kept; those of combinations in RxNorm are longer than other texts
_MOST = 160


@dataclass(frozen=True)
class Product:
    """What a statement or an order says that is taken.

    Args:
        name: as the sender calls it.
        code: the one it was read by; the first, or one without a system, where it was not.
        by_code: variables that its codes answer.
        by_name: further variables that its words answer.
        atc: ATC codes of its substances, as far as they are known.
        strength: as its words tell it; empty where they do not.
        use: why it answers nothing; empty where it does.
        near: the variable that ``use`` is told of; empty for none.
    """

    name: str = shown(repr=False)
    code: Code = shown(repr=False)
    by_code: tuple[str, ...] = shown(default=(), repr=False)
    by_name: tuple[str, ...] = shown(default=(), repr=False)
    atc: tuple[str, ...] = shown(default=(), repr=False)
    strength: str = shown(default="", repr=False)
    use: str = ""
    near: str = ""


def read_product(bundle: Bundle, body: Json, routes: Sequence[str] = ()) -> Product:
    """What is taken, of a MedicationStatement or a MedicationRequest.

    Args:
        bundle: where a Medication that is only referred to is looked up.
        body: the resource, R4 or R5.
        routes: how it is given, in words.
    """
    concept, reference = _asked_for(body)
    drug = _medication(bundle, body, reference)
    wholes = [c for c in (concept, drug.get("code")) if isinstance(c, dict)]
    parts = _ingredients(drug)
    texts = _told([*wholes, *parts], reference)
    coded = _coded([[code for whole in wholes for code in codes_of(whole)]]) or _coded(map(codes_of, parts))
    codes = [code for each in [*wholes, *parts] for code in codes_of(each)]
    # an ATC code tells class and route, so that no name adds to it
    named = Named(()) if any(map(is_atc, codes)) else _named(texts, [*_texts(drug.get("form")), *routes])
    strength = next((found for text in texts if (found := find_strength(text))), _strength(drug))
    name = texts[0] if texts else codes[0].code if codes else "without a name"
    product = Product(name, coded[0][0] if coded else Code("", "", name), strength=strength)
    return _read(product, coded, named)


def _read(product: Product, coded: Sequence[tuple[Code, Meaning]], named: Named) -> Product:
    """The product with what its codes answer and what its words add."""
    atc = [code.code if is_atc(code) else atc_of_rxnorm()[code.code] for code, _ in coded]
    known = tuple(dict.fromkeys([*atc, *(substance.atc for substance in named.substances)]))
    by_code, meanings = _variables(meaning for _, meaning in coded), _meanings(named)
    if named.why:  # an ingredient does not tell the route, the words do
        near = next(iter((*by_code, *_variables(meanings))), "")
        return replace(product, atc=known, use=named.why, near=near)
    by_name = tuple(name for name in _variables(meanings) if name not in by_code)
    uses = (meaning.use for meaning in (*(m for _, m in coded), *meanings) if meaning.use)
    use = "" if by_code or by_name else next(uses, NO_FIELD)
    return replace(product, by_code=by_code, by_name=by_name, atc=known, use=use)


def _meanings(named: Named) -> list[Meaning]:
    found = (meaning_of(Code(ATC, substance.atc)) for substance in named.substances)
    return [meaning for meaning in found if meaning is not None]


def _variables(meanings: Iterable[Meaning]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for meaning in meanings for name in meaning.variables))


def _coded(concepts: Iterable[Sequence[Code]]) -> list[tuple[Code, Meaning]]:
    """Of each concept the first of its codes of a medicine that is known, with what it says."""
    of_medicine = ([c for c in codes if is_atc(c) or c.system == RXNORM] for codes in concepts)
    firsts = (((c, m) for c in codes if (m := meaning_of(c)) is not None) for codes in of_medicine)
    return [found for each in firsts if (found := next(each, None)) is not None]


def _named(texts: Sequence[str], more: Sequence[str]) -> Named:
    """The substances that any of the texts names; ``more``: form and route."""
    found = [find_substances(" ".join([text, *more])) for text in texts]
    every = tuple(dict.fromkeys(substance for each in found for substance in each.substances))
    return Named(every, next((each.why for each in found if each.why), ""))


def _told(concepts: Iterable[Json], reference: Json) -> list[str]:
    """All the words for it, each once."""
    texts = [*(text for concept in concepts for text in _texts(concept)), reference.get("display") or ""]
    return list(dict.fromkeys(tidy(text, _MOST) for text in texts if text))


def _texts(concept: Any) -> list[str]:
    """The words of a concept: displays first, as codes are shown."""
    concept = concept if isinstance(concept, dict) else {}
    displays = [c.get("display") for c in concept.get("coding") or [] if isinstance(c, dict)]
    return [str(text) for text in (*displays, concept.get("text")) if text]


def _asked_for(body: Json) -> tuple[Json | None, Json]:
    """The concept of what is taken and the reference to it: in R4 beside the resource, in R5 inside ``medication``."""
    told = body.get("medication") or {}
    concept: Json | None = body.get("medicationCodeableConcept") or told.get("concept")
    return concept, body.get("medicationReference") or told.get("reference") or {}


def _medication(bundle: Bundle, body: Json, reference: Json) -> Json:
    """The Medication that is referred to, inside the resource or in the bundle; empty for none."""
    name = str(reference.get("reference") or "").partition("/_history/")[0]
    here = (c for c in body.get("contained", []) if name and f"#{c.get('id')}" == name)
    found: Json = next(here, bundle.medications.get(name, {}))
    return found if found.get("resourceType") == "Medication" else {}


def _ingredients(drug: Json) -> list[Json]:
    items = (each.get("itemCodeableConcept") or (each.get("item") or {}).get("concept") for each in _parts(drug))
    return [item for item in items if item]


def _parts(drug: Json) -> list[Json]:
    return [each for each in drug.get("ingredient") or [] if isinstance(each, dict)]


def _strength(drug: Json) -> str:
    """The strengths of the ingredients: ``10 mg / 5 mg``."""
    told = (each.get("strength") or each.get("strengthRatio") or {} for each in _parts(drug))
    amounts = [ratio["numerator"] for ratio in told if isinstance(ratio.get("numerator"), dict)]
    return " / ".join(
        f"{a['value']:g} {tidy(a.get('unit') or a.get('code') or '', 20)}".strip() for a in amounts if "value" in a
    )
