"""The house as its imports show it: ``python tools/house.py`` draws the rooms into docs/architecture.md.

A room is a package (a directory); what lies directly in ``riskmodels/`` or ``ui/`` is one by itself. Read from the
source (AST), so that imports inside functions and for type checkers count as well. tests/test_architecture.py holds the
rules and that the pictures are those of the imports as they are.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "home.py", *(ROOT / "pages").glob("*.py")])
LIBRARY = sorted((ROOT / "riskmodels").rglob("*.py"))
UI = sorted((ROOT / "ui").rglob("*.py"))
#: what ``streamlit run`` is given: the server, no page
SERVER = ROOT / "app.py"
SOURCES = [*PAGES, SERVER, *UI, *LIBRARY]

PAGE = ROOT / "docs" / "architecture.md"


@dataclass(frozen=True)
class Import:
    """One import: what, where, and whether it happens when the module is imported."""

    name: str
    line: int
    at_module_level: bool


def module_name(path: Path) -> str:
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for path in SOURCES}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def is_type_checking(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING")


def walk(node: ast.AST, at_module_level: bool = True) -> Iterator[tuple[ast.AST, bool]]:
    """Every node below, and whether it runs when the module is imported."""
    for child in ast.iter_child_nodes(node):
        runs = at_module_level and not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        runs = runs and not is_type_checking(child)
        yield child, runs
        yield from walk(child, runs)


@cache
def imports_of(path: Path) -> tuple[Import, ...]:
    found: list[Import] = []
    for node, runs in walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found += [Import(alias.name, node.lineno, runs) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = absolute(path, node)
            # ``from package import module`` imports the module; ``from module import name`` only the module
            names = [f"{base}.{alias.name}" for alias in node.names]
            found += [Import(name if name in MODULES else base, node.lineno, runs) for name in names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in ("__import__", "importlib.import_module"):
            assert isinstance(node.args[0], ast.Constant), f"{path}:{node.lineno} imports a computed name"
            found.append(Import(str(node.args[0].value), node.lineno, runs))
    return tuple(found)


def absolute(path: Path, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = module_name(path).split(".")
    package = package if path.name == "__init__.py" else package[:-1]
    package = package[: len(package) - node.level + 1]
    return ".".join([*package, *([node.module] if node.module else [])])


def is_in(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


def where(path: Path, line: int, what: str) -> str:
    return f"{path.relative_to(ROOT)}:{line} {what}"


def find_cycle(graph: dict[str, set[str]]) -> list[str]:
    """One cycle as a path that ends where it starts; empty when there is none."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for following in sorted(graph.get(node, ())):
            if cycle := visit(following, [*path, node]):
                return cycle
        done.add(node)
        return []

    return next((cycle for node in sorted(graph) if (cycle := visit(node, []))), [])


def package_of(name: str) -> str:
    """The directory of a module; pages and what lies directly in ``riskmodels/`` or ``ui/`` stand for themselves."""
    parent = name.rpartition(".")[0]
    alone = MODULES[name].name == "__init__.py" or parent in ("", "riskmodels", "ui", "pages")
    return name if alone else parent


def arrows() -> dict[str, dict[str, str]]:
    """Which room imports which, with one import for each arrow: ``riskmodels/care/plan.py:2 imports …``."""
    found: dict[str, dict[str, str]] = {}
    for name, path in MODULES.items():
        for each in (i for i in imports_of(path) if i.name in MODULES):
            evidence = where(path, each.line, f"imports {each.name}")
            found.setdefault(package_of(name), {}).setdefault(package_of(each.name), evidence)
    return found


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows without those that a longer way says as well."""

    @cache
    def below(node: str) -> frozenset[str]:
        return frozenset().union(*({to} | below(to) for to in graph.get(node, ())))

    return {node: {to for to in targets if not any(to in below(other) for other in targets - {to})}
            for node, targets in graph.items()}  # fmt: skip


def picture(*trees: str) -> str:
    """The rooms of some trees as a Mermaid flowchart: an arrow from each room to those it stands on.

    Args:
        trees: ``riskmodels``, ``ui``; of others only what they have of these is left out.
    """
    graph: dict[str, set[str]] = {}
    for room, to in arrows().items():
        if is_in(room, *trees):
            graph[room] = {other for other in to if is_in(other, *trees)} - {room, *trees}
    graph = {room: to for room, to in graph.items() if room not in trees}
    lines = ["```mermaid", "flowchart TD"]
    for room, to in sorted(reduced(graph).items()):
        lines += [f"    {_node(room)} --> {_node(other)}" for other in sorted(to)] or [f"    {_node(room)}"]
    return "\n".join([*lines, "```"])


def _node(room: str) -> str:
    """A room in the picture: its id, and its name as people see it."""
    shown = room.partition(".")[2].replace(".", "/")
    return f'{room.replace(".", "_")}["{shown}"]'


def rooms(tree: str) -> str:
    """What each room of a tree is for, the first sentence of its docstring, as a table."""
    lines = ["| room | what it is for |", "|---|---|"]
    for name, path in sorted(MODULES.items()):
        if is_in(name, tree) and name != tree and package_of(name) == name:
            said = " ".join((ast.get_docstring(tree_of(path)) or "").partition("\n\n")[0].split())
            place = path.parent if path.name == "__init__.py" else path
            shown = f"{place.relative_to(ROOT)}{'/' if path.name == '__init__.py' else ''}"
            lines.append(f"| `{shown}` | {said.replace('|', chr(92) + '|')} |")
    return "\n".join(lines)


def drawn(text: str) -> str:
    """A page with its pictures and tables drawn anew, each between ``<!-- name -->`` and ``<!-- end -->``."""
    parts = {
        "picture of riskmodels": picture("riskmodels"),
        "picture of ui": picture("ui"),
        "rooms of riskmodels": rooms("riskmodels"),
        "rooms of ui": rooms("ui"),
    }
    for name, part in parts.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        if not (begin and end):
            raise ValueError(f"{PAGE.name} has no place for the {name}")
        text = f"{before}{begin}\n{part}\n\n{end}{after}"
    return text


def main() -> int:
    """Draw docs/architecture.md anew."""
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
