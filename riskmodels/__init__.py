"""CareRisk: risk of diabetes and heart disease, with exact reasons. The library; the app is app.py and pages/."""

__version__ = "0.1.0"
