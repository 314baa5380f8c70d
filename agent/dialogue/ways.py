"""The words by which people do things in a conversation, in English and Chinese, as patterns for agent/acts.py."""

from __future__ import annotations

import re
from typing import Literal


def words_of(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


PLEASANTRY = words_of(
    r"\W*(?:(?:hi|hello|hey|good (?:morning|evening|day|night)|thanks?|thank you|thx|cheers|bye|goodbye|see you"
    r"|ok(?:ay)?|great"
    r"|cool|nice|perfect|awesome|how are you|你好|您好|嗨|哈喽|谢谢|多谢|感谢|再见|拜拜|好的|早上好|晚上好|早安"
    r"|晚安|你好吗|太好了|不错)"
    r"(?:[\s,.!]*(?:there|you|a lot|so much|very much|again|then|everyone|啦|了|你|您|啊|呀))?[\s,.!，。！、]*)+\W*"
)
THANKS = words_of(
    r"\b(?:thanks|thank you|cheers|bye|goodbye|good night|got it)\b"
    r"|^\W*(?:ok(?:ay)?\W+)?(?:that|this|it)(?:['’]?s| is| sounds| looks) (?:really |very )?(?:great|perfect"
    r"|good|fine|nice|helpful)\W*$"
    r"|谢谢|感谢|再见|拜拜|晚安|^\W*(?:这个?)?(?:太好了|很好|真不错|不错|挺好)(?:的|啊|吧)?\W*$"
)
START_OVER = words_of(
    r"\bstart(?:ing)? (?:over|again|afresh|from scratch)\b|\b(?:new|fresh) (?:start|search)\b|\bfrom scratch\b"
    r"|\bbegin again\b"
    r"|\b(?:reset|clear|forget) (?:all|everything|it all|the (?:filters|constraints|conversation)"
    r"|what i (?:said|told you|asked))"
    r"|^\W*reset\W*$|重新开始|重新来|从头(?:再)?(?:来|开始)|清空|重置|忘(?:掉|了)(?:刚才|之前|前面|所有)|(?:刚才|之前|前面)说的都?不算"
)
WISH = words_of(
    r"\b(?:recommend|suggest(?:ion)?s?|show me|find me|looking for|give me|i (?:want|need|fancy)|(?:i"
    r"|we)(?:['’]d| would) (?:like|love)|what (?:should|can|could|else)"
    r"|anything|something|some|any|got any|do you have|is there|are there|in the mood for|how about|what about"
    r"|what(?:['’]s| is) (?:a|the|your) (?:good|best|next|top))\b"
    r"|推荐|想[看要听读玩买找]|要[看一]|找[一几个部本]?|来[一几点个部本首款]|给我|有没有(?!货)|有[^没货]{1,10}吗|有什么|有啥|求|看什么|听什么|读什么|玩什么|买什么"
)
FRESH = words_of(r"\b(?:recommend|suggest|find|show|give) (?:me|us)\b|\blooking for\b|推荐|帮我找")
OTHERS = words_of(
    r"\b(?:something|anything|someone|show me|what|any) else\b|\b(?:other|another|different|more|new) (?:ones?"
    r"|options?|ideas?|suggestions?|recommendations?)\b"
    r"|\b(?:some|any|a few|show me|give me|anything) (?:more|others?)\b(?! \w+(?:er|ive|ent)\b)|\banother\b"
    r"|\bnext\W*$|^\W*more\W*$|\bnone of (?:these|those|them)\b"
    r"|\b(?:don['’]?t|do not|didn['’]?t) (?:like|want) any of (?:these|those|them)\b"
    r"|(?<!没有)(?<!没)(?<!特)(?:别的|其他的?|其它的?)(?!要求|偏好|条件|限制)|换(?:一[批些个组]|几个|个|点)|还有(?:吗|没有|别的|其他|什么)|再来|再推荐|下一[个部批]|都不(?:要|喜欢|想|行|好)"
)
WHY = words_of(
    r"^\W*(?:but |and |so )?why\b(?! not)|\bhow come\b|\bwhat made you\b|\bexplain\b|为什么|为何|为啥|凭什么"
    r"|怎么会推荐|理由|解释"
)
COMPARE = words_of(
    r"\bcompar\w+\b|\bdifference\w* between\b|\bversus\b|\bvs\b|\bwhich (?:one|of|is|has|are|film|movie|game"
    r"|book|song|product|\w+ is)\b"
    r"|比较一?下|对比|区别|差别|不同|相比|哪[个一部款本首][^？?]{0,12}(?:更|最|比较|些|点)|谁更"
)
QUESTION = words_of(
    r"[?？]\s*$|^\W*(?:and |so |but )?(?:who|what|when|where|how|which|is|are|was|were|does|do|did|can|could"
    r"|has|have|tell me)\b"
    r"|谁|什么|多少|多[长久大]|几[年个岁分人]|[吗呢]|哪|是不是|有没有|怎么|介绍|说说"
)
ASKING = words_of(
    r"^\W*(?:and |so |but )?(?:who|what|when|where|how|why|is|are|was|were|does|do|did|(?:can|could|would"
    r"|will) you|solve|calculate|write"
    r"|tell me|explain)\b|吗\W*$|什么|怎么|多少|为什么|几[点号]"
)
ELSEWHERE = words_of(  # a question that no item of a catalogue answers, unless it names one
    r"^\W*(?:and |so |but )?(?:who|when|where|why|how (?!about)|solve|calculate)\b|谁|怎么(?!样)|为什么|什么时候"
)
REQUEST = words_of(r"^\W*(?:and |so |but |please )?(?:can|could|would|will) you\b")
SIMILAR = words_of(
    r"(?<!would )(?<!['’]d )(?<!\bi )(?<!really )\b(?:like|similar to|in the (?:vein|style|spirit|mood) of"
    r"|along the lines of|reminds? me of|same as)\b"
    r"|\bsimilar\b|像|类似|差不多|一样的|同类|风格"
)
FOLLOW = words_of(
    r"\bsimilar\b|\blike (?:it|that|this|them)\b|\bmore of (?:that|the same)\b|类似|同样的|差不多的|这样的|那样的"
)
TAKE = words_of(
    r"\b(?:i|we)(?:['’]?ll| will) (?:take|go (?:with|for)|watch|play|buy|read|have|try|pick|choose)\b"
    r"|\blet['’]?s (?:go with|take|watch|play|try)\b"
    r"|\bthat(?:['’]s| is) (?:it|the one|perfect|what i wanted)\b|\bsounds (?:good|great|perfect)\b|就(?:第|这|它"
    r"|那|要|看|选|买|玩|听|读)|(?:我)?(?:选|要|看)第|听起来不错|就它"
)
NOT_YET = words_of(
    r"\b(?:have|has|had|['’]ve)(?:n['’]?t| not| never)\b|\b(?:not|never|un)[ -]?(?:yet )?(?:seen|watched|played"
    r"|read|heard|tried)\b|\bnothing i(?:['’]ve| have)\b|没[有]?(?:看|玩|读|听|买|用|试)过"
)
SEEN = words_of(
    r"\balready (?:seen|saw|watched|read|played|heard|own(?:ed)?|have|had|got|bought|tried|know|did)\b"
    r"|\b(?:i|we)(?:['’]ve| have)? (?:just )?(?:seen|saw|watched|played|heard|own|owned|bought|tried|finished)\b"
    r"|\b(?:i|we)(?:['’]ve| have) read\b|^\W*(?:seen|watched|played|read|heard|own)\b"
    r"|\b(?:seen|read|played|watched|have) (?:it|that|this|them|those|both)(?: (?:one|already|before))?\b"
    r"|(?:看|玩|读|听|买|用|试|吃|去)过|已经(?:有|看|玩|读|听|买)|看完了|我有了"
)
DISLIKED = words_of(
    r"\b(?:hated?|dislik\w+|despised?|can['’]?t stand|(?:did|do|does)(?:n['’]?t| not) (?:really |much )?(?:like"
    r"|enjoy|want|fancy|care for|love)"
    r"|(?:not|wasn['’]?t|isn['’]?t) (?:really )?(?:a fan|into|for me|good|my (?:thing|taste)|interested)"
    r"|no interest in|terrible|awful|boring|rubbish|bad|the worst|not)\b"
    r"|不(?:太|怎么|是很)?(?:喜欢|爱|感兴趣|想要|想看|好看|好玩|好听|要|行)|讨厌|难看|难听|无聊|太烂|烂片|没意思"
)
LIKED = words_of(
    r"\b(?:love[ds]?|like[ds]?|enjoy(?:ed)?|adored?|great|good|perfect|awesome|excellent|amazing|fantastic|brilliant|favou?rites?)\b"
    r"|喜欢|爱看|爱听|爱玩|好看|好玩|好听|很棒|太棒|不错|很好|精彩"
)
FIRM = words_of(  # said of "it" or "that" too; a bare "not" or "good" must name what it is about
    r"\b(?:hated?|dislik\w+|can['’]?t stand|like[ds]?|love[ds]?|enjoy(?:ed)?|adored?|boring|terrible|awful"
    r"|rubbish|fan)\b"
    r"|喜欢|讨厌|爱[看听玩]|无聊|难[看听]|好[看听玩]|没意思"
)
CLAUSE = re.compile(
    r"[.;!?。；！？\n]+|[,，]\s*(?:but|and i|while|although|though)\b|\bbut\b|\band (?=(?:i|we)\b)"
    r"|[,，]?\s*(?:但是?|不过|可是)"
    r"|[,，](?=\s*(?:i\b|the (?:first|second|third|last|other)|got|any|can|could|what|do you|show|give"
    r"|something|我|第|不|有|能|给))",
    re.IGNORECASE,
)
TASKS: tuple[tuple[Literal["summarize", "translate", "compose"], re.Pattern[str]], ...] = (
    ("summarize", words_of(r"\bsummari[sz]e\b|\bsum up\b|\bsummary of\b|\btl;?dr\b|总结|概括|概述|摘要")),
    ("translate", words_of(r"\btranslat(?:e|ion)\b|翻译|译成|译为")),
    (
        "compose",
        words_of(
            r"\b(?:write|compose|draft|create|make)\b[^.?!]{0,40}\b(?:blurb|push|title|headline|story|poem|brief|trailer|script|description|email|e-mail|tweet|post|ad|slogan|notification|review)\b"
            r"|写[^。？！]{0,10}(?:推荐语|文案|推送|标题|故事|诗|简报|快讯|预告|脚本|描述|介绍|邮件|广告|短评)"
        ),
    ),
)
COPY: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("push_title", words_of(r"\bpush|headline|notification|\btitle\b|推送|标题")),
    ("trailer_script", words_of(r"trailer|script|预告|脚本")),
    ("news_brief", words_of(r"news|brief|简报|快讯|新闻")),
    ("product_description", words_of(r"description|描述|商品介绍")),
    ("story", words_of(r"\bstory\b|故事")),
    ("poem", words_of(r"\bpoem\b|诗")),
    ("email", words_of(r"e-?mail|邮件")),
    ("blurb", words_of(r"")),
)
