"""Plan: one call to the model whose answer is the tool calls of the turn, or the same from rules when it fails.

The answer is held to a JSON schema whose keys are the tools and whose values are their arguments. The model sees the
words and the constraints that code read in them; what it plans is parsed, held against the words
(agent/constraints.py) and turned into an ordinary LangChain `AIMessage`. An answer that does not fit is asked for once
more, with the error; then the rules plan.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import orjson
from langchain_core.messages import AIMessage

import prompts
from agent.constraints import Reconciled, reconcile
from agent.examples import SEARCH, plan_examples, request
from agent.llm import LLM, Deadline, LLMUnavailable
from agent.reply import Usage
from agent.schema import tool_calls
from agent.untrusted import sanitize
from tools import registry
from tools.catalogue import Filters
from tools.errors import InvalidInput
from tools.filters import parse
from tools.intent import Intent
from tools.toolbox import Toolbox

MAX_TOKENS = 160
MAX_WORDS = 600  # characters of the request that the planner reads
Source = Literal["model", "repaired", "rules", "code"]


@dataclass
class Plan:
    """What to do. `filters` are the hard constraints in force; `source` says who planned; `usage` what it cost."""

    message: AIMessage
    filters: Filters
    source: Source
    usage: Usage = field(default_factory=Usage)
    dropped: list[str] = field(default_factory=list)
    added: list[str] = field(default_factory=list)
    fault: LLMUnavailable | None = None
    errors: list[str] = field(default_factory=list)

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [dict(call) for call in self.message.tool_calls]


class Planner:
    """The planning prompt of one toolbox; everything before the user's words is the same for every turn."""

    def __init__(self, box: Toolbox) -> None:
        self.box = box
        self.prompt = prompts.load("plan")
        self.arguments = {name: arguments for name, (_, arguments) in registry.specs(box).items()}

    @cached_property
    def schema(self) -> dict[str, Any]:
        return tool_calls(self.arguments)

    @cached_property
    def prefix(self) -> list[dict[str, str]]:
        system = self.prompt.render(
            items=self.box.domain.items.en, tools=self._describe_tools(), fields=self._describe_fields()
        )
        examples = plan_examples(self.box.catalogue, self.box.domain, list(self.arguments))
        return [{"role": "system", "content": system}, *examples]

    async def plan(
        self, llm: LLM | None, words: str, read: Intent, deadline: Deadline, salt: str, wanted: bool = False
    ) -> Plan:
        """`read`: the constraints in force, and what to search for; `wanted`: a slate is, whatever the model finds.
        Never raises: with no engine the rules plan.
        """
        if llm is None:
            return self.by_rules(read)
        said = request(sanitize(words, MAX_WORDS), read.filters, self.box.catalogue)
        messages = [*self.prefix, {"role": "user", "content": said}]
        usage = Usage()
        errors: list[str] = []
        attempts: tuple[Source, Source] = ("model", "repaired")
        for attempt in attempts:
            try:
                answer = await llm.complete(
                    messages, schema=self.schema, max_tokens=MAX_TOKENS, deadline=deadline, salt=salt
                )
            except LLMUnavailable as fault:
                return self.by_rules(read, usage, errors, fault)
            usage = add(usage, answer.usage)
            try:
                plan = self._accept(answer.text, words, read, wanted)
            except InvalidInput as error:
                errors.append(str(error))
                repair = f"{sanitize(str(error), 200)}\nReply again with one valid JSON object."
                messages = [*messages, {"role": "assistant", "content": sanitize(answer.text, 400)}]
                messages.append({"role": "user", "content": repair})
            else:
                plan.usage, plan.errors = usage, errors
                plan.source = attempt if plan.source == "model" else plan.source
                return plan
        return self.by_rules(read, usage, errors)

    def nothing(self, read: Intent) -> Plan:
        """No call: the message wants no slate."""
        return Plan(_message({}), read.filters, "code")

    def by_code(self, read: Intent) -> Plan:
        """The plan of a message that goes on with what was asked before: there is nothing for a model to choose."""
        calls: dict[str, Any] = {name: {} for name in ("cf_neighbors", "ctr_score")}
        if read.query:
            calls = {SEARCH: {"query": read.query[:300], "filters": read.filters}, **calls}
        return Plan(_message(calls), read.filters, "code")

    def by_rules(
        self,
        read: Intent,
        usage: Usage | None = None,
        errors: list[str] | None = None,
        fault: LLMUnavailable | None = None,
    ) -> Plan:
        """Every tool, with the constraints in force."""
        calls: dict[str, Any] = {name: {} for name in self.arguments if name != SEARCH}
        if read.query:
            calls = {SEARCH: {"query": read.query[:300], "filters": read.filters}, **calls}
        return Plan(_message(calls), read.filters, "rules", usage or Usage(), fault=fault, errors=errors or [])

    def _accept(self, text: str, words: str, read: Intent, wanted: bool) -> Plan:
        """Raises InvalidInput: not JSON, or not tool calls; the message says what to mend."""
        calls = _decode(text)
        if unknown := calls.keys() - self.arguments.keys():
            raise InvalidInput(f"no tool {sorted(unknown)[0]!r}; there are {', '.join(self.arguments)}")
        if not calls:
            return self.by_rules(read) if wanted else Plan(_message({}), read.filters, "model")
        search = calls.get(SEARCH, {})
        checked = self._constraints(search.pop("filters", None) or {}, words, read)
        if search or read.filters:
            query = sanitize(str(search.get("query") or ""), 300) or read.query or words[:300]
            calls = {**calls, SEARCH: {**search, "query": query, "filters": checked.filters}}
        _validate(calls, self.arguments)
        return Plan(_message(calls), checked.filters, "model", dropped=checked.dropped, added=checked.added)

    def _constraints(self, planned: Any, words: str, read: Intent) -> Reconciled:
        filters = parse(planned, self.box.catalogue)
        settled = {*(wish.field for wish in read.soft), *read.removed}
        filters = {name: bounds for name, bounds in filters.items() if name not in settled or name in read.filters}
        return reconcile(filters, read.filters, words, self.box.catalogue, self.box.domain)

    def _describe_tools(self) -> str:
        specs = registry.specs(self.box).items()
        return "\n".join(
            f"- {name} {{{', '.join(arguments.model_fields)}}}: {description}"
            for name, (description, arguments) in specs
        )

    def _describe_fields(self) -> str:
        fields = self.box.catalogue.fields.values()
        facets = [f"{spec.name}: {', '.join(spec.values[:60])}" for spec in fields if spec.facet]
        groups: dict[str, Callable[[Any], bool]] = {
            "numbers": lambda spec: spec.kind == "number",
            "dates": lambda spec: spec.kind == "date",
            "true or false": lambda spec: spec.kind == "boolean",
            "names": lambda spec: spec.people,
        }
        named = {kind: ", ".join(s.name for s in fields if fits(s)) for kind, fits in groups.items()}
        return "\n".join(facets + [f"{names}: {kind}" for kind, names in named.items() if names])


def add(a: Usage, b: Usage) -> Usage:
    return Usage(**{name: getattr(a, name) + getattr(b, name) for name in Usage.model_fields})


def _decode(text: str) -> dict[str, Any]:
    try:
        calls = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise InvalidInput(f"not JSON: {error}") from None
    if not isinstance(calls, dict) or not all(isinstance(args, dict) for args in calls.values()):
        raise InvalidInput("reply with one JSON object: tool names as keys, argument objects as values")
    return calls


def _validate(calls: dict[str, Any], arguments: dict[str, Any]) -> None:
    for name, args in calls.items():
        try:
            arguments[name].model_validate(args)
        except ValueError as error:
            raise InvalidInput(f"{name}: {str(error)[:200]}") from None


def _message(calls: dict[str, Any]) -> AIMessage:
    listed = [{"name": name, "args": args, "id": f"call_{n}"} for n, (name, args) in enumerate(calls.items())]
    return AIMessage(content="", tool_calls=listed)
