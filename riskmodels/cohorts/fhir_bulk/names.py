"""By which names a patient is known, and which one a resource uses: a reference of any kind, or an identifier.

A name is text: ``Patient/1``, ``https://server/fhir/Patient/1``, ``urn:uuid:…`` or ``identifier SYSTEM|VALUE``. A
relative reference inside an entry with an address is of that server; in a line of an export, of the export itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from riskmodels.interop.fhir.types import Json

_RELATIVE = re.compile(r"[A-Z][A-Za-z]{0,63}/[A-Za-z0-9.-]{1,64}")
_ADDRESS = re.compile(r"(https?://\S{1,2000}/)[A-Z][A-Za-z]{0,63}/[A-Za-z0-9.-]{1,64}")
_CONDITIONAL = re.compile(r"Patient\?identifier=([^|&\s]{0,500})\|([^|&\s]{1,500})")
_MOST = 2_000


def server_of(address: object) -> str:
    """The server of an absolute address, ending in a slash; empty where it has none."""
    found = _ADDRESS.fullmatch(_plain(address))
    return found[1] if found else ""


def name_of(reference: object, server: str = "") -> str:
    """A reference as a name; empty where it is none.

    Args:
        reference: ``Reference.reference``, of any type.
        server: of the entry that it stands in.
    """
    text = _plain(reference)
    if _RELATIVE.fullmatch(text):
        return server + text
    conditional = _CONDITIONAL.fullmatch(text)
    if conditional:
        return _identifier(*conditional.groups())
    return text if text.startswith("urn:") or _ADDRESS.fullmatch(text) else ""


def subject_of(body: Json, server: str = "") -> str:
    """The name of the patient whom a resource is about; empty where it names none."""
    subject = body.get("subject")
    if not isinstance(subject, dict):
        return ""
    if subject.get("reference"):
        return name_of(subject["reference"], server)
    return next(iter(_identifiers([subject.get("identifier")])), "")


def names_of_patient(body: Json, url: str) -> list[str]:
    """Every name of a Patient, its own first; none where it has neither id nor address."""
    number, server = body.get("id"), server_of(url)
    own = name_of(f"Patient/{number}", server) if isinstance(number, str) else ""
    names = [own, name_of(url), f"urn:uuid:{number}" if own else ""]
    identifiers = body.get("identifier")
    names += _identifiers(identifiers if isinstance(identifiers, list) else [])
    return list(dict.fromkeys(name for name in names if name))


def _identifiers(found: Iterable[object]) -> list[str]:
    pairs = [(i.get("system") or "", i.get("value")) for i in found if isinstance(i, dict)]
    return [_identifier(s, v) for s, v in pairs if isinstance(s, str) and isinstance(v, str) and v]


def _identifier(system: str, value: str) -> str:
    return f"identifier {system}|{value}"[:_MOST]


def _plain(reference: object) -> str:
    """A reference without the version it points at."""
    text = reference if isinstance(reference, str) and len(reference) <= _MOST else ""
    return text.partition("/_history/")[0]
