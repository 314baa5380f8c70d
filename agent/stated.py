"""Whether someone says in passing what they like: "I'm new; I like slow-burn noir", "我是新用户，喜欢黑色电影".

Rules, not the model, decide what is kept of a person. They prefer to miss a statement: a wish for now ("I'd like a
comedy"), a question, a dislike or a word about what was just shown is none.
"""

from __future__ import annotations

import re

READ = 1000  # characters
SHORTEST = 2  # characters of a taste

_OFTEN = (
    r"(?: (?:really|mostly|mainly|usually|generally|just|do|also|always|especially|particularly|absolutely|quite|only"
    r"|tend to|very|so|a|an|big|huge|great|total|more|most))*"
)
_EN = re.compile(
    rf"(?:(?:\bI|\bnew here(?:,| and)?){_OFTEN} (?:like|love|enjoy|prefer|adore)"
    rf"|\bI(?:['’]m| am){_OFTEN} (?:into|fond of|keen on|crazy about|fan of)"
    r"|\bmy favou?rites?(?: \w+){0,3} (?:is|are))"
    r"(?: to)?(?: (?:watch|read|see|listen to|play)(?:ing)?| watching| reading| seeing| listening to| playing)?"
    r" (?P<taste>[^.!?;\n]+)",
    re.IGNORECASE,
)
_NO_EN = re.compile(
    r"\b(?:what|which|if|whether|that|things?|films?|know|think|guess|ones?|when|because) $", re.IGNORECASE
)
_POINTING_EN = re.compile(
    r"(?:it|this|that|these|those|them|him|her|you|your|how|when|what|the (?:first|second|third|fourth|last|other)|to"
    r"|a lot|very much|both|neither|none|(?:all|some|one|none|most) of|number|the idea)\b",
    re.IGNORECASE,
)
_END_EN = re.compile(
    r",?\s*\b(?:but|so|please|however|although|though|except|(?:can|could|would|will) you|recommend|suggest|show me"
    r"|what (?:do|should|would|can|is|are)|find me|give me|any (?:ideas?|suggestions?|recommendations?)|and (?:I|hate"
    r"|dislike|don['’]t|not|want|would))\b.*$",
    re.IGNORECASE,
)
_ZH = re.compile(
    r"(?:我|本人|新用户|新人)(?:我|本人|是|个|一|名|位|的|新用户|新人|新手|新来|刚来|刚注册|刚加入|第一次|来|用|这里|这儿|[，,；;：:\s]"
    r"|平时|平常|一向|一般|最|很|特别|非常|比较|更|也|还|就|一直|真|超级?|都|只|蛮|挺|十分)*"
    r"(?:喜欢|爱看|爱听|爱读|喜爱|偏爱|热爱|钟爱)(?:看|听|读|玩|的是)?(?P<taste>[^。！？!?；;\n]+)"
)
_POINTING_ZH = re.compile(r"这|那|它|他|她|你|第[一二三四五六\d]|前|后一|上面|刚才|吗|什么|哪|的")
_END_ZH = re.compile(
    r"(?:[，,、\s]*(?:请|给我|推荐|来[一点个几部]|想|能不能|可以|可否|但|不过|然而|有没有|有什么|有啥|求|帮|不喜欢|讨厌|不要"
    r"|今[天晚]|的话|可是)).*$"
)
_ASKING_ZH = re.compile(r"(?:吗|呢|什么|哪[些个部]|是不是)\s*$")


def taste(words: str) -> str | None:
    """What the writer says they like, without what surrounds it; None when they say no such thing."""
    text = re.sub(r"[ \t]+", " ", words[:READ]).strip()
    for found in _EN.finditer(text):
        said = _END_EN.sub("", found["taste"]).strip(" ,:\"'“”")
        if not (_POINTING_EN.match(said) or _NO_EN.search(text[: found.start()]) or _asks(found, said)) and _says(said):
            return said
    for found in _ZH.finditer(text):
        said = _END_ZH.sub("", found["taste"]).strip(" ,，、:：“”").removesuffix("的")
        if not (_POINTING_ZH.match(said) or _ASKING_ZH.search(said) or _asks(found, said)) and _says(said):
            return said
    return None


def _asks(found: re.Match[str], said: str) -> bool:
    """The statement itself is the question, not what follows it."""
    end = found.end("taste")
    return found.string[end : end + 1] in ("?", "？") and said == found["taste"].strip()


def _says(said: str) -> bool:
    return len(said) >= SHORTEST and any(character.isalpha() for character in said)
