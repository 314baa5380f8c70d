"""What a message does, by rules in English and Chinese.

    read("which of the two is shorter?", ...)  ->  compare, the two items of the last slate, by runtime, less

The rules are about how people ask and not about what the items are. Where they are not `sure`, the model may still find
that the message wants nothing; what it does when something is wanted is decided here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agent.dialogue.attributes import AVAILABILITY, DESCRIPTION, asked, compared
from agent.dialogue.references import Focus, References
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.intent import Intent

Kind = Literal[
    "recommend",
    "refine",
    "similar",
    "feedback",
    "compare",
    "explain",
    "look_up",
    "summarize",
    "translate",
    "compose",
    "small_talk",
    "out_of_scope",
    "start_over",
]
Verdict = Literal["liked", "disliked", "seen", "chosen"]


@dataclass(frozen=True)
class Act:
    """`items`: catalogue indices meant. `fields`: asked for, or to compare by (`more` of it wins, None: all of them).
    `verdicts`: item -> what was said of it. `others`: what was shown is not wanted again. `text`, `copy`: what to
    translate or summarise, and the kind of text to compose.
    """

    kind: Kind
    sure: bool = True
    items: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()
    more: bool | None = None
    verdicts: tuple[tuple[int, Verdict], ...] = ()
    others: bool = False
    text: str = ""
    copy: str = ""

    @property
    def wants(self) -> bool:
        """Whether a slate is wanted."""
        return self.kind in ("recommend", "refine", "similar", "feedback")


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


PLEASANTRY = _words(
    r"\W*(?:(?:hi|hello|hey|good (?:morning|evening|day|night)|thanks?|thank you|thx|cheers|bye|goodbye|see you"
    r"|ok(?:ay)?|great"
    r"|cool|nice|perfect|awesome|how are you|你好|您好|嗨|哈喽|谢谢|多谢|感谢|再见|拜拜|好的|早上好|晚上好|早安"
    r"|晚安|你好吗|太好了|不错)"
    r"(?:[\s,.!]*(?:there|you|a lot|so much|very much|again|then|everyone|啦|了|你|您|啊|呀))?[\s,.!，。！、]*)+\W*"
)
_THANKS = _words(r"\b(?:thanks|thank you|cheers|bye|goodbye|good night)\b|谢谢|感谢|再见|拜拜|晚安")
_START_OVER = _words(
    r"\bstart(?:ing)? (?:over|again|afresh|from scratch)\b|\b(?:new|fresh) (?:start|search)\b|\bfrom scratch\b"
    r"|\bbegin again\b"
    r"|\b(?:reset|clear|forget) (?:all|everything|it all|the (?:filters|constraints|conversation)"
    r"|what i (?:said|told you|asked))"
    r"|^\W*reset\W*$|重新开始|重新来|从头(?:再)?(?:来|开始)|清空|重置|忘(?:掉|了)(?:刚才|之前|前面|所有)|(?:刚才|之前|前面)说的都?不算"
)
_WISH = _words(
    r"\b(?:recommend|suggest(?:ion)?s?|show me|find me|looking for|give me|i (?:want|need|fancy)|(?:i"
    r"|we)(?:['’]d| would) (?:like|love)|what (?:should|can|could|else)"
    r"|anything|something|some|any|got any|do you have|is there|are there|in the mood for|how about|what about"
    r"|what(?:['’]s| is) (?:a|the|your) (?:good|best|next|top))\b"
    r"|推荐|想[看要听读玩买找]|要[看一]|找[一几个部本]?|来[一几点个部本首款]|给我|有没有(?!货)|有什么|有啥|求|看什么|听什么|读什么|玩什么|买什么"
)
_OTHERS = _words(
    r"\b(?:something|anything|someone|show me|what|any) else\b|\b(?:other|another|different|more|new) (?:ones?"
    r"|options?|ideas?|suggestions?|recommendations?)\b"
    r"|\b(?:some|any|a few|show me|give me|anything) (?:more|others?)\b(?! \w+(?:er|ive|ent)\b)|\banother\b"
    r"|\bnext\W*$|^\W*more\W*$|\bnone of (?:these|those|them)\b"
    r"|\b(?:don['’]?t|do not|didn['’]?t) (?:like|want) any of (?:these|those|them)\b"
    r"|别的|其他的?|其它的?|换(?:一[批些个组]|几个|个|点)|还有(?:吗|没有|别的|其他|什么)|再来|再推荐|下一[个部批]|都不(?:要|喜欢|想|行|好)"
)
_WHY = _words(
    r"^\W*(?:but |and |so )?why\b(?! not)|\bhow come\b|\bwhat made you\b|\bexplain\b|为什么|为何|为啥|凭什么"
    r"|怎么会推荐|理由|解释"
)
_COMPARE = _words(
    r"\bcompar\w+\b|\bdifference\w* between\b|\bversus\b|\bvs\b|\bwhich (?:one|of|is|has|are|film|movie|game"
    r"|book|song|product|\w+ is)\b"
    r"|比较一?下|对比|区别|差别|不同|相比|哪[个一部款本首][^？?]{0,12}(?:更|最|比较|些|点)|谁更"
)
_QUESTION = _words(
    r"[?？]\s*$|^\W*(?:and |so |but )?(?:who|what|when|where|how|which|is|are|was|were|does|do|did|can|could"
    r"|has|have|tell me)\b"
    r"|谁|什么|多少|多[长久大]|几[年个岁分人]|[吗呢]|哪|是不是|有没有|怎么|介绍|说说"
)
_ASKING = _words(
    r"^\W*(?:and |so |but )?(?:who|what|when|where|how|why|is|are|was|were|does|do|did|solve|calculate|write"
    r"|tell me|explain)\b|吗\W*$|什么|怎么|多少|为什么|几[点号]"
)
_SIMILAR = _words(
    r"(?<!would )(?<!['’]d )(?<!\bi )(?<!really )\b(?:like|similar to|in the (?:vein|style|spirit|mood) of"
    r"|along the lines of|reminds? me of|same as)\b"
    r"|\bsimilar\b|像|类似|差不多|一样的|同类|风格"
)
_TAKE = _words(
    r"\b(?:i|we)(?:['’]?ll| will) (?:take|go (?:with|for)|watch|play|buy|read|have|try|pick|choose)\b"
    r"|\blet['’]?s (?:go with|take|watch|play|try)\b"
    r"|\bthat(?:['’]s| is) (?:it|the one|perfect|what i wanted)\b|\bsounds (?:good|great|perfect)\b|就(?:这|它"
    r"|那|要|看|选|买|玩|听|读)|(?:我)?(?:选|要|看)第|听起来不错|就它"
)
_NOT_YET = _words(
    r"\b(?:have|has|had|['’]ve)(?:n['’]?t| not| never)\b|\b(?:not|never|un)[ -]?(?:yet )?(?:seen|watched|played"
    r"|read|heard|tried)\b|\bnothing i(?:['’]ve| have)\b|没[有]?(?:看|玩|读|听|买|用|试)过"
)
_SEEN = _words(
    r"\balready (?:seen|saw|watched|read|played|heard|own(?:ed)?|have|had|got|bought|tried|know|did)\b"
    r"|\b(?:i|we)(?:['’]ve| have)? (?:just )?(?:seen|saw|watched|played|heard|own|owned|bought|tried|finished|know)\b"
    r"|\b(?:i|we)(?:['’]ve| have) (?:read|got)\b|^\W*(?:seen|watched|played|read|heard|own|know|got)\b"
    r"|\b(?:seen|read|played|watched|have) (?:it|that|this|them|those|both)(?: (?:one|already|before))?\b"
    r"|(?:看|玩|读|听|买|用|试|吃|去)过|已经(?:有|看|玩|读|听|买)|看完了|我有了"
)
_DISLIKED = _words(
    r"\b(?:hated?|dislik\w+|despised?|can['’]?t stand|(?:did|do|does)(?:n['’]?t| not) (?:really |much )?(?:like"
    r"|enjoy|want|fancy|care for|love)"
    r"|(?:not|wasn['’]?t|isn['’]?t) (?:really )?(?:a fan|into|for me|good|my (?:thing|taste)|interested)"
    r"|no interest in|terrible|awful|boring|rubbish|bad|the worst|not)\b"
    r"|不(?:太|怎么|是很)?(?:喜欢|爱|感兴趣|想要|想看|好看|好玩|好听|要|行)|讨厌|难看|难听|无聊|太烂|烂片|没意思"
)
_LIKED = _words(
    r"\b(?:love[ds]?|like[ds]?|enjoy(?:ed)?|adored?|great|good|perfect|awesome|excellent|amazing|fantastic|brilliant|favou?rites?)\b"
    r"|喜欢|爱看|爱听|爱玩|好看|好玩|好听|很棒|太棒|不错|很好|精彩"
)
_CLAUSE = re.compile(
    r"[.;!?。；！？\n]+|[,，]\s*(?:but|and i|while|although|though)\b|\bbut\b|[,，]?\s*(?:但是?|不过|可是)"
    r"|[,，](?=\s*(?:i\b|the (?:first|second|third|last|other)|got|any|can|could|what|do you|show|give"
    r"|something|我|第|不|有|能|给))",
    re.IGNORECASE,
)
_TASKS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("summarize", _words(r"\bsummari[sz]e\b|\bsum up\b|\bsummary of\b|\btl;?dr\b|总结|概括|概述|摘要")),
    ("translate", _words(r"\btranslat(?:e|ion)\b|翻译|译成|译为")),
    (
        "compose",
        _words(
            r"\b(?:write|compose|draft|create|make)\b[^.?!]{0,40}\b(?:blurb|push|title|headline|story|poem|brief|trailer|script|description|email|e-mail|tweet|post|ad|slogan|notification|review)\b"
            r"|写[^。？！]{0,10}(?:推荐语|文案|推送|标题|故事|诗|简报|快讯|预告|脚本|描述|介绍|邮件|广告|短评)"
        ),
    ),
)
_COPY: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("push_title", _words(r"\bpush|headline|notification|\btitle\b|推送|标题")),
    ("trailer_script", _words(r"trailer|script|预告|脚本")),
    ("news_brief", _words(r"news|brief|简报|快讯|新闻")),
    ("product_description", _words(r"description|描述|商品介绍")),
    ("story", _words(r"\bstory\b|故事")),
    ("poem", _words(r"\bpoem\b|诗")),
    ("email", _words(r"e-?mail|邮件")),
    ("blurb", _words(r"")),
)


class Acts:
    """The reader for one catalogue."""

    def __init__(self, catalogue: Catalogue, domain: Domain) -> None:
        self.catalogue, self.domain = catalogue, domain
        self.references = References(catalogue, domain.item.en)
        nouns = {domain.item.en, domain.items.en}
        self._noun = _words(rf"\b(?:{'|'.join(map(re.escape, nouns))})\b|{re.escape(domain.item.zh)}")

    def read(self, words: str, intent: Intent, focus: Focus, answering: bool = False) -> Act:
        """`intent`: what `words` ask for; `answering`: the last reply ended with a question."""
        if self.starts_over(words) or intent.reset:
            rest = bool(intent.filters or _WISH.search(_START_OVER.sub(" ", words)))
            return Act("recommend" if rest else "start_over")
        if PLEASANTRY.fullmatch(words):
            return Act("small_talk")
        readers = (self._task, self._why, self._compare, self._look_up, self._feedback, self._similar)
        for reader in readers:
            if act := reader(words, intent, focus):
                return act
        return self._wish(words, intent, focus, answering)

    def starts_over(self, words: str) -> bool:
        return bool(_START_OVER.search(words))

    def _task(self, words: str, _: Intent, focus: Focus) -> Act | None:
        for kind, pattern in _TASKS:
            if found := pattern.search(words):
                head, _mark, text = words.partition("：" if "：" in words else ":")
                text = text.strip() if pattern.search(head) else ""
                copy = next(name for name, said in _COPY if said.search(found[0])) if kind == "compose" else ""
                items = [] if text else self.references.find(words, focus)
                return Act(kind, items=tuple(items), text=text, copy=copy)
        return None

    def _why(self, words: str, _: Intent, focus: Focus) -> Act | None:
        if not _WHY.search(words):
            return None
        items = self.references.find(words, focus)
        if not items and re.search(r"\b(?:recommend|pick|choose|suggest|show)\w*\b|推荐|选", words, re.IGNORECASE):
            items = list(focus.slate)
        return Act("explain", items=tuple(items)) if items else None

    def _compare(self, words: str, intent: Intent, focus: Focus) -> Act | None:
        if not _COMPARE.search(words):
            return None
        named = self.references.titled(words, focus) or self.references.find(words, focus, pairs=True)
        by = compared(words, self.catalogue)
        explicit = len(named) > 1
        items = named if explicit else list(focus.slate)
        clear = (
            explicit or bool(by) or bool(re.search(r"\bcompar|difference|比较|对比|区别|差别", words, re.IGNORECASE))
        )
        if len(items) < 2 or not clear or (intent.filters and not explicit):
            return None
        return Act("compare", items=tuple(items), fields=(by[0],) if by else (), more=by[1] if by else None)

    def _look_up(self, words: str, intent: Intent, focus: Focus) -> Act | None:
        if not _QUESTION.search(words):
            return None
        fields = asked(words, self.catalogue)
        items = self.references.find(words, focus)
        wished = _WISH.search(words) and not (fields and set(fields) & {DESCRIPTION, AVAILABILITY})
        if wished and not (items and fields and not intent.filters):
            return None
        if not items and fields is not None and (tail := _tail(words)):
            near = self.references.nearest(tail)
            items = [] if near is None else [near]
        if not items or (
            fields is None and not re.search(r"\b(?:its|whose)\b|它的|这[个部款本]的", words, re.IGNORECASE)
        ):
            return None
        return Act("look_up", items=tuple(items), fields=tuple(fields or ()))

    def _feedback(self, words: str, _: Intent, focus: Focus) -> Act | None:
        verdicts = dict(self._verdicts(words, focus))
        if not verdicts:
            return None
        return Act("feedback", verdicts=tuple(verdicts.items()), others=bool(_OTHERS.search(words)))

    def _verdicts(self, words: str, focus: Focus) -> Iterator[tuple[int, Verdict]]:
        for clause in filter(None, _CLAUSE.split(words)):
            asks = clause.rstrip().endswith("吗") or words.rstrip().endswith(
                (f"{clause.strip()}?", f"{clause.strip()}？")
            )
            verdict = None if asks else _verdict(clause)
            items = self.references.find(clause, focus)
            if verdict == "liked" and _SIMILAR.search(clause) and not re.search(r"\b(?:i|we)\b", clause, re.IGNORECASE):
                verdict = None
            if verdict and not items and verdict == "seen" and len(clause.split()) <= 4 and focus.slate:
                items = [focus.slate[0] if focus.last is None else focus.last]
            if _OTHERS.search(clause) and len(items) == len(focus.slate):
                items = []  # "none of these" passes them over, and says nothing of any one
            for item in items:
                if verdict:
                    yield item, verdict

    def _similar(self, words: str, intent: Intent, focus: Focus) -> Act | None:
        items = [self.catalogue.index(i) for i in intent.like if i in self.catalogue.ids]
        items += [
            focus.slate[n - 1 if n > 0 else n]
            for n in intent.like_shown
            if -len(focus.slate) <= n <= len(focus.slate) and n
        ]
        if not items and _SIMILAR.search(words):
            items = self.references.find(words, focus)
            if items and not self.references.titled(words, focus) and intent.critiques:
                items = []  # "like the second one but newer" is a wish against it, and read as such
        return Act("similar", items=tuple(items), others=bool(_OTHERS.search(words))) if items else None

    def _wish(self, words: str, intent: Intent, focus: Focus, answering: bool) -> Act:
        others = bool(_OTHERS.search(words))
        told = bool(intent.filters or intent.soft or intent.k)
        wished = bool(_WISH.search(words) or self._noun.search(words))
        if others or intent.critiques or intent.removed:
            return Act("refine", others=others)
        if _ASKING.search(words) and not _WISH.search(words):
            return Act("recommend" if told or wished else "out_of_scope", sure=False)
        if not told and not wished and thanks(words):
            return Act("small_talk")
        if focus.shown or answering:  # in the middle of a recommendation a statement is about it
            return Act("refine")
        return Act("recommend", sure=told or wished)


def thanks(words: str) -> bool:
    return bool(_THANKS.search(words))


def _verdict(clause: str) -> Verdict | None:
    """What is said of the items that a clause names."""
    if _TAKE.search(clause):
        return "chosen"
    if _WISH.search(clause) and not re.search(r"\b(?:don['’]?t|not)\b|不", clause, re.IGNORECASE):
        return None
    if _DISLIKED.search(clause) and not _NOT_YET.search(clause):
        return "disliked"
    if _LIKED.search(clause) and re.search(
        r"\b(?:i|we|was|is|were|great|perfect|love|liked)\b|[\u3400-\u9fff]", clause, re.IGNORECASE
    ):
        return "liked"
    return "seen" if _SEEN.search(clause) and not _NOT_YET.search(clause) else None


def _tail(words: str) -> str:
    """What may be a title at the end of a question: after its verb."""
    found = re.search(
        r"\b(?:directed|made|wrote|writes|designed|developed|sang|sings|in|is|was|does|did|about|of|starr?ing|stars)\s+(?P<said>[^?]+?)"
        r"(?:\s+(?:about|cost|available|in stock|last|released|made|come out|long))?\s*\?*$",
        words,
        re.IGNORECASE,
    )
    return found["said"].strip() if found else ""
