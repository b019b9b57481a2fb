"""What the card of the model of ventricular beats says beside its figures."""

from __future__ import annotations

from typing import Any

CARD: dict[str, Any] = {
    "name": "ventricular",
    "title": "Ventricular beats on an electrocardiogram",
    "kind": "ventricular beats",
    "about": "Calls each beat of an electrocardiogram ventricular or not (AAMI class V: premature ventricular "
    "contractions and ventricular escape beats), from its shape beside the recording's own beat and the intervals "
    "around it.",
    "limits": [
        "Learnt from 22 recordings of half an hour, judged on 22 others: ambulatory patients of one US hospital, "
        "1975–79, half of them picked for rare beats. How many beats are ventricular in them means nothing elsewhere.",
        "202, in the half that judges, is the person of 201, in the half that was learnt from; figures without 202 "
        "stand beside.",
        "Paced recordings were left out: nothing it says of paced beats holds.",
        "Supraventricular beats are not called, and aberrant ones may be called ventricular. Fusion beats count as "
        "wrong when called; with many of them in a recording the calls are least certain.",
        "Each beat is compared with the recording's own: at least 20 clean beats are needed, and where ventricular "
        "beats are the most common kind they may pass for the person's own.",
        "Ventricular flutter and fibrillation have no beats to call; it is no alarm.",
        "A count of beats, no diagnosis: infarction, ischaemia and the origin of a beat are not looked for.",
    ],
    "data": {
        "name": "MIT-BIH Arrhythmia Database 1.0.0: 44 of its 48 recordings (all but the paced), two leads, 125 Hz",
        "licence": "Open Data Commons Attribution 1.0",
        "citation": "Moody GB, Mark RG. The impact of the MIT-BIH Arrhythmia Database. IEEE Eng Med Biol 2001;20(3):"
        "45–50, doi 10.1109/51.932724; PhysioNet, doi 10.13026/C2F305",
        "people": "Inpatients and outpatients of Beth Israel Hospital, Boston; 23–89 years old",
    },
    "split": "Between people, as in de Chazal et al. 2004 (doi 10.1109/TBME.2004.827359): DS1 to learn from, DS2 to "
    "judge. Kind of model, how far like beats lean on each other, and the threshold were chosen by cross-validation "
    "over the people of DS1 in six groups.",
    "published": {
        "de Chazal 2004": {"sensitivity": 0.777, "ppv": 0.819, "note": "same halves, marked beats, both leads"},
    },
    "looks": "DS2 was looked at with an earlier prototype (F1 0.942, MLII alone) before this model was made; this "
    "model, its leaning and its threshold were fixed on DS1 before its own look. The same recipe was run twice: the "
    "second run, of 2026-11-30, filled in what the first had left out. The same model was judged once more after what "
    "finds the beats had changed (`python -m riskmodels signals judge`): all figures are of that look.",
}
