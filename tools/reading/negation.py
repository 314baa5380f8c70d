"""How people say no, in English and Chinese, right before the thing they refuse."""

from __future__ import annotations

import re

_NOT_EN = (
    r"(?<!why )\b(?:no|not|non|without|nothing|none|neither|avoid(?:ing)?|except(?: for)?|exclud\w+|hates?|dislikes?"
    r"|never|nor|skip|(?:leav\w+|left|keep) out|minus|less|fewer|other than|instead of|rather than|(?:any\w*"
    r"|every\w*)(?: \w+)? (?:but|except)|free of"
    r"|(?:sick|tired|bored|enough) (?:of|with)|fed up with|(?:can['’]?t|cannot) (?:stand|bear)"
    r"|not (?:really )?(?:in the mood for|into|keen on|interested in|a fan of|up for)"
    r"|(?:(?:do|is|are|does|should|must)n['’]?t|(?:do|does|am|is|are|will|would|should|must) not)"
    r"(?: really)?(?: want| like| need"
    r"| feel like| care for| enjoy| have"
    r"| eat| drink| wear| speak| use| take| tolerate| work| pay(?: for)?)?"
    r"|(?:can['’]?t|cannot|won['’]?t|never) (?:eat|drink|have|watch|see|read|play|take|tolerate|use|wear|do|go"
    r"|pay(?: for)?))"
    r"(?:[\s-]+(?:an?|any|it|at|the|more|another|too|so|very|really|that|be|to|see|watch|play|read|kind|of|much|is|in|by|with"
    r"|from|into|on|for|about|made|directed|written|published|produced|anything|something|things?|ones?|behind|having|requiring|containing|including|featuring|contain|include))*"
    r"(?:[\s-]+[a-z]+[\s-]+(?:by|from|in|on|with|starring))?"
    r"[\s-]*$"
)
_NOT_ZH = (
    r"(?:(?<!要)不要|(?<!想)不想|(?<!喜欢)不喜欢|(?<!爱)不爱|(?<!是)不是|(?<!有)没有|不能|不用"
    r"|不需要|不含|不带|不太|不那么"
    r"|没那么|不看|不玩|不买|(?<![要差好])不|少(?:一?点|一?些)|(?<![特分区类级性个])别|讨厌|(?<![删解免消清废拆])除了?|排除|拒绝|避免|非|无)"
    r"(?:是|看|听|读|要|有|太|再|很|任何|那么|那种|什么|给我|推荐|来|一部|一些|的|了|类型|由|跟|和|在|用"
    r"|网上|线上|带|含|付|交|买|玩|支持|需要|放|加|吃|喝|去|到|住|做|学|选|穿)*\s*$"
)
_NEGATED = re.compile(rf"(?:{_NOT_EN}|{_NOT_ZH})", re.IGNORECASE)
_NEEDLESS = re.compile(
    r"(?:n['’]?t|not)(?: really)? need|\bno need|needn['’]?t|not necessar|unnecessary|不需要|不用|无需|不必|用不着",
    re.IGNORECASE,
)
_DOUBLE = re.compile(  # "I can't do without a pool"
    r"\b(?:can['’]?t|cannot|could\s?n['’]?t|never|won['’]?t|not)"
    r"(?:\s+(?:do|be|live|have|go|stay|manage|an?|the|room|one|in)){0,4}\s*$",
    re.IGNORECASE,
)
_AFTERWARDS = re.compile(  # X和Y都不要, 1950年以后盖的不要, 高于2000的就算了
    r"\s*的?[\u4e00-\u9fff]{0,4}?(?:[都也就全]|一律|统统)*(?:我?[用吃穿住看听骑坐玩]不惯|受不了|不要|不租|不买|不看|不玩|不选|不考虑|不想要|不行|不喜欢|免谈|算了|排除)了?"
    r"(?=\s*[啊哦吧呢]?(?:[,，。；;!！?？、\0]|$))"
    r"|\s+(?:bores?|annoys?|scares?|irritates?|depress(?:es)?)\s+(?:me|us)\b"
    r"|\s+(?:is|are)(?:n['’]?t|\s+not)\s+(?:for (?:me|us)|my (?:thing|cup of tea))\b|\s*[:,–-]?\s+no,? thanks?\b",
    re.IGNORECASE,
)
_FILLER = re.compile(r"(?:\s|\b(?:for|of|to|have|be|an?|any|the|it|with)\b|[有含带包提供是])*", re.IGNORECASE)
LOOK_BACK = 60  # characters before a name in which a negation of it may stand


def denial(text: str, at: int) -> int | None:
    """Where the negation starts that ends right before `at`."""
    begin = max(0, at - LOOK_BACK)
    found = _NEGATED.search(text[begin:at])
    if found and found[0].casefold().startswith("without") and _DOUBLE.search(text[: begin + found.start()]):
        return None
    return begin + found.start() if found else None


def refused(text: str, end: int) -> int | None:
    """Where the negation ends that follows what ends at `end`: 都不要, "bores me"."""
    found = _AFTERWARDS.match(text, end)
    return found.end() if found else None


_UNREAD = re.compile(  # "..., not leather": what is refused, and no reader knows
    r"\b(?:and|but)?\s*\b(?:no|not|without|except(?: for)?|nothing (?:with|about|from|by|in|of)|avoid(?:ing)?"
    r"|instead of|rather than|anything but)\s+(?!sure\b|only\b|just\b)[^,.;:!?()，。；：！？、\0]+?"
    r"(?=\s+(?:but|please|though)\b|[,.;:!?()，。；：！？\0]|$)"
    r"|(?:不要|不想要|别要?|不含|不带|不喜欢|讨厌|除了)[^,.;:!?()，。；：！？、\0]{1,20}",
    re.IGNORECASE,
)


def unread(text: str) -> list[tuple[int, int]]:
    """Where things are refused that no reader knows; `text` has what was read hidden. Searched for, they would be
    found.
    """
    return [found.span() for found in _UNREAD.finditer(text)]


def needless(text: str, at: int) -> bool:
    """ "I don't need breakfast" refuses none."""
    found = list(_NEEDLESS.finditer(text, max(0, at - LOOK_BACK), at))
    return bool(found) and _FILLER.fullmatch(text, found[-1].end(), at) is not None
