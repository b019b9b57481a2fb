"""What columns of time and of glucose are called, in the languages of the programs that write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from riskmodels.interop.columns.spelling import tokens

#: words of a column of glucose, those that say “sensor” before those that only say “glucose”
_SENSOR = "sensorglucose sensorglukose cgm cbg sgv egv historicglucose glukosewertverlauf interstitial"
_GLUCOSE = (
    "glucose glukose glucosa glucosio glucosa glicose glicemia glucemia glycemie glycaemia glycemia glykemi glykaemie"
    " gewebeglukose gewebezucker blutzucker zucker bloodsugar sugar sucre azucar bg bz gl glu gluc glucosewert"
    " glukosewert glukoosi glukoza"
)
_VALUE = "value wert valeur valor valore waarde vaerdi messwert reading mgdl mmoll"
#: a column with one of these is about something else
_OTHER = frozenset(
    "insulin insulina insuline insulinwert rate change trend target ziel sensitivity calibration kalibrierung strip"
    " teststreifen scan iob cob delta average avg mean meter linked bwz bolus basal isig estimate input correction food"
    " carb carbs kohlenhydrate ketone keton raw alarm alert low high duration zone device id ratio factor"
    " glucagon".split()
)
_MOMENT = (
    "timestamp zeitstempel datetime datetimestamp dateandtime datumzeit datumuhrzeit horodatage fechahora fechayhora"
    " sellodetiempodeldispositivo dataora devicetimestamp geraetezeitstempel localtime devicetime zeitpunkt tidspunkt"
    " tijdstip tidstempel tijdstempel marcatemporal selodetempo eventtime measuredat recordedat glucosedisplaytime"
    " displaytime datestring dateheure tid"
)
_DATE = "date datum fecha data dato tag day jour dia giorno dag pvm"
_TIME = "time zeit uhrzeit heure hora ora tijd klokkeslaet klockslag uhr tidpunkt"
_UNIT = "unit units einheit einheiten unite unidad unita eenheid enhed enhet"
_STAMP = "timestamp zeitstempel horodatage tijdstempel sellodetiempo tidsst carimbo utctime zulutime"
#: of people, of whom a file may hold one
PEOPLE = "id patient patientid subject subjectid person personid participant participantid ptid pid user userid".split()
_UTC = frozenset({"utc", "gmt", "zulu", "epoch"})


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _key(header: str) -> str:
    """A header's letters without brackets and what they hold: ``Timestamp (YYYY-MM-DDThh:mm:ss)`` → timestamp."""
    return "".join(tokens(re.sub(r"[(\[].*?[)\]]", " ", header)))


def _glucose_rank(header: str) -> int:
    """How surely a column holds a sensor's glucose: 3 it says so, 2 it says glucose, 1 it may, 0 not."""
    found = tokens(header)
    if not found or _OTHER & set(found) or "_".join(found).startswith(("new_", "patient")):
        return 0
    key = _key(header)
    if any(word in key for word in _words(_SENSOR)) or ("sensor" in found and _words(_GLUCOSE) & set(found)):
        return 3
    plain = re.sub(r"(mgdl|mmoll|mgperdl|mmolperl)$", "", key)
    if plain in _words(_GLUCOSE) or _words(_GLUCOSE) & set(found) or any(w in key for w in ("glu", "glyc")):
        return 2
    return 1 if key in _words(_VALUE) or plain in _words(_VALUE) else 0


def glucose_column(headers: Sequence[str]) -> int | None:
    """Place of the column that most surely holds a sensor's glucose; None where none does."""
    ranks = [_glucose_rank(header) for header in headers]
    return ranks.index(max(ranks)) if any(ranks) else None


def time_columns(headers: Sequence[str]) -> tuple[int, ...]:
    """Places of the column of date and time, or of one of dates and one of times; empty where there is none."""
    keys = [_key(header) for header in headers]
    local = [i for i, header in enumerate(headers) if not _UTC & set(tokens(header))]
    for places in (local, range(len(keys))):
        whole = next((i for i in places if keys[i] in _words(_MOMENT)), None)
        if whole is not None:
            return (whole,)
        day = next((i for i in places if keys[i] in _words(_DATE)), None)
        clock = next((i for i in places if keys[i] in _words(_TIME)), None)
        found = tuple(place for place in (day, clock) if place is not None)
        if found:
            return found
        near = (i for i in places if any(word in keys[i] for word in _words(_STAMP)))
        stamp = next(near, None)
        if stamp is not None:
            return (stamp,)
    return ()


def unit_column(headers: Sequence[str]) -> int | None:
    """Place of a column of units; None where there is none."""
    return next((i for i, header in enumerate(headers) if _key(header) in _words(_UNIT)), None)


def column(headers: Sequence[str], *names: str) -> int | None:
    """Place of the first column with one of some names, compared without case, spaces, accents and brackets."""
    wanted = {_key(name) for name in names}
    return next((i for i, header in enumerate(headers) if _key(header) in wanted), None)
