"""The words of comparisons before and after an amount, in English and Chinese."""

from __future__ import annotations

import re

COMPARED = {
    "<=": r"(?:under|below|less than) or equal to|at most|no more than|not more than|up to"
    r"|max(?:imum)?(?: of)?|within"
    r"|(?:read|ready|done|finish\w*|made|cooked|watched|played) in|capped at|<=|≤|no higher than|not over"
    r"|not above|not exceeding|不超过|不高于|不大于|不多于|最多|至多|超不过|(?:不能|不要|别|不得|不想|没法"
    r"|不可)(?:超过|高于|多于|长于)|最[高大重长贵]|上限(?:是|为)?",
    ">=": r"(?:over|above|more than) or equal to|at least|no less than|no fewer than|not less than"
    r"|min(?:imum)?(?: of)?|>=|≥|no lower than"
    r"|not under|not below"
    r"|至少|最少|最[小轻短早]|不低于|不少于|不小于|最低|起码|不短于|不要少于|不要低于|下限(?:是|为)?",
    "<": r"under|below|(?:less|lower|fewer|shorter|cheaper|smaller|lighter|younger|quicker|simpler|easier"
    r"|slower|narrower|thinner|weaker|earlier|closer|nearer|cooler|quieter) than|beneath"
    r"|less expensive than|<|低于|少于|小于|不到|不足|短于|未满|便宜于",
    ">": r"over|above|(?:more|greater|higher|longer|larger|bigger|older|heavier|better|pricier|faster"
    r"|taller|wider|thicker|deeper|stronger|later|louder|brighter|hotter) than"
    r"|upwards of|exceed(?:s|ing)?"
    r"|more expensive than|>|超过|高于|大于|多于|长于|重于",
    "~": r"around|about|roughly|approximately|approx\.?|circa|~|大约|大概|差不多|约",
    "!=": r"not|no|nothing|never|except|other than|anything but|!=|≠|不是|不要|别|除了",
    "==": r"exactly|precisely|equal(?:s|ing)? to|equals?|==?|正好|刚好|等于|恰好|必须是",
}
BEFORE = re.compile(
    "(?:" + "|".join(rf"(?P<c{n}>(?<![a-z])(?:{said}))" for n, said in enumerate(COMPARED.values())) + r")"
    r"\s*(?:the\s+|a\s+|of\s+|为|是|在|:|支持|(?:需要|要|得)?有?|(?:只?能|可以|愿意|会)?(?:付|花|出|拿出?|交|接受|承受|给)?|..?了)?\s*$",
    re.IGNORECASE,
)
NOT = re.compile(
    r"(?<!why )(?:\b(?:nothing|none|neither|not|no|never|avoid\w*|without|cannot|unable)|\b(?:do|does|did|is"
    r"|are|was|were|wo|would|should|could|ca|must|have|has|had|need)n['’]?t"
    r"|\bcan['’]?t)(?:\s+(?!mind|care|know|matter|think)[a-z]+(?=\s))?"
    r"(?:\s+(?:want|need|like|to|see|watch|play|read|anything|something|any|that|which|is|are|be"
    r"|it|them|ones?|really|much|spend|pay|afford|go|able|exceed|sit|still|walk|drive|travel|wait|ride|commute|stay|carry|leave|have"
    r"|run\w*|last\w*|takes?|cost\w*|priced|rated|with|an?|the|for))*\s*$|(?:不要|不想要?|别|不能)$",
    re.IGNORECASE,
)
_LEAST = r"(?:[^,.;!?，。；]{0,25}?\s)?is the (?:minimum|least)(?:\s+(?:that\s+)?(?:i|we)\s+\w+)?"
AFTER = {
    "==": r",?\s*no more (?:and|or|,) no (?:less|fewer)(?!\s+than)|不多不少",
    ">=": rf"{_LEAST}|\+|(?:or|and)\s+(?:more|higher|above|over|up(?:wards)?|longer|better|older|greater|larger"
    r"|bigger|beyond|heavier)(?!\s+than)"
    r"|at (?:the )?(?:very )?(?:least|earliest|shortest)|min(?:imum)?(?![a-z])|plus(?![a-z])"
    r"|[及或和]?(?:以上|之上|更高|更多)|起|往上",
    "<=": r"(?:or|and)\s+(?:less|lower|under|below|fewer|shorter|cheaper|younger|smaller"
    r"|lighter)(?!\s+than)|max(?:imum)?(?![a-z])"
    r"|is (?:the most|the maximum|my (?:limit|max(?:imum)?))"
    r"(?:\s+(?:that\s+)?(?:i|we)\s+(?:can|could|will|would)\s+\w+)?"
    r"|,?\s*(?:but\s+)?(?:not|no|never)\s+(?:more|a\s+\w+\s+(?:more|over))(?!\s+than)"
    r"|tops(?![a-z])|at (?:the )?(?:very )?(?:most|longest|latest|heaviest|highest)"
    r"|[及或和]?(?:以下|之下|更少|更低)|以内|之内|内(?![容存地向心在部])|封顶"
    r"|[就可]?[能以]?(?:[看读听玩做吃]完|搞定)",
    "~": r"or so(?![a-z])|左右|上下|前后",
}
POST = re.compile(
    r"\s*(?:away\s+|远\s*)?(?:" + "|".join(rf"(?P<p{n}>{said})" for n, said in enumerate(AFTER.values())) + ")",
    re.IGNORECASE,
)
