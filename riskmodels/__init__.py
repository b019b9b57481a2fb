"""CareRisk: risk of diabetes and heart disease, with exact reasons. The library; the app is app.py and pages/."""

from pathlib import Path

__version__ = "0.1.0"
#: of the checkout: data, docs and models lie below it
ROOT = Path(__file__).resolve().parent.parent
#: what pages are tried with; their cards are in its README.md
SAMPLES = ROOT / "data" / "samples"
