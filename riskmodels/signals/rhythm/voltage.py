"""Units of voltage in files of electrocardiograms: words → millivolts."""

from __future__ import annotations

import re

#: millivolts in one; UCUM, EDF, WFDB and DICOM spell them in their own ways
_IN_MILLIVOLTS = {
    "v": 1000.0,
    "mv": 1.0,
    "millivolt": 1.0,
    "uv": 1e-3,
    "µv": 1e-3,
    "μv": 1e-3,
    "microvolt": 1e-3,
    "nv": 1e-6,
    "nanovolt": 1e-6,
}
_BARE = re.compile(r"[\s\[\]().]")


def in_millivolts(unit: str) -> float | None:
    """How many millivolts one of the unit is; None when it is no unit of voltage."""
    bare = _BARE.sub("", unit).lower()
    return _IN_MILLIVOLTS.get(bare, _IN_MILLIVOLTS.get(bare.removesuffix("s")))
