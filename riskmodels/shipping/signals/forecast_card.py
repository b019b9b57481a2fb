"""What the card of the glucose forecast says beside its figures."""

from __future__ import annotations

from typing import Any

_GLUCOSE_ML = (
    "Prioleau T, Lu B, Cui Y. Glucose-ML: a collection of longitudinal diabetes datasets. arXiv 2507.14077, 2025"
)


def _source(name: str, people: str, licence: str, citation: str) -> dict[str, str]:
    return {"name": name, "people": people, "licence": licence, "citation": citation}


SOURCES = [
    _source("AZT1D", "25 people with type 1 diabetes, Dexcom G6 Pro", "CC BY 4.0", "doi 10.17632/gk9m674wcx.1"),
    _source("T1D-UOM", "17 people with type 1 diabetes", "CC BY 4.0", "doi 10.5281/zenodo.15806142"),
    _source("PhysioCGM", "9 people with type 1 diabetes", "CC0", "doi 10.6084/m9.figshare.28136294.v1"),
    _source(
        "Bris-T1D Open",
        "20 young adults with type 1 diabetes",
        "CC BY 4.0",
        "doi 10.5523/bris.33z5jc8fa6tob21ptrugzqog08",
    ),
    _source("HUPA-UCM", "24 people with type 1 diabetes; test only", "CC BY 4.0", "doi 10.17632/3hbcscwz44.1"),
    _source("Hall 2018", "57 people, mostly without diabetes; test only", "CC BY 4.0", "PLoS Biol 2018;16:e2005143"),
    _source("Colas 2019", "208 people at risk, two days each; test only", "CC BY 4.0", "PLoS ONE 2019;14:e0225817"),
    _source("BIG IDEAs", "16 people without type 1 diabetes; test only", "ODC-By 1.0", "doi 10.13026/zthx-5212"),
]

CARD: dict[str, Any] = {
    "name": "glucose_forecast",
    "title": "The next hour of a glucose sensor",
    "about": "From three hours of readings, the mean and a 90 % interval of glucose every 5 minutes for an hour, "
    "and the probability of a reading below 70 mg/dL (3.9 mmol/L) within it.",
    "limits": [
        "Learnt from people with type 1 diabetes. Figures for others are on this card; there lows are rare.",
        "It sees glucose and the clock only: no meal, insulin, activity or illness. What has not moved glucose yet "
        "cannot be foreseen.",
        "It is no alarm. Most warnings would be false at a limit that catches most lows; it is made to look back with.",
        "A sensor lags behind blood by some minutes and errs by about a tenth; a low here is a low of the sensor.",
        "The 90 % interval holds on average over people, not for each of them.",
        "No statement within 3 hours of a gap, at the sensor's limits, or for intervals other than 5 and 15 min.",
    ],
    "data": {"collection": _GLUCOSE_ML, "sets": SOURCES},
    "split": "By person, as published with the collection: 37 people to train on, 5 to choose by, 10 to test on of "
    "AZT1D, T1D-UOM and PhysioCGM; one of the 37 has no unbroken three hours. Nobody of the other sets was trained on. "
    "Shape, rate, sets and steps were chosen on validation people; see docs/experiments.md.",
    "looks": "The test people were looked at twice, with the same network: the first run ended before boosting was "
    "compared.",
    "defects": [
        "HUPA-UCM is a 15-minute sensor drawn out to 5 minutes on straight lines: its readings of now hold the future. "
        "Only every third, the true one, is used here.",
        "T1D-UOM and AZT1D hold doubled readings, T1D-UOM also irregular ones: readings are laid on cells of 5 minutes "
        "that hang on the moment of the forecast.",
        "Bris-T1D Open, taken for a 15-minute set, has 5-minute sensors in 15 of 20 people, and both in one.",
        "Sensors stop at 40 and 400 mg/dL; Colas has no dates, so that gaps across midnight cannot be seen there.",
    ],
}
