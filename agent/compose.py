"""New copy about one item for one reader: the model writes the lines, code puts the title, year and price around them.

The model never sees how the title is spelled: it writes TITLE, and code fills it in. Factual kinds are held against the
item, its description and the reader's profile word by word; a story or a poem may be invented, but no numbers, names or
other titles.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

import prompts
from agent import phrases
from agent.brief import kind_of
from agent.check import Checked
from agent.field_names import field_name
from agent.grounds import Grounds
from agent.llm import LLMUnavailable
from agent.order import Order, Work, examples
from agent.persona import gather
from agent.untrusted import fenced, sanitize
from agent.write import NAMES
from tools.bus import Evidence
from tools.domain import Domain, Language
from tools.profile.records import Profile
from tools.slate import SlateItem
from tools.store import Item

Kind = Literal["blurb", "push_title", "story", "poem", "news_brief", "trailer_script", "product_description", "email"]
TITLE = "TITLE"
MAX_DESCRIPTION = 600
_DANGLING = re.compile(r"(?:[,，、:：《(（“]|\b(?:and|or|the|a|an|of|with|by|for|to|is)|[是和与的])\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Form:
    """`lines` of a text of medium length (least, most), each at most `limit` characters (en, zh)."""

    asked: str
    lines: tuple[int, int]
    limit: tuple[int, int]
    invented: bool = False
    around: tuple[str, str] = ("**{title}**{year}\n\n{body}", "**{title}**{year}\n\n{body}")


FORMS: dict[Kind, Form] = {
    "blurb": Form("a blurb that makes the reader curious", (2, 3), (140, 60)),
    "push_title": Form(
        "one push notification title", (1, 1), (50, 24), around=("{title}: {body}", "《{title}》：{body}")
    ),
    "story": Form("a very short invented story in its mood", (3, 6), (160, 60), True),
    "poem": Form("a short poem in its mood", (4, 8), (60, 20), True),
    "news_brief": Form("a news brief", (2, 3), (160, 60)),
    "trailer_script": Form(
        "a trailer script, one spoken line after another", (3, 5), (90, 36),
        around=("**{title}**{year}\n\n{body}\n\n{title}.", "**{title}**{year}\n\n{body}\n\n《{title}》。"),
    ),
    "product_description": Form(
        "a product description", (2, 4), (140, 60), around=("**{title}**{year}{price}\n\n{body}",) * 2
    ),
    "email": Form(
        "the body of a short e-mail to the reader", (2, 4), (160, 60),
        around=("Subject: {title}\n\nHello,\n\n{body}\n\nBest wishes", "主题：{title}\n\n你好！\n\n{body}\n\n祝好"),
    ),
}  # fmt: skip
_MORE = {"short": 0.5, "medium": 1.0, "long": 2.0}


async def compose(order: Order, item: Item, kind: Kind, profile: object) -> Work:
    """Without an engine, or when nothing it writes is borne out, the facts speak and the work is degraded."""
    form, prompt = FORMS[kind], prompts.load("generate_compose")
    work = Work(prompt=prompt.label)
    likes = _likes(profile, order.box.domain, order.language)
    shown = _shown(item, likes)
    grounds = _grounds(order, shown, item)
    count = _count(form, order.length)
    system = prompt.render(
        what=form.asked,
        most=str(count[1]),
        item=order.box.domain.item.en,
        tone=order.tone,
        language=NAMES[order.language],
    )
    request = _request(order, kind, shown, item)
    limit = form.limit[order.language == "zh"]
    try:
        lines = await work.lines(order, system, examples("generate_compose")[order.language], request, count, limit)
    except LLMUnavailable:
        lines = []
    kept = [line for line in (_held(order, work, line, grounds, item, form) for line in lines) if line]
    if not kept:
        work.degraded, work.prompt = True, prompt.label if lines else None
        kept = facts_told(shown, order.box.domain, order.language)[: count[1]]
    work.text = _around(form, kept, item, order)
    return work


def _held(order: Order, work: Work, line: str, grounds: Grounds, item: Item, form: Form) -> str:
    """The line with the title in, or nothing."""
    if _DANGLING.search(line):
        return ""
    title = phrases.plain(item.title)
    quoted = f"《{title}》" if order.language == "zh" else title
    filled = line.replace(f"《{TITLE}》", TITLE).replace(f"“{TITLE}”", TITLE).replace(TITLE, quoted)
    checked: Checked = order.checker.sentences(filled, replace(grounds, told=None) if form.invented else grounds)
    work.cuts += checked.cuts
    return checked.text


def _grounds(order: Order, shown: SlateItem, item: Item) -> Grounds:
    held = order.checker.grounds(shown)
    if not item.description:
        return held
    description = item.description[:MAX_DESCRIPTION]
    more = order.checker.text_grounds(description)
    return replace(
        held,
        facts=(*held.facts, description),
        told=(*(held.told or ()), description),
        allowed=held.allowed | more.allowed,
        evidence=(*held.evidence, description),
    )


def _shown(item: Item, likes: dict[str, str]) -> SlateItem:
    """The item as a slate would show it; what the reader likes of it is its evidence."""
    attributes = {"tags": item.tags, **{k: v for k, v in item.attributes.items() if v is not None}}
    values = {str(v) for value in attributes.values() for v in (value if isinstance(value, list) else [value])}
    both = [(value, name) for value, name in likes.items() if value in values]
    evidence = []
    if both:
        en, zh = " and ".join(value for value, _ in both), "和".join(name for _, name in both)
        evidence = [Evidence(kind="profile", text=f"you like {en}", text_zh=f"你喜欢{zh}")]
    return SlateItem(rank=1, item_id=item.item_id, title=item.title, score=0, attributes=attributes, evidence=evidence)


def _likes(profile: object, domain: Domain, language: Language) -> dict[str, str]:
    """What the reader likes, as catalogued -> as said in the language; empty where profiling is off."""
    if not isinstance(profile, Profile):
        return {}
    return dict(gather(profile, domain, language).get("likes", ()))


def _request(order: Order, kind: Kind, shown: SlateItem, item: Item) -> str:
    about = f"{kind}\nTITLE: {kind_of(shown, order.box.domain, order.language)}"
    if shown.evidence:
        about += f"\nreader: {shown.evidence[0].text_zh if order.language == 'zh' else shown.evidence[0].text}"
    return f"{about}\n{fenced(item.description, MAX_DESCRIPTION)}" if item.description else about


def facts_told(shown: SlateItem, domain: Domain, language: Language) -> list[str]:
    """The facts in plain sentences, for want of a model's: what it is, who made it, why this reader."""
    kind = kind_of(shown, domain, language) or (domain.item.zh if language == "zh" else domain.item.en)
    clauses = [kind if language == "zh" else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"]
    for name in domain.attributes.people[:1]:
        value = shown.attributes.get(name)
        people = value if isinstance(value, list) else [] if value is None else [value]
        said = ", ".join(sanitize(str(person), 60) for person in people[:3])
        clauses += [f"{field_name(name, language)}{'：' if language == 'zh' else ': '}{said}"] if said else []
    clauses += [phrases.reasons(shown.evidence, language).rstrip(".。")] if shown.evidence else []
    return [f"{c}。" if language == "zh" else f"{c[0].upper()}{c[1:]}." for c in clauses]


def _around(form: Form, lines: list[str], item: Item, order: Order) -> str:
    zh = order.language == "zh"
    year, price = item.attributes.get("year"), item.attributes.get("price")
    said = {
        "title": phrases.plain(item.title),
        "year": f" ({year:g})" if isinstance(year, int | float) else "",
        "price": f" · {price:.2f}".rstrip("0").rstrip(".") if isinstance(price, int | float) else "",
        "body": ("\n" if form.lines[1] > 1 else "").join(lines),
    }
    template = form.around[zh]
    for name, value in said.items():
        template = template.replace(f"{{{name}}}", value)
    return template


def _count(form: Form, length: str) -> tuple[int, int]:
    most = max(1, round(form.lines[1] * _MORE[length])) if form.lines[1] > 1 else 1
    return min(form.lines[0], most), most
