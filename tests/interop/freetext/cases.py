"""What people type and paste: the line, the facts it tells, the readings it leaves open, and what is left."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Case:
    """A line and what it is read as.

    Args:
        line: as typed or pasted.
        found: what is filled, in words, by variable.
        doubts: the readings that are left open, by variable.
        left: what nothing is filled from.
    """

    line: str
    found: dict[str, str]
    doubts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    left: tuple[str, ...] = ()


ENGLISH = (
    Case(
        "54 f bp 142/86 tc 231 hdl 41 glu 109 fasting bmi 32.7 never smoked on lisinopril",
        {
            "age": "54 years",
            "sex": "female",
            "systolic_bp": "142 mmHg",
            "diastolic_bp": "86 mmHg",
            "total_cholesterol": "231 mg/dL",
            "hdl_cholesterol": "41 mg/dL",
            "glucose": "109 mg/dL",
            "fasting_hours": "8 h",
            "bmi": "32.7 kg/m²",
            "smoking": "never",
            "bp_medication": "yes",
        },
    ),
    Case(
        "54 f bp 142/86 tc 231 hdl 41 bmi 32.7 egfr 92 no dm never smoked on lisinopril no statin",
        {
            "age": "54 years",
            "sex": "female",
            "systolic_bp": "142 mmHg",
            "diastolic_bp": "86 mmHg",
            "total_cholesterol": "231 mg/dL",
            "hdl_cholesterol": "41 mg/dL",
            "bmi": "32.7 kg/m²",
            "egfr": "92 mL/min/1.73 m²",
            "diabetes": "no",
            "smoking": "never",
            "bp_medication": "yes",
            "cholesterol_medication": "no",
        },
    ),
    Case(
        "63M, DM2 on metformin 500 mg bid, no HTN or stroke, quit smoking 2015, BP 138/84, HR 72, LDL 131",
        {
            "age": "63 years",
            "sex": "male",
            "diabetes": "yes",
            "glucose_pills": "yes",
            "hypertension": "no",
            "stroke": "no",
            "smoking": "former",
            "systolic_bp": "138 mmHg",
            "diastolic_bp": "84 mmHg",
            "pulse": "72 /min",
            "ldl_cholesterol": "131 mg/dL",
        },
        left=("2015",),
    ),
    Case(
        (
            "58yo male smoker 1 ppd x 30 years with CAD s/p stent, HTN, HLD on atorvastatin"
            " 40 mg, metoprolol 25 mg bid, aspirin 81; A1c 7.2%, BP 138/82, HR 64, wt 92 kg, ht 178 cm"
        ),
        {
            "age": "58 years",
            "sex": "male",
            "smoking": "current",
            "coronary_disease": "yes",
            "hypertension": "yes",
            "cholesterol_medication": "yes",
            "bp_medication": "yes",
            "antiplatelet_or_nsaid": "yes",
            "hba1c": "7.2 %",
            "systolic_bp": "138 mmHg",
            "diastolic_bp": "82 mmHg",
            "pulse": "64 /min",
            "weight": "92 kg",
            "height": "178 cm",
        },
        left=("1", "ppd", "30 years", "stent", "HLD"),
    ),
    Case(
        (
            "54F c/o polyuria. PMH: HTN, HLD. Meds: lisinopril 10mg, atorvastatin 40mg."
            " Never smoker. FHx: DM (mother). BP 138/82."
        ),
        {
            "age": "54 years",
            "sex": "female",
            "hypertension": "yes",
            "bp_medication": "yes",
            "cholesterol_medication": "yes",
            "smoking": "never",
            "family_history_diabetes": "yes",
            "systolic_bp": "138 mmHg",
            "diastolic_bp": "82 mmHg",
        },
        left=("c/o polyuria. PMH", "HLD", "Meds"),
    ),
    Case(
        "Pt is a 67 year old woman with AF on apixaban. CrCl 55 mL/min. INR 2.3. creatinine 1.1",
        {"age": "67 years", "sex": "female", "atrial_fibrillation": "yes", "creatinine": "1.1 mg/dL"},
        left=("apixaban", "CrCl 55", "INR 2.3"),
    ),
    Case(
        "5'6\" 165 lb waist 40 in, glucose 109 mg/dl after 10 h fast",
        {"height": "66 in", "weight": "165 lb", "waist": "40 in", "glucose": "109 mg/dL"},
        left=("10", "fast"),
    ),
    Case(
        "vital signs: T 36.8, P 72, R 16, BP 148/92. Wt 205 lb. Ht 5 ft 10 in.",
        {"systolic_bp": "148 mmHg", "diastolic_bp": "92 mmHg", "weight": "205 lb", "height": "70 in"},
        left=("vital signs", "T 36.8", "P 72, R 16"),
    ),
    Case(
        "Age/Sex: 54/F  BP 142/86 mmHg HR 72 bpm Ht: 164cm Wt: 88kg BMI: 32.7 kg/m^2",
        {
            "age": "54 years",
            "sex": "female",
            "systolic_bp": "142 mmHg",
            "diastolic_bp": "86 mmHg",
            "pulse": "72 /min",
            "height": "164 cm",
            "weight": "88 kg",
            "bmi": "32.7 kg/m²",
        },
    ),
    Case(
        "smoking: never; diabetes: no; bp meds: yes; statin: no",
        {"smoking": "never", "diabetes": "no", "bp_medication": "yes", "cholesterol_medication": "no"},
    ),
    Case(
        "HTN - yes, DM - no, stroke (-), MI (+)",
        {"hypertension": "yes", "diabetes": "no", "stroke": "no", "heart_attack": "yes"},
    ),
    Case(
        "diabetic, takes insulin 20 units nightly and metformin",
        {"diabetes": "yes", "insulin": "yes", "glucose_pills": "yes"},
    ),
    Case(
        "eGFR 92 creat 0,8 acr 12 mg/g hs-CRP 2.1 mg/L uric acid 5.4",
        {
            "egfr": "92 mL/min/1.73 m²",
            "creatinine": "0.8 mg/dL",
            "uacr": "12 mg/g",
            "crp": "2.1 mg/L",
            "uric_acid": "5.4 mg/dL",
        },
    ),
    Case(
        "pregnant 31 y F, gestational diabetes, glucose 99, fasted 10 h",
        {
            "pregnancy": "yes",
            "age": "31 years",
            "sex": "female",
            "gestational_diabetes": "yes",
            "glucose": "99 mg/dL",
            "fasting_hours": "10 h",
        },
    ),
    Case(
        "Glucose, fasting: 6,1 mmol/l; HbA1c: 48 mmol/mol; Krea 0,9 mg/dl; Größe 172 cm; Gewicht 80 kg",
        {
            "fasting_hours": "8 h",
            "glucose": "6.1 mmol/L",
            "hba1c": "48 mmol/mol",
            "creatinine": "0.9 mg/dL",
            "height": "172 cm",
            "weight": "80 kg",
        },
    ),
    Case(
        (
            "65 m chest pain typical angina, resting ecg: lv hypertrophy, st depression 1.5"
            " mm, max hr 131, exercise angina yes"
        ),
        {
            "age": "65 years",
            "sex": "male",
            "chest_pain_type": "typical_angina",
            "resting_ecg": "left_ventricular_hypertrophy",
            "st_depression": "1.5 mm",
            "max_heart_rate": "131 /min",
            "exercise_angina": "yes",
        },
    ),
)

CHINESE = (
    Case(
        "男，54岁，血压142/86mmHg，空腹血糖6.1mmol/L，总胆固醇5.98mmol/L，高密度1.06mmol/L，口服二甲双胍",
        {
            "sex": "male",
            "age": "54 years",
            "systolic_bp": "142 mmHg",
            "diastolic_bp": "86 mmHg",
            "fasting_hours": "8 h",
            "glucose": "6.1 mmol/L",
            "total_cholesterol": "5.98 mmol/L",
            "hdl_cholesterol": "1.06 mmol/L",
            "glucose_pills": "yes",
        },
    ),
    Case(
        "女 61岁 收缩压 138 舒张压 84 糖化血红蛋白 6.9% 肌酐 82 μmol/L 已戒烟 无糖尿病",
        {
            "sex": "female",
            "age": "61 years",
            "systolic_bp": "138 mmHg",
            "diastolic_bp": "84 mmHg",
            "hba1c": "6.9 %",
            "creatinine": "82 µmol/L",
            "smoking": "former",
            "diabetes": "no",
        },
    ),
    Case(
        (
            "患者女性，54岁，身高164cm，体重88公斤，腰围108厘米。血压 152/94"
            " mmHg。父亲有糖尿病。高血压病史5年，服用氨氯地平。"
        ),
        {
            "sex": "female",
            "age": "54 years",
            "height": "164 cm",
            "weight": "88 kg",
            "waist": "108 cm",
            "systolic_bp": "152 mmHg",
            "diastolic_bp": "94 mmHg",
            "family_history_diabetes": "yes",
            "hypertension": "yes",
            "bp_medication": "yes",
        },
        left=("5年",),
    ),
    Case(
        "否认高血压、糖尿病史，从不吸烟，服用他汀",
        {"hypertension": "no", "diabetes": "no", "smoking": "never", "cholesterol_medication": "yes"},
    ),
    Case(
        "男 58岁 吸烟 冠心病 阿司匹林 阿托伐他汀20mg 血压 130/80",
        {
            "sex": "male",
            "age": "58 years",
            "smoking": "current",
            "coronary_disease": "yes",
            "antiplatelet_or_nsaid": "yes",
            "cholesterol_medication": "yes",
            "systolic_bp": "130 mmHg",
            "diastolic_bp": "80 mmHg",
        },
    ),
    Case(
        "BMI 27.4，甘油三酯 1.9 mmol/L，低密度 3.4 mmol/L，尿酸 410 μmol/L",
        {
            "bmi": "27.4 kg/m²",
            "triglycerides": "1.9 mmol/L",
            "ldl_cholesterol": "3.4 mmol/L",
            "uric_acid": "410 µmol/L",
        },
    ),
    Case(
        "糖尿病：有；高血压：无；脑卒中：不详",
        {"diabetes": "yes", "hypertension": "no"},
        left=("脑卒中：不详",),
    ),
    Case(
        "没有糖尿病，未服降压药",
        {"diabetes": "no", "bp_medication": "no"},
    ),
    Case(
        "心率72次/分，C反应蛋白 3.1 mg/L，白蛋白 44 g/L，随机血糖 7.8 mmol/L",
        {"pulse": "72 /min", "crp": "3.1 mg/L", "albumin": "44 g/L", "glucose": "7.8 mmol/L"},
    ),
    Case(
        "54岁女，TC 5.98 mmol/L，HDL-C 1.06 mmol/L，BP 142/86，on 缬沙坦，不详 LDL",
        {
            "age": "54 years",
            "sex": "female",
            "total_cholesterol": "5.98 mmol/L",
            "hdl_cholesterol": "1.06 mmol/L",
            "systolic_bp": "142 mmHg",
            "diastolic_bp": "86 mmHg",
            "bp_medication": "yes",
        },
        left=("不详", "LDL"),
    ),
    Case(
        "家族史：糖尿病。本人无糖尿病。",
        {"family_history_diabetes": "yes", "diabetes": "no"},
        left=("本人",),
    ),
    Case(
        "血压：142/86；血糖 6.1",
        {"systolic_bp": "142 mmHg", "diastolic_bp": "86 mmHg"},
        doubts={"glucose": ("6.1 mmol/L",)},
    ),
    Case(
        "不吸烟",
        {"smoking": "not_now"},
    ),
    Case(
        "体重 176斤",
        {},
        doubts={"weight": ()},
    ),
    Case(
        "男，45岁，空腹8小时，血糖5.6 mmol/L",
        {"sex": "male", "age": "45 years", "fasting_hours": "8 h", "glucose": "5.6 mmol/L"},
    ),
    Case(
        "体检编号 20260312001 电话 13800138000 日期 2026年3月12日 肌酐 72 μmol/L",
        {"creatinine": "72 µmol/L"},
        left=("编号 20260312001", "电话 13800138000", "日期 2026年3月12日"),
    ),
)

REPORTS = (
    Case(
        "LIPID PANEL  Collected: 03/12/2026 08:15\n"
        "Component          Value    Reference Range\n"
        "Cholesterol, Total   5.9 H   <5.2 mmol/L\n"
        "Triglycerides        1.9     <1.7 mmol/L\n"
        "HDL Cholesterol      1.1 L   >1.3 mmol/L\n"
        "LDL Chol Calc (NIH)  3.9 H   <3.0 mmol/L\n"
        "Chol/HDL Ratio       5.4\n"
        "Non-HDL Cholesterol  4.8",
        {
            "total_cholesterol": "5.9 mmol/L",
            "triglycerides": "1.9 mmol/L",
            "hdl_cholesterol": "1.1 mmol/L",
            "ldl_cholesterol": "3.9 mmol/L",
        },
        left=(
            "LIPID PANEL",
            "Collected: 03/12/2026 08:15",
            "Component",
            "Chol/HDL Ratio 5.4",
            "Non-HDL Cholesterol 4.8",
        ),
    ),
    Case(
        "Comprehensive Metabolic Panel\n"
        "Glucose 109 High mg/dL 65-99\n"
        "BUN 18 mg/dL 7-25\n"
        "Creatinine 0.82 mg/dL 0.50-1.03\n"
        "eGFR 84 mL/min/1.73m2 > OR = 60\n"
        "Albumin 4.4 g/dL 3.6-5.1\n"
        "Globulin 2.9 g/dL (calc) 1.9-3.7\n"
        "Albumin/Globulin Ratio 1.5 (calc) 1.0-2.5\n"
        "Sodium 140 mmol/L 135-146\n"
        "WBC 6.2 x10^3/uL 3.8-10.8",
        {"glucose": "109 mg/dL", "creatinine": "0.82 mg/dL", "egfr": "84 mL/min/1.73 m²", "albumin": "4.4 g/dL"},
        left=(
            "Comprehensive Metabolic Panel",
            "BUN 18",
            "Globulin 2.9",
            "Albumin/Globulin Ratio 1.5",
            "Sodium 140",
            "WBC 6.2",
        ),
    ),
    Case(
        "总胆固醇(TC) 5.98 mmol/L ↑ 3.10-5.20\n"
        "甘油三酯(TG) 1.72 mmol/L 0.45-1.70\n"
        "高密度脂蛋白胆固醇(HDL-C) 1.06 mmol/L 1.04-1.55\n"
        "低密度脂蛋白胆固醇(LDL-C) 3.87 mmol/L ↑ 0-3.37\n"
        "葡萄糖(GLU) 6.05 mmol/L 3.9-6.1\n"
        "肌酐(CREA) 72 μmol/L 41-73\n"
        "尿酸(UA) 410 umol/L 155-357\n"
        "谷丙转氨酶(ALT) 22 U/L 7-40",
        {
            "total_cholesterol": "5.98 mmol/L",
            "triglycerides": "1.72 mmol/L",
            "hdl_cholesterol": "1.06 mmol/L",
            "ldl_cholesterol": "3.87 mmol/L",
            "glucose": "6.05 mmol/L",
            "creatinine": "72 µmol/L",
            "uric_acid": "410 µmol/L",
        },
        left=("谷丙转氨酶(ALT) 22",),
    ),
    Case(
        "Cholesterol, Total 231 mg/dL (<200) H\n"
        "HDL-C 41 mg/dL (>50) L\n"
        "LDL-C 160* mg/dL (<100)\n"
        "Hgb A1c 6.9 % (52 mmol/mol) H\n"
        "GFR est >60\n"
        "Creatinine 0.9\n"
        "ALT 22 U/L 7-56",
        {
            "total_cholesterol": "231 mg/dL",
            "hdl_cholesterol": "41 mg/dL",
            "ldl_cholesterol": "160 mg/dL",
            "hba1c": "6.9 %",
            "creatinine": "0.9 mg/dL",
        },
        left=("GFR est >60", "ALT 22"),
    ),
    Case(
        "HDL\n41\nLDL\n130 mg/dL\n54 yo",
        {"hdl_cholesterol": "41 mg/dL", "ldl_cholesterol": "130 mg/dL", "age": "54 years"},
    ),
    Case(
        "HDL Cholesterol\n"
        "Your value: 41 mg/dL\n"
        "Normal range: above >=50 mg/dL\n"
        "Triglycerides\n"
        "Your value: 160 mg/dL\n"
        "Normal range: <150 mg/dL",
        {"hdl_cholesterol": "41 mg/dL", "triglycerides": "160 mg/dL"},
        left=("Normal range: above >=50 mg/dL", "Normal range: <150 mg/dL"),
    ),
    Case(
        "TOTAL CHOLESTEROL: 231 MG/DL (REF: 125-200) (H)\nHDL: 41 MG/DL [>=50]\nTRIG: 160 MG/DL",
        {"total_cholesterol": "231 mg/dL", "hdl_cholesterol": "41 mg/dL", "triglycerides": "160 mg/dL"},
    ),
    Case(
        "| Test | Result | Unit | Range |\n"
        "| Glucose | 109 | mg/dL | 70-99 |\n"
        "| Creatinine | 0.9 | mg/dL | 0.5-1.1 |\n"
        "| Potassium | 4.1 | mmol/L | 3.5-5.1 |",
        {"glucose": "109 mg/dL", "creatinine": "0.9 mg/dL"},
        left=("Test", "Potassium | 4.1"),
    ),
    Case(
        "Glukose nüchtern 6,1 mmol/l (3,9-5,6)\n"
        "HbA1c (IFCC) 48 mmol/mol\n"
        "Kreatinin 80 µmol/l\n"
        "Gesamtcholesterin 5,9 mmol/l (<5,2)",
        {
            "fasting_hours": "8 h",
            "glucose": "6.1 mmol/L",
            "hba1c": "48 mmol/mol",
            "creatinine": "80 µmol/L",
            "total_cholesterol": "5.9 mmol/L",
        },
    ),
    Case(
        "A1C% 6.9\nglucose (mg/dL): 109\ncreatinine [umol/L] 88\nUACR <30 mg/g",
        {"hba1c": "6.9 %", "glucose": "109 mg/dL", "creatinine": "88 µmol/L"},
        left=("UACR <30",),
    ),
    Case(
        "空腹血糖 6.1 mmol/L 3.9-6.1\n"
        "糖化血红蛋白 6.9 % ↑ 4.0-6.0\n"
        "尿微量白蛋白/肌酐 12.3 mg/g <30\n"
        "血红蛋白 132 g/L 115-150\n"
        "报告时间 2026-03-12 10:21",
        {"fasting_hours": "8 h", "glucose": "6.1 mmol/L", "hba1c": "6.9 %", "uacr": "12.3 mg/g"},
        left=("血红蛋白 132", "报告时间 2026-03-12 10:21"),
    ),
)

NASTY = (
    Case(
        "HbA1c 52",
        {},
        doubts={"hba1c": ("52 mmol/mol",)},
    ),
    Case(
        "no diabetes, hypertension",
        {"diabetes": "no"},
        doubts={"hypertension": ("yes", "no")},
    ),
    Case(
        "denies chest pain, MI, or stroke",
        {"heart_attack": "no", "stroke": "no"},
        left=("chest pain",),
    ),
    Case(
        "[x] diabetes [ ] hypertension [x] stroke",
        {"diabetes": "yes", "stroke": "yes"},
        left=("hypertension",),
    ),
    Case(
        "glucose 6.05 (109 mg/dL)",
        {},
        doubts={"glucose": ("6.05 mmol/L",)},
    ),
    Case(
        "hdl 241 tc 180",
        {"total_cholesterol": "180 mg/dL"},
        doubts={"hdl_cholesterol": ()},
    ),
    Case(
        "weight 176 waist 88 height 170 f 50",
        {"waist": "88 cm", "height": "170 cm", "sex": "female", "age": "50 years"},
        doubts={"weight": ("176 kg", "176 lb")},
    ),
    Case(
        "HbA1c 6.9, hba1c 7.2",
        {},
        doubts={"hba1c": ("6.9 %", "7.2 %")},
    ),
    Case(
        "BP 142/86 (sitting), repeat 138/84",
        {},
        doubts={"systolic_bp": ("142 mmHg", "138 mmHg"), "diastolic_bp": ("86 mmHg", "84 mmHg")},
    ),
    Case(
        "LDL goal <70, LDL 131. A1c target 7.0",
        {"ldl_cholesterol": "131 mg/dL"},
        left=("LDL goal <70", "A1c target 7.0"),
    ),
    Case(
        "stroke risk? possible angina; r/o MI; prediabetes",
        {},
        left=("stroke risk", "angina", "MI", "prediabetes"),
    ),
    Case(
        "hdl ? ldl n/a trig not done a1c unknown crp <0.5",
        {},
        left=("hdl ?", "ldl n/a", "trig not done", "a1c unknown", "crp <0.5"),
    ),
    Case(
        "MRN 123456 DOB 03/04/1970 tel 555-123-4567 seen 12 Mar 2026 at 10:30, A1c 7.0",
        {"hba1c": "7 %"},
        left=("MRN 123456", "DOB 03/04/1970", "tel 555-123-4567", "seen", "12 Mar 2026", "10:30"),
    ),
    Case(
        "not on statin; allergic to lisinopril; stopped metformin",
        {"cholesterol_medication": "no"},
        doubts={"bp_medication": ("no", "yes"), "glucose_pills": ("no", "yes")},
    ),
    Case(
        "mother diabetic, father MI at age 50; no family history of stroke",
        {"family_history_diabetes": "yes"},
        left=("MI", "50", "stroke"),
    ),
    Case(
        "T 98.6 F, seen by J. Smith M.D. 60 yo man",
        {"age": "60 years", "sex": "male"},
        left=("T 98.6", "seen by J. Smith M.D"),
    ),
    Case(
        "Urine creatinine 90 mg/dL; albumin/globulin ratio 1.5; chol/hdl ratio 5.6",
        {},
        left=("Urine creatinine 90", "albumin/globulin ratio 1.5", "chol/hdl ratio 5.6"),
    ),
    Case(
        "creatinine 88 tc 5.9 a1c 6.9 glu 7.1",
        {"hba1c": "6.9 %"},
        doubts={"creatinine": ("88 µmol/L",), "total_cholesterol": ("5.9 mmol/L",), "glucose": ("7.1 mmol/L",)},
    ),
    Case(
        "insulin 12.4 uIU/mL; sodium 140; Na 138",
        {},
        left=("insulin 12.4", "sodium 140", "Na 138"),
    ),
    Case(
        "non-smoker; alcohol: 2 units/week",
        {"smoking": "not_now"},
        left=("alcohol: 2",),
    ),
    Case(
        "diabetes no htn no",
        {"hypertension": "no"},
        doubts={"diabetes": ("yes", "no")},
    ),
    Case(
        "142/86 and 54",
        {},
        left=("142/86", "54"),
    ),
    Case(
        "hdl 41 45 ldl 130",
        {"ldl_cholesterol": "130 mg/dL"},
        doubts={"hdl_cholesterol": ("41 mg/dL", "45 mg/dL")},
    ),
    Case(
        "glucose 109 mg/L",
        {},
        doubts={"glucose": ()},
    ),
    Case(
        "54 f, 55 yo male",
        {},
        doubts={"age": ("54 years", "55 years"), "sex": ("female", "male")},
    ),
    Case(
        "diabetes for 10 years, quit smoking 5 years ago",
        {"diabetes": "yes", "smoking": "former"},
        left=("10 years", "5 years"),
    ),
    Case(
        "tg 1,234 ldl 1.234 height 1,68 m",
        {"triglycerides": "1234 mg/dL", "height": "1.68 m"},
        doubts={"ldl_cholesterol": ("1.234 mmol/L",)},
    ),
)

ALL = (*ENGLISH, *CHINESE, *REPORTS, *NASTY)
