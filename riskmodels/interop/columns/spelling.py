"""A name as it is written → its words, and one spelling of it, whatever its case, spaces, punctuation and accents."""

from __future__ import annotations

import re
import unicodedata

_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|%|[^\W\d_A-Za-z]+")
_FOLDS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_SIGNS = str.maketrans({"µ": "u", "μ": "u", "²": "2", "%": "pct"})


def tokens(name: str) -> list[str]:
    """Words and numbers of a name, lower case, without accents: ``sysBP`` → sys, bp; ``Größe_cm`` → groesse, cm.

    Other scripts are kept: ``收缩压(mmHg)`` → 收缩压, mm, hg.
    """
    folded = unicodedata.normalize("NFC", name).translate(_FOLDS).translate(_SIGNS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return [token.lower() for token in _TOKEN.findall(plain)]


def compact(name: str) -> str:
    """One spelling of a name: ``HbA1c`` and ``hb_a1c`` are ``hba1c``."""
    return "".join(tokens(name))
