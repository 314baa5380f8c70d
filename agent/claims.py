"""What a sentence claims beside names, figures and facets: about the reader, others, the world, and the writer.

Each rule is a way small models invent. A rule fires on the words alone and is silenced by evidence that says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.figures import shares
from agent.grounds import Grounds
from tools.domain import Words

_DID = r"liked|loved|watched|rated|enjoyed|seen|saw|read|bought|played|gave"
_HAVE = r"\byou(?:'ve|’ve| have)?(?: already| previously| also| really)?"
_TASTE = re.compile(
    r"(?<!if )(?<!if what )(?<!when )(?<!because )(?<!chance )(?<!would )(?<!do )(?<!what )"
    r"\byou (?:often |usually |always |generally |tend to |typically |really |also )?"
    r"(?:like|love|enjoy|prefer|watch|read|listen|buy|play)s?\b(?P<of>[^,.;!?]*)"
    r"|(?<!如果)(?<!若)(?<!要是)(?<!只要)(?<!假如)(?<!预计)"
    r"你(?:常常?|经常|一向|总是|一直|平时|很|最|也|特别|非常)?(?:喜欢|爱|偏爱|热爱)(?P<zh>[^，。；！？]*)",
    re.IGNORECASE,
)
_PEOPLE = r"(?:people|users|viewers|others|readers|fans|lovers|audiences|customers)"
_OTHERS = re.compile(
    rf"\b{_PEOPLE} (?:like you|similar|with|who|also|have|rated|close|in your|often|go)"
    rf"|\b{_PEOPLE} (?:(?:really|always|all|will) )?"
    r"(?:lov|lik|enjoy|rat|watch|ador|agree|recommend|say|said|prais|pick|cho)\w*"
    rf"|\b(?:many|most) {_PEOPLE}\b|\b(?:users|viewers|audiences)\b|用户|观众"
    r"|\b(?:loved|liked|enjoyed|recommended|chosen|picked|watched|played|read|seen|tried) by\b"
    r"|\bmost[- ](?:watched|read|played|liked|loved|chosen|recommended|picked|wanted|seen)\b"
    r"|(?:其他|相似|类似|同好|很多|许多|多数|大多|接近的?|同类的?)(?:的)?(?:用户|观众|读者|人|影迷|朋友)"
    r"|(?:粉丝|影迷|爱好者|家人|朋友)[^，。]{0,3}(?:都|喜欢|爱|推荐|说)",
    re.IGNORECASE,
)
_LIKE_YOU = re.compile(r"like you\b|similar|clos(?:e|est)|your taste|相似|类似|接近|同好|同类", re.IGNORECASE)
_MOST = re.compile(
    r"\b(?:most|majority|nearly all|almost all)\b(?! of all)[^,.;]{0,12}(?:users|people|viewers|readers|who)"
    r"|大多|多数|绝大部分",
    re.I,
)
_ALL = re.compile(
    r"\ball (?:the |of the )?(?:\d+ )?(?:users|people|viewers|readers)\b|(?:用户|观众|读者|人)(?:们)?(?:全都|全部|都)",
    re.IGNORECASE,
)
ENOUGH = 5  # users, below which nothing may be said of "people like you"
# What no evidence of ours ever says; where one does, its own words let the sentence stand.
_BY_WORDS = (
    (
        "that the reader dislikes something",
        r"\byou(?:['’]ve| have)? (?:never|not|didn['’]?t|haven['’]?t|don['’]?t)(?: really| ever)?"
        r" (?:lik|lov|enjoy|rat)\w*|\byou(?:['’]ve| have)? (?:hated?|disliked?|loathed?)\b"
        r"|你(?:从来?|并|也|一直)?(?:不喜欢|没喜欢过|讨厌|不爱)",
    ),
    (
        "that the reader knows this one",
        rf"\byou(?:['’]ve| have)?(?: already)? (?:{_DID}) (?:it|this|that one)\b"
        r"|你[^，。]{0,4}(?:看过|读过|评过|打过|玩过|听过|买过)(?:了)?(?:它|这部|这本|这个|这首|此)",
    ),
    (
        "what everybody thinks",
        r"\b(?:every|no)(?:one|body| one)\b[^,.;]{0,20}\b(?:lov|lik|enjoy|hat|dislik|rat|saw|watch|agree)\w*"
        r"|\b(?:your|all|most|many)(?: of)?(?: your)? (?:friends|neighbou?rs)\b|\bnone of the\b"
        r"|\b(?:hated|disliked|panned) by\b|\brated [^,.;]{0,12}\b(?:badly|poorly|low)\b"
        r"|大家都|人人|所有人|没有?人|朋友们?都|差评|评价很低",
    ),
    (
        "what the world knows",
        r"\b(?:award|oscar|prize|nominat|acclaim|adapt)\w*|\b(?:emmy|grammy|palme|critic|reviewer|sequel|prequel|remake)s?\b"
        r"|\bbox[- ]office\b|\b(?:highest|top)[- ]grossing\b|\bblockbuster|\bbest-?sell|\bspin-?off\b|\bbased on\b"
        r"|\btrue story\b|\bwon\b(?!['’])|\b(?:netflix|hulu|disney|amazon)\b|\bstreaming\b|\b(?:for free|free on)\b"
        r"|奥斯卡|获奖|得奖|大奖|金[像狮熊棕]|提名|票房|续集|前传|翻拍|改编|真实故事|影评|畅销|网飞|免费|流媒体",
    ),
    (
        "what the writer did",
        r"\bI(?:['’]ve| have| just)?(?: just)?"
        r" (?:called|used|ran|searched|checked|queried|watched|saw|read|cried|asked)\b"
        r"|\b(?:my|our) (?:database|tools?|records?|system|algorithm)\b|\btool calls?\b"
        r"|我(?:刚|刚刚|已经?)?(?:看过|搜索|查询|查了|调用|用了|搜了)|数据库",
    ),
)
_COMPILED = [(subject, re.compile(pattern, re.IGNORECASE)) for subject, pattern in _BY_WORDS]

_NAMED = r"([^,.;:!?()，。；：！？（）]+)"
_BY_ZH = r"由([^，。；]{2,30}?)"
_ROLES = [  # how a field of that role is called, and the words around a name in it
    (role, re.compile(pattern, re.IGNORECASE))
    for role, pattern in (
        ("direct", rf"\b(?:directed|helmed) by {_NAMED}|{_BY_ZH}(?:导演|执导)|导演(?:是|为){_NAMED}"),
        ("writ|author", rf"\b(?:written|penned|authored) by {_NAMED}|{_BY_ZH}(?:编剧|所著|写的)"),
        ("cast|actor|star|perform", rf"\b(?:starring|featuring) {_NAMED}|{_BY_ZH}(?:主演|出演)"),
    )
]
_BETWEEN = re.compile(r"\s*(?:\band\b|&|和|与|、)\s*", re.IGNORECASE)
_AFTER_NAME = re.compile(
    r"\s+(?:who|which|that|with|in|as|from|is|was|are|on|for|at|of|nobody|others|about|it|this|will|you)\b.*", re.I
)
_NO_NAME = re.compile(r"(?:an?|the|its|his|her|their|your|some|several|one|two|three|no|such)\b", re.IGNORECASE)


def past(liked: Words) -> re.Pattern[str]:
    """How a sentence says that the reader liked something before, in the domain's words."""
    en, zh = re.escape(liked.en), re.escape(liked.zh)
    return re.compile(
        rf"{_HAVE} (?:{_DID}|{en})\b|\byour (?:latest|history)\b"
        rf"|你(?:曾|之前|以前|已经|最近)?(?:给[^，。]{{0,20}})?(?:喜欢过|看过|评过|打过|给过|读过|买过|听过|玩过|喜欢的|最近的|{zh})",
        re.IGNORECASE,
    )


def fault(sentence: str, grounds: Grounds, liked: re.Pattern[str]) -> str | None:
    """Why a claim in the sentence cannot stand, or None. `liked`: as `past` has it."""
    for subject, pattern in _COMPILED:
        for found in pattern.finditer(sentence):
            if found[0].casefold() not in grounds.text:
                return f"a claim about {subject} without evidence: {found[0]!r}"
    return (
        _wrong_past(sentence, grounds, liked)
        or _wrong_taste(sentence, grounds)
        or _wrong_crowd(sentence, grounds)
        or _wrong_role(sentence, grounds)
    )


def _wrong_past(sentence: str, grounds: Grounds, liked: re.Pattern[str]) -> str | None:
    """What the reader liked must be said so by evidence, and of the very titles named."""
    if not liked.search(sentence):
        return None
    told = "\n".join(text for text in grounds.evidence if liked.search(text)).casefold()
    if not told and not grounds.kinds & {"profile"}:
        return "a claim about the reader's past without evidence"
    said = sentence.casefold()
    for name in grounds.names:
        if len(name) > 2 and name not in told and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said):
            return f"{name!r} is not what the reader liked"
    return None


def taste_said(sentence: str) -> list[str]:
    """What the sentence says that the reader likes, generally and now."""
    return [found["of"] or found["zh"] or "" for found in _TASTE.finditer(sentence)]


def _wrong_taste(sentence: str, grounds: Grounds) -> str | None:
    """A taste must be said by the evidence; which values it may name, the checker holds against the same sentences."""
    if not taste_said(sentence) or grounds.kinds & {"profile"} or any(taste_said(text) for text in grounds.evidence):
        return None
    return "a claim about the reader's taste without evidence"


def _wrong_crowd(sentence: str, grounds: Grounds) -> str | None:
    """Other readers must be in the evidence, and enough of them where they are said to be like this one."""
    if not (_OTHERS.search(sentence) or _MOST.search(sentence) or _ALL.search(sentence)):
        return None
    crowds = [text for text in grounds.evidence if _OTHERS.search(text) or re.search(r"users|people|用户|位|人", text)]
    if not crowds:
        return "a claim about other readers without evidence"
    counted = [(int(part), int(whole)) for text in crowds for part, whole in shares(text)]
    near = [text for text in crowds if _LIKE_YOU.search(text)]
    if _LIKE_YOU.search(sentence):
        few = [int(part) for text in near for part, _ in shares(text) if int(part) < ENOUGH]
        if not near or few:
            return f"fewer than {ENOUGH} readers like this one are in the evidence"
    if _MOST.search(sentence) and not any(2 * part > whole for part, whole in counted):
        return "a claim about most readers without evidence"
    if _ALL.search(sentence) and not any(_ALL.search(text) for text in crowds):
        return "a claim about all readers without evidence"
    return None


def _wrong_role(sentence: str, grounds: Grounds) -> str | None:
    """A person named as maker or player must stand in a field of that role; where no item is meant, in the words."""
    for role, pattern in _ROLES:
        for found in pattern.finditer(sentence):
            said = next(group for group in found.groups() if group)
            for name in _names(said):
                if _letters(name) not in _letters(_holders(role, grounds)):
                    return f"{name!r} is not named so in the evidence"
    return None


def _names(said: str) -> Iterator[str]:
    for part in _BETWEEN.split(said.strip()):
        name = _AFTER_NAME.sub("", f"{part} ").strip(" 《》“”\"'")
        if name and not _NO_NAME.match(name):
            yield name


def _holders(role: str, grounds: Grounds) -> str:
    if grounds.people is None:
        return grounds.text
    return "\n".join(names for field, names in grounds.people.items() if re.search(role, field, re.IGNORECASE))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
