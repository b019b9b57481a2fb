"""The house: arrows point down only, no packages import each other, nothing executable is read from a file, every page
goes through its gate.

Read from the source (AST), so that imports inside functions count as well.
"""

from __future__ import annotations

import ast
import re
import sys
from itertools import pairwise
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "tools"))

import house
from house import (
    LIBRARY,
    PAGES,
    ROOT,
    SERVER,
    SOURCES,
    UI,
    arrows,
    drawn,
    find_cycle,
    imports_of,
    is_in,
    module_name,
    package_of,
    tree_of,
    walk,
    where,
)

ABOVE = ("tabular", "explain", "changes", "evaluation", "shipping", "scoring", "cohorts", "interop", "timeline", "cli")
#: the foundation, in which nothing may know of models, their evaluation or their delivery: what each part of it may
#: import besides itself
ALLOWED = {
    "errors": (),
    "units": ("errors",),
    "variable": ("units",),
    "vocabulary": ("units", "variable"),
    "columns": (),
    "outcomes": ("columns", "vocabulary"),
    "criteria": ("units", "vocabulary"),
    "scores": ("columns", "errors", "units", "vocabulary", "outcomes"),
    "checks": ("columns", "errors", "units", "vocabulary", "scores"),
}
FOUNDATION = tuple(ALLOWED)
EXECUTABLE_FORMATS = set("pickle cPickle _pickle dill cloudpickle joblib shelve marshal jsonpickle".split())
#: calls that read or write pickles, whatever module they hang on
PICKLING_CALLS = {"read_pickle", "to_pickle", "torch.load", "torch.save"}
#: modules of ui/ that need neither Streamlit, Starlette nor one another, under what ui/ is for; all else that needs
#: none of these is library
PRESENTATION = {
    "draws": (
        "charts",
        "checks",
        "generate.photo_grid",
        "image.candidates",
        "image.gauge",
        "image.overlay",
        "patient.benefit_chart",
        "patient.care_doses",
        "patient.scale",
        "signal.beside",
        "signal.glucose_numbers",
        "tables",
    ),
    "says": ("cohort.mapping", "record.image_text", "record.signal_words", "text"),
    "asks": ("patient.examples", "patient.key_facts"),
    "keeps for its session": ("uploads",),
    "is served by": ("server.worker", "sign_in.claims", "sign_in.guarded", "sign_in.local", "smart.waiting"),
}
#: Streamlit calls that only mark a function when a module is imported
DECORATORS = {"cache_data", "cache_resource", "fragment", "dialog"}


def part_of(name: str) -> str:
    """``riskmodels.scores.prevent`` → ``scores``."""
    return name.split(".")[1] if name.startswith("riskmodels.") else ""


def foundation() -> list[Path]:
    return [p for p in LIBRARY if part_of(module_name(p)) in FOUNDATION]


def forbidden_imports(paths: list[Path], *packages: str) -> list[str]:
    return [where(p, i.line, i.name) for p in paths for i in imports_of(p) if is_in(i.name, *packages)]


def plant(root: Path, monkeypatch: pytest.MonkeyPatch, sources: dict[str, str]) -> None:
    """Sources of a test in the place of the project's."""
    for name, text in sources.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(house, "ROOT", root)
    monkeypatch.setattr(house, "MODULES", {module_name(root / name): root / name for name in sources})


class TestTheTestItself:
    """A test that reads source can rot: these keep its eyes open."""

    def test_sources_are_found(self) -> None:
        known = {"app", "home", "pages.1_Patient", "ui.page", "riskmodels.checks", "riskmodels.tabular.model"}
        assert known <= set(house.MODULES)

    def test_lazy_and_relative_imports_are_seen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "riskmodels" / "scores" / "x.py"
        path.parent.mkdir(parents=True)
        path.write_text("from . import y\nfrom ..units import z\ndef f():\n    import streamlit as st\n")
        monkeypatch.setattr(house, "ROOT", tmp_path)
        monkeypatch.setitem(house.MODULES, "riskmodels.scores.y", path)
        assert [(i.name, i.at_module_level) for i in imports_of(path)] == [
            ("riskmodels.scores.y", True),
            ("riskmodels.units", True),
            ("streamlit", False),
        ]

    def test_imports_for_type_checkers_do_not_run(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        path = tmp_path / "m.py"
        path.write_text("from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pandas\nimport math\n")
        monkeypatch.setattr(house, "ROOT", tmp_path)
        assert [i.name for i in imports_of(path) if i.at_module_level] == ["typing", "math"]

    def test_call_before_the_gate_is_seen_and_a_decorator_is_not(self, tmp_path: Path) -> None:
        path = tmp_path / "page.py"
        path.write_text("@st.fragment\ndef f():\n    st.write()\nif st.button():\n    pass\nstart_page()\n")
        assert [ast.unparse(call) for call in calls_at_import(path)] == ["st.button()", "start_page()"]

    def test_cycle_is_found(self) -> None:
        assert find_cycle({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == ["a", "b", "c", "a"]
        assert find_cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []

    def test_circle_of_packages_is_found_with_its_imports(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        plant(
            tmp_path,
            monkeypatch,
            {
                "riskmodels/units.py": "import math\n",
                "riskmodels/care/__init__.py": "",
                "riskmodels/care/rules.py": "from riskmodels import units\nfrom riskmodels.care import plan\n",
                "riskmodels/care/plan.py": "def f():\n    from riskmodels.plans.search import best\n",
                "riskmodels/plans/search.py": "from ..links import joined\n",
                "riskmodels/links.py": "if TYPE_CHECKING:\n    from riskmodels.care.rules import Rule\n",
            },
        )
        assert packages_importing_each_other() == [
            "riskmodels/care/plan.py:2 imports riskmodels.plans.search",
            "riskmodels/plans/search.py:1 imports riskmodels.links",
            "riskmodels/links.py:2 imports riskmodels.care.rules",
        ]

    def test_modules_of_one_package_are_no_circle(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        plant(tmp_path, monkeypatch, {"ui/image/a.py": "import ui.image.b\n", "ui/image/b.py": "import ui.image.a\n"})
        assert packages_importing_each_other() == []

    def test_arithmetic_in_the_user_interface_is_seen(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        sources = {
            "ui/cohort/__init__.py": "",
            "ui/cohort/mean.py": "import numpy\nimport riskmodels.units\n",
            "ui/cohort/page.py": "import streamlit as st\n",
            "ui/cohort/table.py": "from ui.cohort import mean\n",
        }
        plant(tmp_path, monkeypatch, sources)
        assert needing_no_page() == {"ui.cohort.mean"}


class TestDirections:
    def test_library_never_imports_streamlit_or_what_is_above_it(self) -> None:
        assert forbidden_imports(LIBRARY, "streamlit", "ui", "pages", "app", "home") == []

    def test_user_interface_never_imports_a_page(self) -> None:
        assert forbidden_imports(UI, "pages", "app", "home") == []

    def test_pages_never_import_a_page(self) -> None:
        assert forbidden_imports([*PAGES, SERVER], "pages", "app", "home") == []

    def test_app_never_imports_tests(self) -> None:
        assert forbidden_imports(SOURCES, "tests") == []

    def test_foundation_never_imports_what_is_above_it(self) -> None:
        assert forbidden_imports(foundation(), *(f"riskmodels.{part}" for part in ABOVE)) == []

    def test_foundation_is_all_there(self) -> None:
        assert {part_of(module_name(p)) for p in LIBRARY} >= {*FOUNDATION, *ABOVE}

    @pytest.mark.parametrize("part", ALLOWED)
    def test_foundation_stands_on_what_is_below(self, part: str) -> None:
        used = {part_of(i.name) for p in foundation() if part_of(module_name(p)) == part for i in imports_of(p)}
        assert used - {part, ""} <= set(ALLOWED[part])

    def test_foundation_needs_no_neural_network(self) -> None:
        assert forbidden_imports(foundation(), "torch", "sklearn", "shap", "xgboost") == []


def needing_no_page() -> set[str]:
    """Modules of ui/ that import neither Streamlit, Starlette nor another module of ui/."""
    modules = {name: path for name, path in house.MODULES.items() if is_in(name, "ui") and path.name != "__init__.py"}
    return {name for name, path in modules.items() if not forbidden_imports([path], "streamlit", "starlette", "ui")}


class TestUserInterface:
    """What ``ui/`` is for stands in CONTRIBUTING: what a page draws, says, asks, keeps or is served by."""

    def test_what_needs_no_page_is_library_or_is_named(self) -> None:
        named = {f"ui.{name}" for names in PRESENTATION.values() for name in names}
        library, gone = sorted(needing_no_page() - named), sorted(named - needing_no_page())
        assert not library, (
            f"{', '.join(library)}: what reads, computes or decides about a patient, a table or a picture belongs into "
            "riskmodels/; what a page draws, says, asks, keeps or is served by is named in PRESENTATION"
        )
        assert not gone, f"{', '.join(gone)}: take it out of PRESENTATION"

    def test_what_every_page_uses_stands_on_no_room(self) -> None:
        top = {path for path in UI if path.parent == ROOT / "ui"}
        rooms = {package_of(name) for name, path in house.MODULES.items() if is_in(name, "ui") and path not in top}
        assert forbidden_imports(sorted(top - {ROOT / "ui/page.py"}), *rooms) == []
        assert forbidden_imports([ROOT / "ui/page.py"], *rooms - {"ui.sign_in"}) == []


def import_graph(at_module_level: bool) -> dict[str, set[str]]:
    """Which module of the project imports which. A package counts as imported with any module inside it."""
    graph: dict[str, set[str]] = {}
    for name, path in house.MODULES.items():
        own = {name.rpartition(".")[0]} | {name}  # inside a package its __init__ is running already
        targets = {i.name for i in imports_of(path) if i.at_module_level or not at_module_level}
        packages = {".".join(t.split(".")[:n]) for t in targets for n in range(1, t.count(".") + 1)}
        graph[name] = {t for t in targets | packages if t in house.MODULES} - own
    return graph


def packages_importing_each_other() -> list[str]:
    """One circle of packages, an import for each arrow, those in functions and for type checkers too; empty if none."""
    found = arrows()
    circle = find_cycle({package: set(to) - {package} for package, to in found.items()})
    return [found[package][following] for package, following in pairwise(circle)]


class TestCycles:
    def test_no_module_imports_itself_by_a_detour(self) -> None:
        graph = import_graph(at_module_level=True)
        assert find_cycle({name: to for name, to in graph.items() if is_in(name, "riskmodels")}) == []

    def test_nor_does_one_of_the_user_interface(self) -> None:
        assert find_cycle(import_graph(at_module_level=True)) == []

    def test_no_cycle_hides_in_functions(self) -> None:
        graph = import_graph(at_module_level=False)
        assert find_cycle({name: to for name, to in graph.items() if is_in(name, "riskmodels")}) == []

    def test_no_two_packages_import_each_other(self) -> None:
        chain = packages_importing_each_other()
        assert not chain, "packages import each other:\n" + "\n".join(chain)


def reads_weights_only(call: ast.Call) -> bool:
    """torch.load(…, weights_only=True) builds tensors and nothing else: for weights inside a registry package."""
    told = {keyword.arg: ast.unparse(keyword.value) for keyword in call.keywords}
    return ast.unparse(call.func) == "torch.load" and told.get("weights_only") == "True"


class TestNoExecutableFiles:
    def test_no_pickle_is_imported(self) -> None:
        assert forbidden_imports(SOURCES, *EXECUTABLE_FORMATS) == []

    def test_no_pickle_is_read_or_written(self) -> None:
        used = [
            where(path, node.lineno, ast.unparse(node.func))
            for path in SOURCES
            for node, _ in walk(tree_of(path))
            if isinstance(node, ast.Call)
            and {ast.unparse(node.func), ast.unparse(node.func).rpartition(".")[2]} & PICKLING_CALLS
            and not reads_weights_only(node)
        ]
        assert used == []

    def test_torch_is_asked_neither_to_load_nor_to_save_under_another_name(self) -> None:
        named = [
            where(path, node.lineno, alias.name)
            for path in SOURCES
            for node, _ in walk(tree_of(path))
            if isinstance(node, ast.ImportFrom) and node.module in ("torch", "torch.serialization")
            for alias in node.names
            if alias.name in ("load", "save")
        ]
        assert named == []

    def test_arrays_are_never_read_with_pickles_allowed(self) -> None:
        allowed = [
            where(path, node.value.lineno, "allow_pickle")
            for path in SOURCES
            for node, _ in walk(tree_of(path))
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle" and ast.unparse(node.value) != "False"
        ]
        assert allowed == []

    def test_no_text_is_run_as_code(self) -> None:
        run = [
            where(path, node.lineno, ast.unparse(node.func))
            for path in SOURCES
            for node, _ in walk(tree_of(path))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("eval", "exec", "compile")
        ]
        assert run == []


def calls_at_import(path: Path) -> list[ast.Call]:
    """Calls made while a module is imported or a page runs from top to bottom, in order; not those of decorators."""
    calls = []
    for statement in tree_of(path).body:
        decorators = {id(n) for d in getattr(statement, "decorator_list", []) for n in ast.walk(d)}
        nodes = [statement, *(node for node, runs in walk(statement, not _is_function(statement)) if runs)]
        calls += [n for n in nodes if isinstance(n, ast.Call) and id(n) not in decorators]
    return sorted(calls, key=lambda call: (call.lineno, call.col_offset))


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


class TestGate:
    @pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
    def test_first_call_of_a_page_is_start_page(self, page: Path) -> None:
        first = calls_at_import(page)[0]
        assert ast.unparse(first.func) in ("start_page", "ui.start_page", "page.start_page")

    @pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
    def test_it_is_no_part_of_a_condition(self, page: Path) -> None:
        top = [s.value for s in tree_of(page).body if isinstance(s, ast.Expr)]
        assert any(isinstance(v, ast.Call) and ast.unparse(v.func).endswith("start_page") for v in top)

    @pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
    def test_start_page_is_the_one_of_ui(self, page: Path) -> None:
        assert [i.name for i in imports_of(page) if i.name in ("ui.page", "ui")]

    @pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
    def test_page_stays_thin(self, page: Path) -> None:
        assert len(page.read_text(encoding="utf-8").splitlines()) <= 120

    @pytest.mark.parametrize("path", UI, ids=lambda p: p.name)
    def test_module_of_the_user_interface_draws_nothing_when_imported(self, path: Path) -> None:
        # an import comes before start_page, so whatever it draws would come before the gate
        drawn = [
            where(path, call.lineno, ast.unparse(call.func))
            for call in calls_at_import(path)
            if ast.unparse(call.func).startswith(("st.", "streamlit."))
            and ast.unparse(call.func).rpartition(".")[2] not in DECORATORS
        ]
        assert drawn == []

    def test_no_page_is_served_but_through_the_gate(self) -> None:
        # st.navigation beside a pages/ folder was bypassed by opening a page's address directly
        used = [
            where(path, node.lineno, ast.unparse(node.func))
            for path in [*PAGES, SERVER, *UI]
            for node, _ in walk(tree_of(path))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("st.navigation", "st.Page")
        ]
        assert used == []


class TestPicture:
    def test_pictures_and_tables_are_those_of_the_imports(self) -> None:
        page = house.PAGE.read_text(encoding="utf-8")
        assert drawn(page) == page, "draw it anew: python tools/house.py"

    def test_an_arrow_that_a_longer_way_says_is_left_out(self) -> None:
        assert house.reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == {"a": {"b"}, "b": {"c"}, "c": set()}

    def test_every_package_says_in_two_sentences_what_it_is_for(self) -> None:
        packages = {name: path for name, path in house.MODULES.items() if path.name == "__init__.py"}
        said = {name: ast.get_docstring(tree_of(path)) or "" for name, path in packages.items()}
        assert [name for name, text in said.items() if text.count(".") < 2 and "migrations" not in name] == []


def names_of(path: Path) -> set[str]:
    """What a module or a package defines or imports, with what its classes hold: ``assess``, ``RiskModel.estimate``."""
    module = tree_of(path / "__init__.py" if path.is_dir() else path)
    classes = [node for node in module.body if isinstance(node, ast.ClassDef)]
    inside = {f"{each.name}.{name}" for each in classes for node in each.body for name in _bound(node)}
    return inside | {name for node in module.body for name in _bound(node)}


def _bound(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [alias.asname or alias.name for alias in node.names]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [ast.unparse(target) for target in targets]


def wrongly_named(text: str) -> list[str]:
    """What a page names in backticks and is not there: paths, and names right after the path of their module.

    Of a path with NAME in it, which stands for a new file, the folder has to be there.
    """
    wrong = []
    for path, name in re.findall(r"`([\w./-]+)`(?:\s+`([\w.]+)`)?", re.sub(r"```.*?```", "", text, flags=re.S)):
        place = ROOT / (path.partition("NAME")[0].rpartition("/")[0] if "NAME" in path else path)
        is_path = "/" in path or place.suffix in (".py", ".md", ".csv", ".json")
        if is_path and not place.exists():
            wrong.append(path)
        elif is_path and name and name not in names_of(place):
            wrong.append(f"{path} {name}")
    modules = re.findall(r"python -m (riskmodels\.[\w.]+)", text)
    return wrong + [name for name in modules if name not in house.MODULES]


class TestPage:
    def test_every_path_and_every_name_after_one_is_there(self) -> None:
        wrong = wrongly_named(house.PAGE.read_text(encoding="utf-8"))
        assert not wrong, f"{house.PAGE.name} names what is not there: {', '.join(wrong)}"

    def test_what_is_not_there_is_seen(self) -> None:
        text = (
            "`ui/page.py` `start_page`, `ui/page.py` `end_page`, `ui/none.py`, `riskmodels/checks` `check`, `plain`,\n"
            "`riskmodels/tabular/model.py` `RiskModel.guess`, `tests/NAME.py`, `rests/NAME.py`, "
            "`python -m riskmodels.none`"
        )
        assert wrongly_named(text) == [
            "ui/page.py end_page",
            "ui/none.py",
            "riskmodels/tabular/model.py RiskModel.guess",
            "rests/NAME.py",
            "riskmodels.none",
        ]
