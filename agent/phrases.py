"""Sentences that code writes, in both languages: headings, constraints, abstention, and the plain text of a degraded
reply. Nothing here is invented: every clause is an evidence text or a figure that the ranking holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agent.field_names import field_name
from agent.untrusted import sanitize
from tools.bus import Evidence
from tools.domain import Domain, Language
from tools.slate import Barrier, Relaxation, Slate, SlateItem

_OPERATORS: dict[Language, dict[str, str]] = {
    "en": {
        "==": "{field} {value}",
        "!=": "{field} other than {value}",
        "<": "{field} before {value}",
        "<=": "{field} up to {value}",
        ">": "{field} after {value}",
        ">=": "{field} {value} or later",
        "contains": "{value}",
        "contains_any": "{value}",
        "not_contains": "no {value}",
        "in": "{field} {value}",
    },
    "zh": {
        "==": "{field}为{value}",
        "!=": "{field}不是{value}",
        "<": "{field}早于{value}",
        "<=": "{field}不超过{value}",
        ">": "{field}晚于{value}",
        ">=": "{field}从{value}起",
        "contains": "{value}",
        "contains_any": "{value}",
        "not_contains": "不含{value}",
        "in": "{field}为{value}",
    },
}
_QUANTITY = {
    "en": {"<": "{field} under {value}", ">": "{field} over {value}", ">=": "{field} at least {value}"},
    "zh": {"<": "{field}小于{value}", ">": "{field}大于{value}", ">=": "{field}至少{value}"},
}
_SPONSORED = {"en": "sponsored", "zh": "赞助内容"}
_TELLING = ("neighbors", "profile", "popularity", "exploration", "search", "ctr")
MAX_TITLE, MAX_REASON = 200, 600


def heading(item: SlateItem, language: Language = "en") -> str:
    """`**1. Alien** (1979)`: rank, title and year come from the slate, never from the model; and who pays is said."""
    year = item.attributes.get("year")
    dated = f" ({year:g})" if isinstance(year, int | float) else ""
    return f"**{item.rank}. {plain(item.title)}**{dated}" + f" [{_SPONSORED[language]}]" * item.sponsored


def plain(title: str, limit: int = MAX_TITLE) -> str:
    """A title, or a reason that quotes one, that cannot turn into a link, an image or markup where it is shown."""
    return sanitize(title, limit).replace("](", "]\\(").replace("<", "\\<")


def opening(domain: Domain, language: Language) -> str:
    if language == "zh":
        return f"为你选了这些{domain.items.zh}："
    return f"Here are {domain.items.en} picked for you:"


def telling(evidence: list[Evidence]) -> list[Evidence]:
    """The same, what persuades a person first: a figure or an echo of the request comes last."""
    return sorted(evidence, key=lambda e: _TELLING.index(e.kind))


def reasons(evidence: list[Evidence], language: Language, most: int = 2) -> str:
    """The `most` telling reasons as one sentence; empty when there are none."""
    clauses = [plain(e.text_zh if language == "zh" else e.text, MAX_REASON) for e in telling(evidence)[:most]]
    if not clauses:
        return ""
    if language == "zh":
        return "；".join(clauses) + "。"
    sentence = "; ".join(clauses)
    return sentence[0].upper() + sentence[1:] + "."


def constraint(field: str, operator: str, value: Any, domain: Domain, language: Language) -> str:
    """`year 1985 or later`, `no Horror`, `不含恐怖`."""
    if isinstance(value, bool):
        refused = {"en": "no ", "zh": "不要"}[language] if value == (operator == "!=") else ""
        return f"{refused}{field_name(field, language)}"
    values = value if isinstance(value, list | tuple) else [value]
    joint = {"en": " or ", "zh": "或"} if operator in ("in", "contains_any", "!=") else {"en": " and ", "zh": "和"}
    named = joint[language].join(domain.alias(field, sanitize(v, 80), language) for v in _runs(values, language))
    template = _OPERATORS[language][operator]
    if field not in ("year", "published_at"):
        template = _QUANTITY[language].get(operator, template)
    return template.format(field=field_name(field, language), value=named)


def _runs(values: Sequence[Any], language: Language) -> list[str]:
    """The values as text, three or more whole numbers in a row as their range."""
    runs: list[list[Any]] = []
    for value in values:
        if runs and isinstance(value, int) and isinstance(runs[-1][-1], int) and value == runs[-1][-1] + 1:
            runs[-1].append(value)
        else:
            runs.append([value])
    to = {"en": " to ", "zh": "到"}[language]
    return [said for run in runs for said in ([f"{run[0]}{to}{run[-1]}"] if len(run) > 2 else map(str, run))]


def abstention(slate: Slate, domain: Domain, language: Language) -> str:
    """That nothing satisfies the request, what a rule holds back of what would, and which single constraint to relax,
    with the count it would free.
    """
    wanted = [
        constraint(field, operator, value, domain, language)
        for field, bounds in slate.constraints.items()
        for operator, value in bounds.items()
    ]
    if not wanted:
        if language == "zh":
            said = f"没有可以推荐的{domain.items.zh}了：其余的要么你已经接触过，要么按规则不能推荐。"
        else:
            said = (
                f"There is no {domain.item.en} left to recommend: you know the rest already, or a rule holds it back. "
            )
    elif language == "zh":
        said = f"目录里没有同时满足这些条件的{domain.items.zh}：{'、'.join(wanted)}。"
    else:
        said = f"No {domain.item.en} here satisfies all of this: {', '.join(wanted)}. "
    held = _held(slate.held_back, domain, language)
    space = " " if language == "en" and held else ""
    return (said + held + space + _relax(slate.relax, domain, language)).strip()


def abstains(text: str, domain: Domain) -> bool:
    """Whether a reply says, in the words above, that nothing satisfies the request."""
    starts = (
        f"No {domain.item.en} here satisfies",
        f"There is no {domain.item.en} left",
        "目录里没有同时满足",
        "没有可以推荐的",
    )
    return any(start in text for start in starts)


_HELD: dict[Language, dict[Barrier, tuple[str, str]]] = {
    "en": {
        "seen": ("{n} {item} would fit, but you know it already.", "{n} {item} would fit, but you know them already."),
        "excluded": (
            "{n} {item} would fit, but you have been shown it or turned it down.",
            "{n} {item} would fit, but you have been shown them or turned them down.",
        ),
        "availability": (
            "{n} {item} would fit, but it is not available to you.",
            "{n} {item} would fit, but they are not available to you.",
        ),
        "age": ("{n} {item} would fit, but only for an older age.", "{n} {item} would fit, but only for an older age."),
    },
    "zh": {
        "seen": ("有{n}个{item}符合，但你已经接触过。",) * 2,
        "excluded": ("有{n}个{item}符合，但已经给你看过或被你否决了。",) * 2,
        "availability": ("有{n}个{item}符合，但你那里暂时没有。",) * 2,
        "age": ("有{n}个{item}符合，但有年龄限制。",) * 2,
    },
}


def _held(held_back: dict[Barrier, int], domain: Domain, language: Language) -> str:
    """What would fit but for the one rule that holds most of it back; empty where none does."""
    barrier = max(held_back, key=lambda name: held_back[name], default=None)
    if barrier is None:
        return ""
    count = held_back[barrier]
    noun = domain.item if count == 1 else domain.items
    return _HELD[language][barrier][count > 1].format(n=count, item=noun.zh if language == "zh" else noun.en)


def _relax(relax: list[Relaxation], domain: Domain, language: Language) -> str:
    """The one constraint to drop, or the smallest set when no single one helps; nothing when nothing would."""
    if not relax:
        return ""
    together = [r for r in relax if r.together] or relax[:1]
    named = [constraint(r.field, r.operator, r.value, domain, language) for r in together]
    count = together[0].items
    if language == "zh":
        return f"如果放宽“{'、'.join(named)}”，就有{count}个选择。"
    noun = f"is {count} {domain.item.en}" if count == 1 else f"are {count} {domain.items.en}"
    return f"Relax '{', '.join(named)}'{' together' * (len(named) > 1)} and there {noun} to choose from."


def small_talk(domain: Domain, language: Language, kind: str = "") -> str:
    """The reply to a greeting, to thanks or to a question about something else when no model can write one."""
    if kind == "thanks":
        return (
            f"不客气！还想找{domain.items.zh}就告诉我。"
            if language == "zh"
            else "You are welcome. Tell me if you want more."
        )
    if kind == "out_of_scope":
        if language == "zh":
            return f"这个我帮不上忙，我只推荐{domain.items.zh}。"
        return f"I cannot help with that: I only recommend {domain.items.en}."
    if language == "zh":
        return f"你好！告诉我你想找什么样的{domain.items.zh}，我来推荐。"
    return f"Hello! Tell me what kind of {domain.items.en} you are looking for."


def held(review: str, language: Language) -> str:
    """That a generated text is not shown before a person has read it."""
    if language == "zh":
        return f"这段文字需要先由人工审核，审核编号 {review}，通过之前不会显示。"
    return f"This text waits for a person's review, number {review}; it is not shown before that."
