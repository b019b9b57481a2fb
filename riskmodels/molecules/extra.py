"""Whether the packages for compounds are installed: RDKit and SELFIES are an extra that the app runs without."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec

from riskmodels.errors import CareRiskError

#: from a checkout of the project
INSTALL = "pip install --no-deps --require-hashes -r locks/research.txt"
_PACKAGES = {"rdkit": "RDKit", "selfies": "SELFIES"}


class MissingExtraError(CareRiskError):
    """What compounds need is not installed."""


def missing() -> list[str]:
    """Names of the packages that compounds need and that are not installed; none is imported by asking."""
    return [name for module, name in _PACKAGES.items() if find_spec(module) is None]


def missing_words(lacking: Sequence[str]) -> str:
    """That some packages are missing, in a sentence.

    Args:
        lacking: at least one, see :func:`missing`.
    """
    are = "is" if len(lacking) == 1 else "are"
    return f"{' and '.join(lacking)}, which read and draw compounds, {are} not installed."


def require_extra() -> None:
    """Go on only when compounds can be read.

    Raises:
        MissingExtraError: with the command that installs what is missing.
    """
    lacking = missing()
    if lacking:
        raise MissingExtraError(
            missing_words(lacking), hint=f"Install the extra for compounds and start again: {INSTALL}"
        )
