"""Answers from the catalogue alone: what an item is, how items compare, why one was recommended. No model is asked, and
every value stands as it is catalogued.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from agent import phrases
from agent.acts import Act
from agent.dialogue import sayings
from agent.dialogue.attributes import AVAILABILITY, DESCRIPTION
from agent.dialogue.sayings import bold
from agent.dialogue.state import State
from agent.field_names import field_name
from agent.untrusted import sanitize
from tools import registry
from tools.catalogue import Catalogue
from tools.domain import Domain, Language
from tools.rank.rules import barriers, open_turn
from tools.toolbox import Toolbox
from tools.user import UserView

MOST = 4  # items in one answer
REASONS = 3


def answer(box: Toolbox, state: State, user: UserView) -> str:
    """The answer to a question about items; the act says which."""
    act, language = state.act, state.language
    items = list(act.items[:MOST])
    if not items:
        return sayings.WHICH[language]
    if act.kind == "compare":
        return compare(box, items, act, language)
    tell = _why if act.kind == "explain" else _facts
    return "\n\n".join(tell(box, item, state, user) for item in items)


def _facts(box: Toolbox, item: int, state: State, user: UserView) -> str:
    told = [_fact(box, item, field, user, state.language) for field in state.act.fields]
    said = [fact for fact in told if fact] or [sayings.UNKNOWN[state.language]]
    mark, end, stop = ("：", "；", "。") if state.language == "zh" else (": ", "; ", ".")
    text = end.join(said)
    return f"{bold(box.catalogue.titles[item])}{mark}{text}" + ("" if text.endswith((".", "。", "…")) else stop)


def _fact(box: Toolbox, item: int, field: str, user: UserView, language: Language) -> str:
    """`runtime 117`; empty where the catalogue holds nothing."""
    catalogue, domain = box.catalogue, box.domain
    if field == DESCRIPTION:
        return sanitize(catalogue.items[item].description or "", sayings.MAX_ABOUT)
    if field == AVAILABILITY:
        return _availability(box, item, user, language)
    held = catalogue.attributes(item).get(field)
    if held is None:
        return ""
    name = field_name(field, language)
    return f"{name}{'为' if language == 'zh' else ' '}{sayings.value(field, held, domain, language)}"


def _availability(box: Toolbox, item: int, user: UserView, language: Language) -> str:
    policy = box.domain.policy
    if policy.availability is None and not policy.available_to:
        return ""
    barred = bool(barriers(box, user)["availability"][item])
    return {"en": ("available to you", "not available to you"), "zh": ("你可以获取", "你那里暂时没有")}[language][
        barred
    ]


def compare(box: Toolbox, items: Sequence[int], act: Act, language: Language) -> str:
    """By one number, in its order; else every attribute in which they differ."""
    if act.fields:
        return _ordered(box, items, act.fields[0], bool(act.more), language)
    catalogue, domain = box.catalogue, box.domain
    rows = [row for field in _told(catalogue, domain) if (row := _row(catalogue, domain, items, field, language))]
    titles = sayings.joined([bold(catalogue.titles[n]) for n in items], language)
    if not rows:
        return (
            f"{titles}：{sayings.UNKNOWN['zh']}有什么不同。"
            if language == "zh"
            else f"{titles}: {sayings.UNKNOWN['en']} how they differ."
        )
    return "\n".join([f"{titles}{'：' if language == 'zh' else ':'}", *rows])


def _told(catalogue: Catalogue, domain: Domain) -> list[str]:
    """What is worth comparing: what the domain shows, and every number."""
    numbers = [spec.name for spec in catalogue.fields.values() if spec.kind == "number"]
    rules = {domain.policy.availability, domain.policy.sponsored}
    named = [*domain.attributes.shown, *domain.attributes.facets, *numbers]
    return [name for name in dict.fromkeys(named) if name in catalogue.fields and name not in rules]


def _row(catalogue: Catalogue, domain: Domain, items: Sequence[int], field: str, language: Language) -> str:
    held = [catalogue.attributes(item).get(field) for item in items]
    if all(value == held[0] for value in held):
        return ""
    said = [_said(catalogue, domain, item, field, value, language) for item, value in zip(items, held, strict=True)]
    return f"- {field_name(field, language)}{'：' if language == 'zh' else ': '}" + (
        "；" if language == "zh" else "; "
    ).join(said)


def _said(catalogue: Catalogue, domain: Domain, item: int, field: str, held: Any, language: Language) -> str:
    told = sayings.UNKNOWN[language] if held is None else sayings.value(field, held, domain, language)
    return f"{phrases.plain(catalogue.titles[item])} {told}"


def _ordered(box: Toolbox, items: Sequence[int], field: str, more: bool, language: Language) -> str:
    numbers = box.catalogue.numbers(field)
    known = sorted((n for n in items if not np.isnan(numbers[n])), key=lambda n: -numbers[n] if more else numbers[n])
    unknown = [n for n in items if n not in known]
    said = [f"{bold(box.catalogue.titles[n])} ({_held(box, n, field, language)})" for n in known]
    said += [f"{bold(box.catalogue.titles[n])} ({sayings.UNKNOWN[language]})" for n in unknown]
    name = field_name(field, language)
    if language == "zh":
        return f"按{name}从{'高到低' if more else '低到高'}：{'、'.join(said)}。"
    return f"By {name}, {'highest' if more else 'lowest'} first: {', '.join(said)}."


def _held(box: Toolbox, item: int, field: str, language: Language) -> str:
    return sayings.value(field, box.catalogue.attributes(item)[field], box.domain, language)


def _why(box: Toolbox, item: int, state: State, user: UserView) -> str:
    """What the tools say for an item, as they said when it was recommended, and what it meets of what was asked."""
    language, domain = state.language, box.domain
    context = open_turn(box, user, {}, (), language)
    context.eligible[item] = True
    names = [name for name in registry.specs(box) if name != "vector_search"]
    calls = [{"name": name, "args": {}} for name in names]
    if state.topic:
        calls.append({"name": "vector_search", "args": {"query": state.topic, "filters": state.filters}})
    registry.execute(calls, context)
    evidence = context.bus.evidence(item) or box.popularity.explain(item)
    told = phrases.reasons(evidence, language, REASONS)
    kept = [
        phrases.constraint(field, operator, value, domain, language)
        for field, bounds in state.filters.items()
        for operator, value in bounds.items()
        if box.catalogue.mask({field: {operator: value}})[item]
    ]
    if language == "zh":
        meets = f"它满足你的要求：{'、'.join(kept)}。" if kept else ""
        return f"{bold(box.catalogue.titles[item])}：{told or '没有特别的理由。' * (not kept)}{meets}"
    meets = f" It meets what you asked for: {', '.join(kept)}." if kept else ""
    return f"{bold(box.catalogue.titles[item])}: {told or 'Nothing in particular speaks for it.' * (not kept)}{meets}"
