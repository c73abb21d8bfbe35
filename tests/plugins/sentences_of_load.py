"""Every sentence that load/ can say of a document or a report, found in its code.

A sentence is what is given to `Unreadable`, `NotAReport`, `Doubt`, `Check` and their like. Names are followed to what
is assigned to them, parameters to what callers give, calls to what is returned; a hole of an f-string that is no
sentence itself is filled with `HOLE`.
"""

import ast
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

HOLE = "7"
# Which argument is the sentence.
_SAYS = {
    "Unreadable": 0,
    "NotAReport": 0,
    "RuntimeError": 0,
    "Doubt": 2,
    "doubt": 2,
    "withhold": 1,
    "drop": 1,
    "Check": 5,
}
_LISTS = ("conflicts", "sentences")  # lists of sentences
_DEEPEST = 12


class Sentences:
    """The sentences of a folder of code; `unresolved` says what could not be followed."""

    def __init__(self, folder: Path) -> None:
        self.trees = {path: ast.parse(path.read_text("utf-8")) for path in sorted(folder.rglob("*.py"))}
        self.nodes = {path: list(ast.walk(tree)) for path, tree in self.trees.items()}
        self.functions = {
            path: [node for node in nodes if isinstance(node, ast.FunctionDef)]
            for path, nodes in self.nodes.items()
        }
        self.calls: dict[str, list[tuple[Path, ast.Call]]] = {}
        for path, nodes in self.nodes.items():
            for node in nodes:
                if isinstance(node, ast.Call):
                    self.calls.setdefault(_name(node), []).append((path, node))
        self.unresolved: set[str] = set()

    def all(self) -> dict[str, str]:
        """Each sentence with the place of its first appearance."""
        found: dict[str, str] = {}
        for path, nodes in self.nodes.items():
            for node in nodes:
                for given in _given(node):
                    for sentence in self._said(given, path, given, ()):
                        found.setdefault(sentence, f"{path.name}:{given.lineno}")
        found.pop("", None)
        return found

    def _said(self, node: ast.expr, path: Path, at: ast.AST, seen: tuple) -> list[str]:
        key = (path, ast.dump(node), at.lineno)
        if key in seen or len(seen) > _DEEPEST:
            return []
        seen = (*seen, key)
        match node:
            case ast.Constant():
                return [node.value] if isinstance(node.value, str) else []
            case ast.JoinedStr():
                parts = [
                    [v.value] if isinstance(v, ast.Constant) else self._hole(v.value, path, at, seen)
                    for v in node.values
                ]
                return ["".join(part) for part in product(*parts)]
            case ast.BinOp(op=ast.Add()):
                sides = [self._quietly(side, path, at, seen) or [HOLE] for side in (node.left, node.right)]
                return [left + right for left, right in product(*sides)]
            case ast.IfExp():
                parts = [node.body, node.orelse]
            case ast.BoolOp():
                parts = node.values
            case ast.Tuple() | ast.List():
                parts = node.elts
            case ast.Dict():
                parts = node.values
            case ast.Subscript():
                parts = [node.value]
            case ast.ListComp() | ast.GeneratorExp():
                parts = [node.elt]
            case ast.Call(func=ast.Name(id="tuple" | "str")):
                parts = node.args
            case ast.Call(func=ast.Name()):
                return self._of_call(node, path, seen, None)
            case ast.Name():
                return self._of_name(node, path, at, seen)
            case _:
                self.unresolved.add(f"{path.name}: {ast.unparse(node)}")
                return []
        return [sentence for part in parts for sentence in self._said(part, path, at, seen)]

    def _hole(self, node: ast.expr, path: Path, at: ast.AST, seen: tuple) -> list[str]:
        """What stands in a hole of an f-string: pieces of a sentence, where it is filled with such."""
        if not isinstance(node, ast.Name | ast.IfExp | ast.Subscript | ast.Call):
            return [HOLE]
        found = self._quietly(node, path, at, seen)
        pieces = [piece for piece in found if " " in piece.strip()]
        return [*pieces, *([""] if "" in found else [])] if pieces else [HOLE]

    def _quietly(self, node: ast.expr, path: Path, at: ast.AST, seen: tuple) -> list[str]:
        before = set(self.unresolved)
        found = self._said(node, path, at, seen)
        self.unresolved = before
        return found

    def _of_call(self, node: ast.Call, path: Path, seen: tuple, place: int | None) -> list[str]:
        """What a function of the same module returns; of a tuple the value in `place`."""
        found = []
        for function in self.functions[path]:
            if function.name == node.func.id:
                for back in ast.walk(function):
                    if isinstance(back, ast.Return | ast.Yield) and back.value:
                        value = back.value
                        if place is not None and isinstance(value, ast.Tuple):
                            value = value.elts[place]
                        found += self._said(value, path, back, seen)
        if not found:
            self.unresolved.add(f"{path.name}: {ast.unparse(node)}")
        return found

    def _of_name(self, node: ast.Name, path: Path, at: ast.AST, seen: tuple) -> list[str]:
        """What is assigned to a name in its function or its module, or given for a parameter."""
        function = _around(self.functions[path], at)
        for nodes in (ast.walk(function) if function else (), self.trees[path].body):
            found = []
            for target, value, place in _assigned(nodes, node.id):
                if place is not None and isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
                    found += self._of_call(value, path, seen, place)
                else:
                    found += self._said(value, path, target, seen)
            if found:
                return found
        names = [argument.arg for argument in function.args.args] if function else []
        if node.id in names:
            place = names.index(node.id) - (names[0] == "self")
            found = [
                sentence
                for other, call in self.calls.get(function.name, ())
                if len(call.args) > place
                for sentence in self._said(call.args[place], other, call, seen)
            ]
            if found:
                return found
        self.unresolved.add(f"{path.name}: {node.id}")
        return []


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else getattr(call.func, "attr", "")


def _given(node: ast.AST) -> Iterator[ast.expr]:
    """The expressions of a node that are sentences."""
    if isinstance(node, ast.Call):
        if _name(node) in _SAYS:
            yield from [k.value for k in node.keywords if k.arg == "detail"] or node.args[
                _SAYS[_name(node)] :
            ][:1]
        elif _name(node) == "append" and getattr(node.func.value, "id", "") in _LISTS:
            yield node.args[0]
    elif isinstance(node, ast.Dict):
        yield from (
            v for k, v in zip(node.keys, node.values, strict=True) if getattr(k, "value", "") == "detail"
        )
    elif isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        value = node.value.args[0] if isinstance(node.value, ast.Call) and node.value.args else node.value
        if isinstance(value, ast.ListComp | ast.GeneratorExp) and getattr(targets[0], "id", "") in _LISTS:
            yield value.elt


def _assigned(nodes: Iterator[ast.AST], name: str) -> Iterator[tuple[ast.AST, ast.expr, int | None]]:
    """Where a name is assigned to: the statement, the value, and its place where that is taken apart."""
    for node in nodes:
        match node:
            case ast.Assign(targets=[target], value=value):
                pass
            case (
                ast.AnnAssign(target=target, value=ast.expr() as value)
                | ast.NamedExpr(target=target, value=value)
            ):
                pass
            case ast.For(target=target, iter=value):
                pass
            case _:
                continue
        if isinstance(target, ast.Name) and target.id == name:
            yield node, value, None
        elif isinstance(target, ast.Tuple):
            for place, part in enumerate(target.elts):
                if isinstance(part, ast.Name) and part.id == name:
                    yield node, value, place


def _around(functions: Iterable[ast.FunctionDef], at: ast.AST) -> ast.FunctionDef | None:
    """The innermost of a module's functions that a node stands in."""
    around = [one for one in functions if one.lineno <= at.lineno <= (one.end_lineno or 0)]
    return max(around, key=lambda function: function.lineno, default=None)
