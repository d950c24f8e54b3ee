"""Turn the templates into Python: ``python -m lb.precompile`` writes ``lb/compiled.py``.

Jinja2 costs a third of the time of a whole ``dcgen scale``: importing it, and compiling the
templates again in each process. So it reads them here, before, and the program does without it.
The Python is plain enough for mypy to check what the templates say. See
docs/decisions/0009-precompiled-templates.md.
"""

import functools
import json
from collections.abc import Iterator
from pathlib import Path

import jinja2
from jinja2 import nodes

TARGET = Path(__file__).with_name("compiled.py")

HEAD = '''\
"""The templates as Python, made by ``python -m lb.precompile``: change them, not this."""
# ruff: noqa: C901, E501, PLR0912, PLR0915 - as long and as branched as the templates

from collections.abc import Iterator

from lb.model import Configuration, Options, Timeouts
from lb.quoting import Quoted, duration, quoted, word


def lines(
    configuration: Configuration,
    options: Options,
    timeouts: Timeouts,
    *,
    header: Quoted,
    health_path: str,
) -> Iterator[str]:
    """Yield the text of *configuration*, piece by piece."""
'''
_COMPARISONS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">"}
_JOINS = {nodes.And: "and", nodes.Or: "or", nodes.Add: "+", nodes.Mul: "*"}


def compiled() -> str:
    """Return the Python that stands for ``haproxy.cfg.j2`` and all that it includes."""
    body = _parse("haproxy.cfg.j2").body
    return HEAD + "".join(f"{line}\n" for line in _statements(body, 1))


@functools.cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        autoescape=False,  # noqa: S701 - not HTML; `word` is the escape
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _parse(name: str) -> nodes.Template:
    template = Path(__file__).with_name("templates") / name
    environment = _environment()
    # Filters are looked up when Python is checked, not here.
    environment.filters |= {"duration": str, "quoted": str}
    return environment.parse(template.read_text(encoding="utf-8"), name, str(template))


def _statements(body: list[nodes.Node], depth: int) -> Iterator[str]:
    pad = "    " * depth
    for node in body:
        if isinstance(node, nodes.Output):
            yield from (pad + line for part in node.nodes for line in _output(part))
        elif isinstance(node, nodes.Include):
            assert isinstance(node.template, nodes.Const)  # noqa: S101 - no other is used
            yield from _statements(_parse(node.template.value).body, depth)
        elif isinstance(node, nodes.For):
            yield f"{pad}for {_loop(node)}:"
            yield from _statements(node.body, depth + 1)
        elif isinstance(node, nodes.If):
            yield f"{pad}if {_expression(node.test)}:"
            yield from _statements(node.body, depth + 1)
            for other in node.elif_:
                yield f"{pad}elif {_expression(other.test)}:"
                yield from _statements(other.body, depth + 1)
            if node.else_:
                yield f"{pad}else:"
                yield from _statements(node.else_, depth + 1)
        else:
            raise NotImplementedError(f"{type(node).__name__} in a template, line {node.lineno}")


def _output(part: nodes.Expr) -> Iterator[str]:
    if isinstance(part, nodes.TemplateData):
        yield from (f"yield {_literal(line)}" for line in part.data.splitlines(keepends=True))
    else:
        yield f"yield word({_expression(part)})"


def _loop(node: nodes.For) -> str:
    target, values = _expression(node.target), _expression(node.iter)
    counted = any(name.name == "loop" for name in node.find_all(nodes.Name))
    return f"index, {target} in enumerate({values})" if counted else f"{target} in {values}"


def _literal(text: str) -> str:
    return repr(text) if '"' in text and "'" not in text else json.dumps(text)


def _expression(node: nodes.Node) -> str:
    if isinstance(node, nodes.Const):
        return _literal(node.value) if isinstance(node.value, str) else repr(node.value)
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        name = f"{_expression(node.node)}.{node.attr}"
        return {"loop.first": "index == 0"}.get(name, name)
    if isinstance(node, nodes.Getitem):
        return f"{_expression(node.node)}[{_expression(node.arg)}]"
    return _call(node) if isinstance(node, nodes.Call | nodes.Filter) else _operation(node)


def _call(node: nodes.Call | nodes.Filter) -> str:
    if isinstance(node, nodes.Filter):
        assert node.node is not None  # noqa: S101 - only a filter block has none
        return f"{node.name}({', '.join(map(_expression, [node.node, *node.args]))})"
    return f"{_expression(node.node)}({', '.join(map(_expression, node.args))})"


def _operation(node: nodes.Node) -> str:
    if isinstance(node, nodes.Not):
        if isinstance(node.node, nodes.Test) and node.node.name == "none":
            return f"{_expression(node.node.node)} is not None"
        return f"not ({_expression(node.node)})"
    if isinstance(node, nodes.Test):
        tested = _expression(node.node)
        return {"string": f"isinstance({tested}, str)", "none": f"{tested} is None"}[node.name]
    if isinstance(node, nodes.Compare):
        right = " ".join(f"{_COMPARISONS[part.op]} {_expression(part.expr)}" for part in node.ops)
        return f"{_expression(node.expr)} {right}"
    if isinstance(node, nodes.BinExpr):
        return f"{_expression(node.left)} {_JOINS[type(node)]} {_expression(node.right)}"
    raise NotImplementedError(f"{type(node).__name__} in a template, line {node.lineno}")


if __name__ == "__main__":
    TARGET.write_text(compiled(), encoding="utf-8")
