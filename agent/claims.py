"""What a sentence claims beside names, figures and facets: about the reader, others, the world, and the writer.

Each rule is a way small models invent. A rule fires on the words alone and is silenced by evidence that says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Protocol

_DID = r"liked|loved|watched|rated|enjoyed|seen|saw|read|bought|played|gave"
_PAST = re.compile(
    rf"\byou(?:'ve|’ve| have)?(?: already| previously| also| really)? (?:{_DID})\b"
    r"|你(?:曾|之前|以前|已经)?(?:喜欢过|看过|评过|打过|给过|读过|买过|听过|玩过|喜欢的)",
    re.IGNORECASE,
)
_TASTE = re.compile(
    r"\byou (?:often|usually|always|generally|tend to|typically) \w+"
    r"|你(?:常|经常|一向|总是|一直|平时)(?:喜欢|爱|看|听|读|买)",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:people|users|viewers|others|readers|fans|audiences|customers)"
    r" (?:like you|similar|with|who|also|have|rated|close)"
    r"|\b(?:many|most) (?:people|users|viewers|readers|fans)\b"
    r"|(?:其他|相似|类似|同好|很多|许多)(?:的)?(?:用户|观众|读者|人|影迷)",
    re.IGNORECASE,
)
_BY_KIND = (
    (_PAST, {"profile", "neighbors"}, "the reader's past"),
    (_TASTE, {"profile"}, "the reader's taste"),
    (_OTHERS, {"neighbors", "popularity"}, "other readers"),
)
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

# "23 of the 50 users", "50 位用户中有 23 位": both figures of a share, not only each of them, must be evidence's.
_SHARE = re.compile(r"\b(?P<part>\d+) (?:out )?of (?:the |your |these |last |all )*(?P<whole>\d+)\b", re.IGNORECASE)
_SHARE_ZH = re.compile(r"(?P<whole>\d+)\s*[位个部名人][^，。；\d]{0,12}?中(?:就|共)?(?:有)?\s*(?P<part>\d+)")

_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_COUNTS = {word: str(number) for number, word in enumerate(_WORDS, 2)}
_SPELLED = re.compile(
    rf"\b(?:{'|'.join(_COUNTS)}|\w+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)(?:ty|ties)|hundreds?|thousands?|millions?"
    r"|billions?|dozens?)\b"
    r"|[一二三四五六七八九零〇]{4}(?=年)"
    r"|[二两三四五六七八九十百千万]+(?:个半?|点[一二三四五六七八九])?(?=年|小时|分钟|星|次|岁|块|元|部|名|位|季|集|亿|项|$|[，。])",
    re.IGNORECASE,
)

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


class Grounded(Protocol):
    """What a claim is held against; `agent.check.Grounds` is one."""

    @property
    def kinds(self) -> frozenset[str]: ...
    @property
    def text(self) -> str: ...
    @property
    def folded(self) -> str: ...
    @property
    def numbers(self) -> frozenset[str]: ...
    @property
    def people(self) -> Mapping[str, str] | None: ...


def fault(sentence: str, grounds: Grounded) -> str | None:
    """Why a claim in the sentence cannot stand, or None."""
    for claim, kinds, subject in _BY_KIND:
        if claim.search(sentence) and not grounds.kinds & kinds:
            return f"a claim about {subject} without evidence"
    for subject, pattern in _COMPILED:
        for found in pattern.finditer(sentence):
            if found[0].casefold() not in grounds.text:
                return f"a claim about {subject} without evidence: {found[0]!r}"
    if wrong := _shares(sentence) - _shares(grounds.text):
        part, whole = sorted(wrong)[0]
        return f"{part} of {whole} is not in the evidence"
    for found in _SPELLED.finditer(sentence):
        said = found[0].casefold()
        if said not in grounds.text and _COUNTS.get(said) not in grounds.numbers:
            return f"number {found[0]!r} is not in the evidence"
    return _wrong_role(sentence, grounds)


def _shares(text: str) -> set[tuple[str, str]]:
    return {(found["part"], found["whole"]) for share in (_SHARE, _SHARE_ZH) for found in share.finditer(text)}


def _wrong_role(sentence: str, grounds: Grounded) -> str | None:
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


def _holders(role: str, grounds: Grounded) -> str:
    if grounds.people is None:
        return grounds.text
    return "\n".join(names for field, names in grounds.people.items() if re.search(role, field, re.IGNORECASE))


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
