"""What a conversation's code says, in both languages: that a later word won, what was noted, questions and facts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from agent import phrases
from agent.acts import Verdict
from agent.dialogue.merge import Part
from agent.untrusted import sanitize
from tools.domain import Domain, Language

MAX_VALUE, MAX_ABOUT = 120, 400  # characters of one value, of a description
LISTED = 8  # values of a list that are said
AGE: dict[Language, str] = {
    "en": "Some of what fits has an age limit: are you {years:g} or older?",
    "zh": "符合的里面有些有年龄限制：你满{years:g}岁了吗？",
}
_GATE = re.compile(r"are you (\d+(?:\.\d+)?) or older\?$|你满(\d+(?:\.\d+)?)岁了吗？$")
ASKED_ALL: dict[Language, str] = {
    "en": "I have asked about everything that I know of these; tell me in your own words what is missing.",
    "zh": "我能问的都问过了；还缺什么，请直接告诉我。",
}
STARTED: dict[Language, str] = {
    "en": "All right, we start over: nothing you asked for before holds. Tell me what you would like.",
    "zh": "好的，我们重新开始，之前的要求都不算了。告诉我你想要什么样的吧。",
}
ENJOY: dict[Language, str] = {"en": "Good choice: {titles}. Enjoy!", "zh": "好选择：{titles}。祝你愉快！"}
UNKNOWN: dict[Language, str] = {"en": "the catalogue does not say", "zh": "目录里没有写"}
LACKS: dict[Language, dict[str, str]] = {
    "en": {
        "language": "The catalogue does not say which language these are in, so I could not go by that.",
        "subtitles": "The catalogue does not say which subtitles there are, so I could not go by that.",
    },
    "zh": {"language": "目录里没有写语言，所以没法按语言来挑。", "subtitles": "目录里没有写字幕，所以没法按字幕来挑。"},
}
NO_WRITER: dict[Language, str] = {"en": "I cannot write texts here.", "zh": "这里暂时不能写文字。"}
WHICH: dict[Language, str] = {
    "en": "Which one do you mean? Name a title, or its place on the list.",
    "zh": "你指的是哪一个？请说出名称，或者它在列表里的位置。",
}
_NOTED: dict[Language, dict[Verdict, str]] = {
    "en": {"liked": "you like {titles}", "disliked": "not {titles}", "seen": "you know {titles} already"},
    "zh": {"liked": "你喜欢{titles}", "disliked": "不要{titles}", "seen": "你已经看过{titles}"},
}


def gate(question: str) -> float | None:
    """The age that a question of ours is about."""
    found = _GATE.search(question)
    return float(found[1] or found[2]) if found else None


def bold(title: str) -> str:
    return f"**{phrases.plain(title)}**"


def joined(parts: Sequence[str], language: Language, word: str = "") -> str:
    """`a, b and c`, `a、b和c`; `word`: or, 或."""
    last = {"en": f" {word or 'and'} ", "zh": word or "和"}[language]
    return last.join(filter(None, [{"en": ", ", "zh": "、"}[language].join(parts[:-1]), *parts[-1:]]))


def dropped(parts: Sequence[Part], domain: Domain, language: Language) -> str:
    """One sentence: that these constraints do not hold any more, because of what was said last."""
    named = list(dict.fromkeys(phrases.constraint(*part, domain, language) for part in parts))
    if not named:
        return ""
    if language == "zh":
        return f"按你最新的说法，不再要求：{'、'.join(named)}。"
    return f"Going by your latest word, this no longer holds: {', '.join(named)}."


def noted(verdicts: dict[str, Verdict], language: Language) -> str:
    """`verdicts`: title -> what was said of it."""
    said = []
    for verdict, template in _NOTED[language].items():
        titles = [bold(title) for title, told in verdicts.items() if told == verdict]
        if titles:
            said.append(template.format(titles=joined(titles, language)))
    if not said:
        return ""
    return f"记下了：{'；'.join(said)}。" if language == "zh" else f"Noted: {'; '.join(said)}."


def question(named: str, values: Sequence[str], others: Sequence[str], language: Language) -> str:
    """Whether one field matters, of which some values are offered, or any of the others; as it is asked in one line."""
    listed = joined(others, language, {"en": "or", "zh": "或"}[language])
    offered = joined(values, language, {"en": "or", "zh": "或"}[language])
    if language == "zh":
        such = f"，比如{listed}" if others else ""
        return f"对{named}有偏好吗（{offered}），还有别的要求吗{such}？" if values else f"还有什么别的要求吗{such}？"
    such = f", such as {listed}" if others else ""
    if values:
        wish = f"As for {named}, do you have anything in mind ({offered})"
        return f"{wish}, or is there anything else I should respect{such}?"
    return f"Is there anything else I should respect{such}?"


def avoid(named: Sequence[str], language: Language) -> str:
    listed = joined(named, language, {"en": "or", "zh": "或"}[language])
    return (
        f"{listed}方面有什么不想要的吗？"
        if language == "zh"
        else f"As for {listed}, is there anything that I should avoid?"
    )


def invitation(others: Sequence[str], language: Language) -> str:
    listed = joined(others, language, {"en": "or", "zh": "或"}[language])
    return f"如果还在意{listed}，告诉我就行。" if language == "zh" else f"If you care about {listed} too, just tell me."


def value(field: str, held: Any, domain: Domain, language: Language) -> str:
    """A value of the catalogue, exactly as it is there; lists are cut with an ellipsis."""
    if isinstance(held, bool):
        return {"en": ("no", "yes"), "zh": ("否", "是")}[language][held]
    values = held if isinstance(held, list | tuple) else [held]
    said = [domain.alias(field, sanitize(str(v), MAX_VALUE), language) for v in values[:LISTED]]
    more = ["…"] if len(values) > LISTED else []
    return {"en": ", ", "zh": "、"}[language].join([*said, *more])
