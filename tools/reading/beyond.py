"""What is said of an amount right after it: "more than 40 hours is too much", "fewer than 7 is no good"."""

from __future__ import annotations

import re

FLIP = {"<": ">=", ">": "<=", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}
_TOO = re.compile(
    r"\s*(?:(?P<vain>(?:is|are|would be|['’]s)\s+(?:no (?:good|use)|useless|not enough|out of the question)"
    r"(?:\s+(?:to|for)\s+(?:me|us))?|(?:is|are)n['’]?t (?:enough|any good)|won['’]?t do\b|doesn['’]?t work\b)"
    r"|(?:is|are|would be|['’]s)\s+(?:way\s+|far\s+|just\s+|a bit\s+)?too\s+(?:(?:much|many|long|far|expensive"
    r"|high|pricey|big|heavy|late)|(?P<little>little|few|short|small|cramped|tight|low|cheap|light))\b)"
    r"|\s*的?(?:对我们?(?:来说|而言))?[\u4e00-\u9fff]{0,3}?[就都]?(?:太[多长贵久远高大]了?|(?P<scant>太[少短小低窄挤]了?|不够\w?|[住坐装放]不下))",
    re.IGNORECASE,
)
_TALL = re.compile(r"\s*(?:tall|in height)\b|\s*高", re.IGNORECASE)
_TALL_ZH = re.compile(r"身高(?:是|为|有)?\s*$")


def beyond(text: str, at: int, operator: str) -> tuple[str, int]:
    """The operator turned round where what it allows is called too much, too little or no good, and where that ends."""
    too = _TOO.match(text, at)
    if too is None or (too["vain"] and not operator):
        return operator, at
    return FLIP.get(operator, ">" if too["little"] or too["scant"] else "<"), too.end()


def tall(text: str, begin: int, start: int, end: int) -> bool:
    """ "183 cm tall", 身高一米八: the amount stands in `text[start:end]`."""
    return bool(_TALL.match(text, end) or _TALL_ZH.search(text, begin, start))
