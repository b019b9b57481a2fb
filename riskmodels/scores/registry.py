"""Every published score: what it predicts, for whom it was made, what it needs, where it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from riskmodels.columns import Columns
from riskmodels.scores import ada_risk_test, cha2ds2_va, ckd_epi, findrisc, framingham, has_bled, pce, prevent, score2
from riskmodels.scores.eligibility import Bands, Result, range_text
from riskmodels.scores.inputs import variable_of


@dataclass(frozen=True)
class Score:
    """One published score.

    Args:
        name: key in files and code.
        title: what people call it.
        predicts: what its number is.
        horizon: over which time.
        population: for whom it is valid, with the ranges of its inputs.
        inputs: names without which there is no number.
        optional: names that are used where known.
        values: columns of numbers it returns, the main one first; risks are 0–1.
        bands: the guideline's categories of one of the values, by whom they are for (empty: all).
        citation: where it was published.
        licence: what may be done with it.
        made_for: region whose people it was made from or for.
        limits: what to know before using it.
        function: ``function(frame) -> DataFrame`` with the values, ``model``, ``category``, ``problems``, ``missing``.
        evaluate: the same of :class:`~riskmodels.columns.Columns`, as a :class:`~riskmodels.scores.eligibility.Result`.
        options: further arguments of both.
        unit: what its main number is counted in; empty for a probability.
    """

    name: str
    title: str
    predicts: str
    horizon: str
    population: str
    inputs: tuple[str, ...]
    optional: tuple[str, ...]
    values: tuple[str, ...]
    bands: Mapping[str, Bands]
    citation: str
    licence: str
    made_for: str
    limits: tuple[str, ...]
    function: Callable[..., pd.DataFrame]
    evaluate: Callable[..., Result]
    options: tuple[str, ...] = ()
    unit: str = ""

    @property
    def value(self) -> str:
        """Column of the main number."""
        return self.values[0]

    @property
    def is_risk(self) -> bool:
        """Whether the main number is a probability."""
        return not self.unit


_NUMBERS = "Equation and coefficients are published numbers: no licence needed, cite the paper."
_POINTS = "The points are published: no licence needed, cite the paper."
_RANGE = (
    "Where items are unknown there is no number of points; the further columns least_points, most_points and possible "
    "say what is, with the category in which both lie."
)
_HEART = "without known heart attack, coronary disease, angina, heart failure or stroke, not pregnant"


def _people(ages: tuple[int, int], more: str = "") -> str:
    return f"{ages[0]}–{ages[1]} years{more}, {_HEART}"


def _ranges(limits: Mapping[str, tuple[float, float]], unit: str = "") -> str:
    return ", ".join(f"{variable_of(name).label} {range_text(name, pair, unit)}" for name, pair in limits.items())


SCORES = (
    Score(
        "prevent",
        "AHA PREVENT 2023",
        "first cardiovascular event: atherosclerotic (ASCVD: coronary disease or stroke) or heart failure, "
        "together and each alone",
        "10 and 30 years",
        f"{_people(prevent.AGES, f' (30-year risk: {prevent.AGES_30Y[0]}–{prevent.AGES_30Y[1]})')}; "
        f"{_ranges(prevent.LIMITS)}; for heart failure {variable_of(prevent.BMI).label} {prevent.BMI_LIMITS[0]:g} to "
        f"below {prevent.BMI_LIMITS[1]:g} {variable_of(prevent.BMI).unit}",
        prevent.REQUIRED,
        (prevent.BMI, *prevent.OPTIONAL),
        tuple(f"{outcome}_{years}y" for years in prevent.HORIZONS for outcome in prevent.OUTCOMES),
        {"": prevent.BANDS},
        "Khan SS, Matsushita K, Sang Y, et al. Circulation 2024;149:430-449. doi 10.1161/CIRCULATIONAHA.123.067626",
        f"{_NUMBERS} PREVENT, AHA names and logos are trademarks of the American Heart Association.",
        "United States",
        (
            "Model by what is known: base; with HbA1c; with UACR; full with both. The column model says which.",
            "Heart failure needs body mass index; the other outcomes have no coefficient for it other than 0 and are "
            "given without it. The further column problems_bmi says so.",
            "Cholesterol is in range by the limits in mg/dL or by the AHA form's own in mmol/L: total 3.36–8.28, HDL "
            "0.52–2.59.",
            "The decile of the social deprivation index, which a US zip code tells, can be given to the function "
            "(sdi); the full model is used then. The app does not ask for it: the equation has a term for that.",
            "From 60 years there is no 30-year risk; the further column problems_30y says so.",
            "Total cardiovascular disease is an equation of its own, not the sum of the others.",
            "The category is that of the 10-year ASCVD risk. The 2025 AHA/ACC blood-pressure guideline asks for the "
            "10-year total risk instead, with one threshold at 7.5 %.",
            "The 2026 bands were read from secondary sources, not from the guideline itself.",
            "The equation takes eGFR unrounded; a laboratory's whole number shifts the risk slightly.",
        ),
        prevent.prevent,
        prevent.evaluate,
        ("model",),
    ),
    Score(
        "pce",
        "Pooled Cohort Equations 2013",
        "first hard atherosclerotic event: heart attack, coronary death or stroke",
        "10 years",
        f"{_people(pce.AGES)}; {_ranges(pce.LIMITS)}",
        pce.REQUIRED,
        (),
        ("ascvd_10y",),
        {"": pce.BANDS},
        "Goff DC Jr, Lloyd-Jones DM, Bennett G, et al. Circulation 2014;129(25 suppl 2):S49-S73. "
        "doi 10.1161/01.cir.0000437741.48606.98",
        _NUMBERS,
        "United States",
        (
            "Has separate coefficients for Black and White people. Race is never guessed: where it is not given, the "
            "guideline's default (White) is used and the column model says so.",
            "Coefficients as printed in the paper; the ACC's calculator differs by up to 0.37 percentage points.",
            "Overestimates in many populations of today; PREVENT replaces it in the guidelines of 2025 and 2026.",
        ),
        pce.pooled_cohort,
        pce.evaluate,
        ("race",),
    ),
    Score(
        "framingham",
        "Framingham 2008 general cardiovascular risk",
        "first coronary disease, stroke or transient attack, peripheral artery disease or heart failure",
        "10 years",
        f"{_people(framingham.AGES)}; plausibility limits of ours: "
        f"{_ranges(framingham.LIMITS | framingham.LIPID_LIMITS | framingham.OFFICE_LIMITS)}",
        (*framingham.COMMON, *framingham.LIPIDS),
        ("bmi",),
        ("general_cvd_10y",),
        {"": framingham.BANDS},
        "D'Agostino RB Sr, Vasan RS, Pencina MJ, et al. Circulation 2008;117:743-753. "
        "doi 10.1161/CIRCULATIONAHA.107.699579",
        _NUMBERS,
        "Framingham, Massachusetts, United States",
        (
            "Two models: with cholesterol, or with body mass index (office) where a cholesterol is not known.",
            "A wider outcome than the other cardiovascular scores, so a higher number.",
            "Not the Framingham score of 2001 (coronary disease only). No floor and no cap is applied.",
            "The Canadian guideline of the category doubles the risk for a family history of early heart disease; "
            "that is not done here.",
        ),
        framingham.framingham,
        framingham.evaluate,
        ("model",),
    ),
    Score(
        "score2",
        "SCORE2 and SCORE2-OP",
        "first cardiovascular event, fatal or not: heart attack, stroke or cardiovascular death",
        "10 years",
        f"{_people(score2.AGES, f' (SCORE2-OP from {score2.OLDER})')}, without diabetes, chronic kidney disease or "
        f"familial hypercholesterolaemia; plausibility limits of ours: {_ranges(score2.LIMITS)}, "
        f"{_ranges(score2.LIMITS_MMOL, 'mmol/L')}",
        score2.REQUIRED,
        (),
        ("cvd_10y",),
        {f"from {age} years" if age else "below 50 years": bands for age, bands in score2.BANDS.items()},
        "SCORE2 working group and ESC Cardiovascular risk collaboration. Eur Heart J 2021;42:2439-2454. "
        "doi 10.1093/eurheartj/ehab309. SCORE2-OP working group. Eur Heart J 2021;42:2455-2467. "
        "doi 10.1093/eurheartj/ehab312",
        _NUMBERS,
        "Europe and the Mediterranean, in four risk regions",
        (
            "Needs the risk region of the country of residence. Other countries: choose the region.",
            "The two models do not join: the number jumps at the 70th birthday.",
            "People with diabetes need SCORE2-Diabetes, which is not here.",
            "Signs of kidney disease (KDIGO: eGFR below 60 or UACR from 30 mg/g) exclude; familial "
            "hypercholesterolaemia cannot be told from the inputs: check it.",
        ),
        score2.score2,
        score2.evaluate,
        ("region",),
    ),
    Score(
        "findrisc",
        "FINDRISC",
        "points for type 2 diabetes that needs medicine, and the share the form prints for them",
        "10 years",
        "adults without known diabetes, not pregnant (made from people of 35–64; the form has no upper age)",
        findrisc.REQUIRED,
        ("family_history_diabetes",),
        ("points", "diabetes_10y"),
        {"": findrisc.bands()},
        "Lindström J, Tuomilehto J. The Diabetes Risk Score. Diabetes Care 2003;26:725-731. "
        "doi 10.2337/diacare.26.3.725; current form with family history, 0–26 points",
        "The points are published; the printed form is copyrighted, so its questions are re-worded here.",
        "Finland",
        (
            "Asks for vegetables, high glucose and the degree of the relative with diabetes, which the other models do "
            "not use.",
            "The form asks whether blood-pressure medicine was ever taken; whether it is taken now is used.",
            "The form measures the waist below the ribs; NHANES and this app just above the hip bones.",
            "Exactly 30 kg/m², 102 or 88 cm take the lower points, as the form's wording says.",
        ),
        findrisc.findrisc,
        findrisc.evaluate,
        unit="points",
    ),
    Score(
        "ada_risk_test",
        "ADA / CDC diabetes risk test",
        "points for undiagnosed diabetes or prediabetes; no probability is published with them",
        "now",
        "adults without known diabetes, not pregnant",
        ada_risk_test.REQUIRED,
        ada_risk_test.OPTIONAL,
        ("points",),
        {"": ada_risk_test.bands()},
        "Bang H, Edwards AM, Bomback AS, et al. Ann Intern Med 2009;151:775-783. "
        "doi 10.7326/0003-4819-151-11-200912010-00005; current one-page form of the ADA and the CDC, 0–10 points",
        "The points are published; the form's text is the ADA's and the CDC's, so its questions are re-worded here.",
        "United States",
        (
            "Diabetes in pregnancy is asked of women only.",
            "Body-mass cut 23 instead of 25 only where asian_american is given as yes; never guessed.",
            "The form means a parent, brother or sister with diabetes; the nearest input is used.",
        ),
        ada_risk_test.ada_risk_test,
        ada_risk_test.evaluate,
        unit="points",
    ),
    Score(
        "ckd_epi",
        "CKD-EPI 2021",
        "estimated glomerular filtration rate, mL/min/1.73 m²",
        "now",
        "adults, not pregnant, without acute kidney injury or dialysis; creatinine IDMS-standardised",
        ckd_epi.REQUIRED,
        (),
        ("egfr",),
        {"": ckd_epi.BANDS},
        "Inker LA, Eneanya ND, Coresh J, et al. N Engl J Med 2021;385:1737-1749. doi 10.1056/NEJMoa2102953",
        _NUMBERS,
        "United States and Europe",
        (
            "Without race. Unrounded; laboratories report whole numbers.",
            "A stage G1 or G2 alone is not kidney disease.",
        ),
        ckd_epi.kidney_function,
        ckd_epi.evaluate,
        unit="mL/min/1.73 m²",
    ),
    Score(
        "cha2ds2_va",
        "CHA₂DS₂-VA",
        "points for stroke and arterial embolism in atrial fibrillation without an anticoagulant; the guideline gives "
        "no probability with them",
        "now",
        "adults told of atrial fibrillation, not pregnant",
        cha2ds2_va.REQUIRED,
        cha2ds2_va.OPTIONAL,
        ("points",),
        {"": cha2ds2_va.bands()},
        "Van Gelder IC, Rienstra M, Bunting KV, et al. 2024 ESC Guidelines for the management of atrial fibrillation. "
        "Eur Heart J 2024;45:3314-3414. doi 10.1093/eurheartj/ehae176",
        _POINTS,
        "Europe",
        (
            _RANGE,
            "One item may be met in several ways; one yes is enough, and a no needs all of them.",
            "A single high pressure does not make hypertension: the facts told are used.",
            "With a mechanical heart valve or moderate to severe mitral stenosis, with hypertrophic cardiomyopathy or "
            "cardiac amyloidosis anticoagulation does not depend on the points.",
            "CHA₂DS₂-VASc of earlier guidelines has one point more for women.",
        ),
        cha2ds2_va.cha2ds2_va,
        cha2ds2_va.evaluate,
        unit="points",
    ),
    Score(
        "has_bled",
        "HAS-BLED",
        "points for major bleeding in atrial fibrillation with an anticoagulant",
        "1 year",
        "adults told of atrial fibrillation, not pregnant",
        has_bled.REQUIRED,
        (),
        ("points",),
        {"": has_bled.bands()},
        "Pisters R, Lane DA, Nieuwlaat R, et al. Chest 2010;138:1093-1100. doi 10.1378/chest.10-0134",
        _POINTS,
        "Europe (Euro Heart Survey)",
        (
            _RANGE,
            "The paper counted 1.13, 1.02, 1.88, 3.74 and 8.70 major bleedings per 100 patient-years with 0, 1, 2, 3 "
            "and 4 points; few people had more.",
            "It shows what can be corrected. The ESC guideline of 2024 advises against deciding by it whether to begin "
            "or stop an anticoagulant.",
            "INR is asked of people with a vitamin K antagonist; without one the answer is no.",
        ),
        has_bled.has_bled,
        has_bled.evaluate,
        unit="points",
    ),
)

REGISTRY: dict[str, Score] = {score.name: score for score in SCORES}


def all_scores(facts: Columns, region: str = "", found: Mapping[str, Result] | None = None) -> dict[str, Result]:
    """Every score of the registry.

    Args:
        facts: what is known, with a score's further inputs where given.
        region: SCORE2's risk region; empty where not chosen.
        found: results that are there already, by name.

    Returns:
        Results by name, in the order of :data:`REGISTRY`.
    """
    results = dict(found or {})
    for name, score in REGISTRY.items():
        options = {"region": region} if region and "region" in score.options else {}
        if name not in results:
            results[name] = score.evaluate(facts, **options)
    return {name: results[name] for name in REGISTRY}
