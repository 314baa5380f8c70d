"""Write docs/settings.md from the code: every variable, option, server and engine setting, key of the domain file.

    .venv/bin/python scripts/settings_reference.py            check     (part of `make lint`)
    .venv/bin/python scripts/settings_reference.py --write    write the page

What a setting means is the string under it in the code; a setting without one fails here. Behind `Example:` stands an
example in TOML.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import itertools
import os
import re
import sys
import types
import typing
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel
from pydantic.fields import FieldInfo

import serve
from agent import engine_settings
from agent.surfaces.settings import ServerSettings
from tools import domain, environment

PAGE = Path(__file__).resolve().parents[1] / "docs" / "settings.md"
HEAD = """# Every setting

Written by `scripts/settings_reference.py` from the code, and checked by `make lint`: change the code, then run
`python scripts/settings_reference.py --write`. `tastemaker COMMAND --help` has the options of each command.
"""
TYPES: dict[Any, str] = {str: "text", bool: "true or false", int: "whole number", float: "number"}


class Doc(NamedTuple):
    text: str
    example: str  # in TOML; empty when none is given


def main() -> None:
    for name in [name for name in os.environ if name.startswith("TASTEMAKER_")]:
        del os.environ[name]  # they would show as defaults
    text = page()
    if "--write" in sys.argv[1:]:
        PAGE.write_text(text, encoding="utf-8")
    elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        sys.exit(
            "settings: docs/settings.md is not what the code says now. "
            "Run: .venv/bin/python scripts/settings_reference.py --write"
        )


def page() -> str:
    options = list(_options(serve._parser()))
    parts = (HEAD, *_variables({name for name, _ in options}), *_server(options), *_engine(), *_domain())
    return "\n".join(parts)


def _variables(options: Iterable[str]) -> Iterator[str]:
    yield "## Environment variables\n\nAn option goes before its variable.\n"
    rows = []
    for name, doc in _docs(environment).items():
        variable, option = getattr(environment, name), f"--{name.lower().replace('_', '-')}"
        rows.append((f"`{variable}`", f"`{option}`" if option in options else "", doc.text))
    yield from _table(("variable", "option", "meaning"), rows)


def _server(options: list[tuple[str, str]]) -> Iterator[str]:
    yield "## The server\n\n    python serve.py [OPTION ...]\n"
    yield from _table(("option", "meaning"), [(f"`{name}`", text) for name, text in options])
    yield "What a server allows. Those without an option are fixed in `agent/surfaces/settings.py`.\n"
    docs, named, rows = _docs(ServerSettings), {name for name, _ in options}, []
    for name, field in ServerSettings.model_fields.items():
        option = f"`--{name}`" if f"--{name}" in named else ""
        rows.append((f"`{name}`", option, _type(field), _default(field), docs[name].text))
    yield from _table(("name", "option", "type", "default", "meaning"), rows)


def _engine() -> Iterator[str]:
    yield "## The engine\n\nHow vLLM is started when no `--llm-url` is given; fixed in `agent/engine_settings.py`.\n"
    docs = _docs(engine_settings)
    values = ((name, getattr(engine_settings, name), doc) for name, doc in docs.items())
    rows = [(f"`{name}`", f"`{' '.join(v) if isinstance(v, tuple) else v}`", doc.text) for name, v, doc in values]
    yield from _table(("name", "value", "meaning"), rows)
    for where, on_gpu in (("a CPU of two cores", False), ("an NVIDIA GPU", True)):
        argv = engine_settings.arguments(Path("FOLDER"), "NAME", 8001, on_gpu)
        env = engine_settings.environment(on_gpu, (0, 1)).items()
        shown = [*(f"{name}={value}" for name, value in env if value is not None), *_lines(argv)]
        unset = "".join(f" (`{name}` is removed)" for name, value in env if value is None)
        yield f"Environment{unset} and arguments on {where}:\n"
        yield "\n".join(("```", *shown, "```")) + "\n"


def _lines(argv: Iterable[str]) -> Iterator[str]:
    """`--name value`, one a line."""
    yield from re.sub(r" (?=--)", "\n", " ".join(argv)).splitlines()


def _domain() -> Iterator[str]:
    yield (
        "## The domain file\n\nTOML, given to `tastemaker ingest --domain`; the shipped ones lie in [tools/domains]"
        "(../tools/domains). A key\nthat is not here is refused. "
        "After a change: `tastemaker ingest --domain FILE`, then `tastemaker train`.\n"
    )
    for heading, model in tables(domain.Domain):
        yield f"### {heading}\n\n{' '.join((model.__doc__ or '').split())}\n"
        docs, rows = _docs(model), []
        for name, field in model.model_fields.items():
            if not _is_table(field):
                doc = docs[name]
                rows.append((f"`{name}`", _type(field), _default(field), doc.text, f"`{name} = {doc.example}`"))
        yield from _table(("key", "type", "default", "meaning", "example"), rows)


def tables(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """The file's tables as they are headed in TOML, with their models; then what stands within keys."""
    yield "At the top", model
    for name, field in model.model_fields.items():
        if _is_table(field):
            yield f"[{name}]", typing.cast(type[BaseModel], field.annotation)
    yield "Words", domain.Words
    yield "One floor of mix.floors", domain.Floor


def examples(model: type[BaseModel]) -> dict[str, str]:
    """Key -> its example in TOML."""
    docs = _docs(model)
    return {name: docs[name].example for name, field in model.model_fields.items() if not _is_table(field)}


def _is_table(field: FieldInfo) -> bool:
    return (
        isinstance(field.annotation, type)
        and issubclass(field.annotation, BaseModel)
        and field.annotation is not domain.Words
    )


def _docs(of: ModuleType | type) -> dict[str, Doc]:
    """Name -> the string under it, for the constants of a module (those that have one) or all fields of a model."""
    body = ast.parse(inspect.getsource(of)).body
    if isinstance(of, type):
        assert isinstance(body[0], ast.ClassDef)
        body = body[0].body
    told = {}
    for line, under in itertools.pairwise(body):
        target = line.targets[0] if isinstance(line, ast.Assign) else getattr(line, "target", None)
        if isinstance(target, ast.Name) and isinstance(under, ast.Expr) and isinstance(under.value, ast.Constant):
            told[target.id] = _doc(str(under.value.value))
    fields = of.model_fields if isinstance(of, type) and issubclass(of, BaseModel) else {}
    for name, field in fields.items():
        if name not in told and not _is_table(field):
            sys.exit(f"settings: {of.__name__}.{name} does not say what it means. Write a string under it.")
    return told


def _doc(text: str) -> Doc:
    said, _, example = " ".join(text.split()).partition(" Example: ")
    return Doc(said, example.strip("`"))


def _options(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    for action in parser._actions:
        if action.dest != "help":
            yield action.option_strings[0], action.help or ""


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "must be given"
    value = field.get_default(call_default_factory=True)
    return f"`{_toml(value)}`" if value not in (None, (), {}) else ""


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return f'"{value}"' if isinstance(value, str) else str(value)


def _type(field: FieldInfo) -> str:
    bounds = [(sign, getattr(rule, key, None)) for rule in field.metadata for sign, key in BOUNDS.items()]
    return ", ".join([_typed(field.annotation), *(f"{sign} {value}" for sign, value in bounds if value is not None)])


BOUNDS = {"at least": "ge", "above": "gt", "at most": "le", "below": "lt"}


def _typed(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is Literal:
        return " or ".join(f'"{value}"' for value in arguments)
    if origin is tuple:
        return f"list of: {_typed(arguments[0])}"
    if origin is dict:
        return f"table: {_typed(arguments[1])}"
    if origin is types.UnionType:
        return _typed(arguments[0])
    return TYPES.get(annotation) or str(annotation.__name__)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    lines = [" | ".join(cell.replace("|", r"\|") for cell in row) for row in (head, ("---",) * len(head), *rows)]
    yield "\n".join(f"| {line} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
