"""The words by which people do things in a conversation, in English and Chinese, as patterns for agent/acts.py."""

from __future__ import annotations

import re
from typing import Literal


def words_of(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


PLEASANTRY = words_of(
    r"\W*+(?:(?>nice to meet you|hi|hello|hey|good (?:morning|evening|day|night)|thanks?|thank you|thx"
    r"|cheers|bye|goodbye|see you"
    r"|ok(?:ay)?|great|(?:ha){2,}+h?|lol|that(?:['’]s| is| was) (?:all|funny|it)(?: for (?:today|now))?"
    r"|well done|good job"
    r"|cool|nice|perfect|awesome|how are you|how(?:['’]s| is) it going|你好|您好|嗨|哈喽|谢谢"
    r"|多谢|感谢"
    r"|再见|拜拜|好的|早上好|晚上好|早安|晚安|你好吗|太好了|不错|哈{2,}+|呵呵|嘿嘿|有意思|真有趣|辛苦|厉害"
    r"|(?:今天)?(?:就|先)(?:到这[里儿]?|这样)|没事|最近好吗|吃了吗)"
    r"(?:[\s,.!]*(?:there|you|a lot|so much|very much|again|then|everyone|today|tonight|doing|啦|了|你|您|啊|呀"
    r"|吧|吗))*+"
    r"[\s,.!?，。！？、]*+)++\W*"
)
ABOUT_US = words_of(
    r"^\W*(?:and |so |but )?(?:who|what) are you\b|\bwhat(?:['’]?s| is) your name\b|\bwhat can you do\b"
    r"|\babout yourself\b|^\W*introduce yourself\b"
    r"|\bare you (?:an? )?(?:robot|human|ai|bot|machine|person|real)\b"
    r"|你是谁|你叫什么|你是(?:人|机器人|AI)|你(?:能|会|可以)(?:做|干)(?:什么|啥)"
)
THEFT = words_of(  # of our instructions, or an order to forget them
    r"\b(?:ignore|disregard|forget|override|bypass)\b[^.!?。！？\n]{0,30}\b(?:previous|prior|above|earlier"
    r"|preceding|your|system"
    r"|these|those)\b[^.!?。！？\n]{0,20}\b(?:instructions?|prompts?|rules?|guidelines?|directives?)\b"
    r"|\b(?:print|show|reveal|repeat|recite|output|reproduce|display|give|tell|leak|what (?:is|are|was|were)"
    r"|what['’]s)\b"
    r"[^.!?。！？\n]{0,40}\b(?:system (?:prompt|message)|(?:your|initial|hidden|original) (?:\w+ )?(?:prompt"
    r"|instructions|rules)(?![\w-])"
    r"|(?:everything|all|words?|text|content) (?:of the )?(?:\w+ )?above)\b"
    r"|(?:忽略|无视|忘[记掉]|不要理会|跳过)[^。！？\n]{0,12}(?:指令|指示|提示|规则|设定)"
    r"|(?:重复|复述|输出|打印|显示|告诉|透露|泄露|给我看)[^。！？\n]{0,15}"
    r"(?:上面|以上|上文|前面的?(?:全部|所有|内容|文字)|系统提示|提示词|你的指令|系统指令|prompt)|系统提示词?"
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
    r"|^\W*reset\W*$|重新开始|重新来|从头(?:再)?(?:来|开始)|清空|重置|忘(?:掉|了)(?:刚才|之前|前面|所有)"
    r"|(?:刚才|之前|前面)说的都?不算"
)
WISH = words_of(
    r"\b(?:recommend|suggest(?:ion)?s?|show me|find me|looking for|give me|i (?:want|need|fancy)|(?:i"
    r"|we)(?:['’]d| would) (?:like|love)|what (?:should|can|could|else)"
    r"|anything|something|some|any|got any|do you have|is there|are there|in the mood for|how about|what about"
    r"|what(?:['’]s| is) (?:a|the|your) (?:good|best|next|top))\b"
    r"|推荐|想[看要听读玩买找]|要[看一]|找[一几个部本]?|来[一几点个部本首款]|给我|有没有(?!货)"
    r"|有[^没货]{1,10}吗|有什么|有啥|求|看什么|听什么|读什么|玩什么|买什么"
)
FRESH = words_of(r"\b(?:recommend|suggest|find|show|give) (?:me|us)\b|\blooking for\b|推荐|帮我找")
OTHERS = words_of(
    r"\b(?:something|anything|someone|show me|what|any) else\b|\b(?:other|another|different|more|new) (?:ones?"
    r"|options?|ideas?|suggestions?|recommendations?)\b"
    r"|\b(?:some|any|a few|show me|give me|anything) (?:more|others?)\b(?! \w+(?:er|ive|ent)\b)|\banother\b"
    r"|\bnext\W*$|^\W*more\W*$|\bnone of (?:these|those|them)\b"
    r"|\b(?:don['’]?t|do not|didn['’]?t) (?:like|want) any of (?:these|those|them)\b"
    r"|(?<!没有)(?<!没)(?<!特)(?:别的|其他的?|其它的?)(?!要求|偏好|条件|限制)|换(?:一[批些个组]|几个|个|点)"
    r"|还有(?:吗|没有|别的|其他|什么(?![^。！？]{0,4}(?:问|了解|知道)))|再来|再推荐|下一[个部批]|都不(?:要|喜欢"
    r"|想|行|好)"
)
REFUSES = words_of(  # what was shown, without a word on what is wrong with it
    r"\b(?:does|do|did|will|would)(?:n['’]?t| not) (?:really |quite |actually )?(?:work|fit|suit|do|convince"
    r"|cut it|appeal)\b"
    r"(?! (?:with|in|on)\b)|\bwo(?:n['’]?t) (?:work|do)\b"
    r"|\bnot (?:quite|exactly|really)(?= *(?:[,.;!:]|$))|\bnot (?:quite |really |exactly )?(?:it|right|suitable"
    r"|there yet"
    r"|the (?:right )?one|convinced|what i(?:['’]m| am|['’]d| had| have| was)? ?(?:mean|meant|want(?:ed)?"
    r"|need(?:ed)?|had in mind"
    r"|look(?:ing)? for|ask(?:ed)?|after))\b"
    r"|\bstill not\b|\bno good\b|\bnot (?:that|this|those|these)(?: ones?)?(?= *(?:[,.;!:]|$))"
    r"|^\W*(?:no\W+)?wrong\b|\b(?:that|this|it|those|these|they)(?:['’]?s| is| are"
    r"|['’]re) (?:all )?(?:still )?wrong\b"
    r"|\bnot for me\b|\b(?:all|both) wrong\b"
    r"|不(?:太|是很|怎么|够)?(?:合适|适合我|对(?!着|于)|满意|理想|符合|合我?意|中意)|(?:不是|并非)我(?:想|要|说)"
    r"|(?:这|那|都|还是|太|也|可是|不过|但|^|[，。！\s])(?:个|些|几个|款|部|家|本|首|种)?(?:还是|都"
    r"|也)?不(?:太)?(?:行|好|要)(?=[，。！!,.\s了啊吧]|$)"
    r"|换一?[个款部家本首批些种组]|不要[这那][个些几款部家本]|没(?:有)?(?:一个)?(?:合适|满意)的"
)
EVERY = words_of(  # of what was shown is meant
    r"\b(?:these|those|them|they|none|any|all|both)\b|[这那](?:些|几)|都|全部?|一批"
)
INVITES = words_of(
    r"\bask (?:me|away|us)\b|\b(?:you|u)(?:['’]d| would)? (?:want|need|like|have|wish|care)(?: to"
    r"| for)? (?:know|ask|learn|hear)\b"
    r"|\b(?:any|more|some|your|other) questions?\b(?: for me|\?| you)|\bwhat (?:else )?(?:do|would) you (?:need"
    r"|want)\b"
    r"|\bwhat (?:else )?(?:can|should|must) i tell you\b|\bneed (?:more|any|further) (?:info\w*|details?)\b"
    r"|\banything else you need\b"
    r"|[你您](?:还|需要|想|要|有|是否)[^。！？，,]{0,6}(?:了解|知道|问)|(?<!别)(?<!想)问我|问吧|尽管问"
    r"|有(?:什么)?问题(?:就|吗|可以|尽管)"
    r"|(?:^|[，。！；\s])(?:如果|要是)?还?(?:需要|有什么(?:要|想|需要)?|想)(?:再)?(?:了解|知道|问)(?:什么|哪些"
    r"|更多|的)"
)
INDIFFERENT = words_of(
    r"\b(?:no|without|don['’]?t have (?:a|any)) (?:strong |particular |real )?(?:preferences?|opinion)\b"
    r"|\bdoes(?:n['’]?t| not) (?:really )?matter\b"
    r"|\b(?:don['’]?t|do not) (?:really )?(?:mind|care)\b|\bup to you\b|\b(?:anything|whatever|either"
    r"|any)(?: one)?(?: is| will| works| goes)?(?: fine| ok(?:ay)?| do)?\W*$"
    r"|\bnot (?:really|particularly)\b|^\W*(?:no|nope|nah|none|nothing(?: else)?|not really|that['’]?s (?:all"
    r"|it))(?:[,.!\s]+(?:thanks?|thank you|that['’]?s (?:all|it)|nothing else|i don['’]?t))*\W*$"
    r"|\bsurprise me\b|\byou (?:choose|decide|pick)\b|随便|随意|无所谓|都(?:行|可以|好|成|没关系)|没有?(?:特别"
    r"|什么)?(?:的)?(?:偏好|要求|讲究|了|别的)|不(?:在乎|介意|挑)|你(?:定|决定|选)|^\W*(?:没有|没了|不用"
    r"|没)\W*$"
)
WHY = words_of(
    r"^\W*(?:but |and |so )?why\b(?! not)|\bhow come\b|\bwhat made you\b|\bexplain\b|为什么|为何|为啥|凭什么"
    r"|\bwhat makes\b|\bwhat(?:['’]s| is) (?:so )?(?:good|great|special) about\b|怎么会推荐|理由|解释|好在哪"
    r"|(?:哪里|怎么)适合我"
)
COMPARE = words_of(
    r"\bcompar\w+\b|\bdifferences?\b|\bdiffers?\b|\bversus\b|\bvs\b|\bwhich (?:one|of|is|has|are|film|movie|game"
    r"|book|song|product|\w+ is)\b"
    r"|比较一?下|对比|区别|差别|不同|不一样|差在哪|相比|哪[个一部款本首][^？?]{0,12}(?:更|最|比较|些|点)|谁更"
)
QUESTION = words_of(
    r"[?？]\s*$|^\W*(?:and |so |but )?(?:who|what|when|where|how|which|is|are|was|were|does|do|did|can|could"
    r"|has|have|tell me)\b"
    r"|谁|什么|多少|多[长久大]|几[年个岁分人]|[吗呢]|哪|是不是|有没有|怎么|介绍|说说"
)
ASKING = words_of(
    r"^\W*(?:and |so |but )?(?:who|what|when|where|how|why|is|are|was|were|does|do|did|(?:can|could|would"
    r"|will) you|solve|calculate|write"
    r"|tell me|explain)\b|吗\W*$|什么|怎么|多少|为什么|几[点号]|谁"
)
ELSEWHERE = words_of(  # a question that no item of a catalogue answers, unless it names one
    r"^\W*(?:and |so |but )?(?:who|when|where|why|how (?!about)|solve|calculate)\b|谁|怎么(?!样)|为什么|什么时候"
)
ERRAND = words_of(  # something to be done that is no recommendation, and questions that no catalogue is for
    r"^\W*(?:and |so |but |please |now |(?:can|could|would|will) you |i (?:want|need) you to |help me (?:to )?)*"
    r"(?:book|reserve|order|call|phone|text|send|remind|calculate|compute|solve|fix|debug|code|write|draw|sing"
    r"|do|schedule|pay"
    r"|file|transfer|wake|turn (?:on|off))\b (?:me |us )?(?:to |for |up )?(?:a|an|the|my|our|some|this|that|two"
    r"|in|\d+|python|code)\b"
    r"|\b(?:tax returns?|homework|world cup|exchange rates?|stock prices?|weather(?: like)? (?:today|tomorrow"
    r"|in|forecast)"
    r"|capital of|president of|population of|recipe for)\b"
    r"|\d\s*(?:times|plus|minus|divided by|multiplied by|[×*+÷]|乘以?|加上?|减去?|除以)\s*\d"
    r"|^\W*(?:请|麻烦|你?能不能|你?可不可以|你?可以|你?能|你)*(?:帮我|帮忙|给我|替我)(?:订|预订|预约|叫|打(?:车"
    r"|电话)|写|算|计算|画|修"
    r"|发|寄|缴|报税|做一?[道份下]|买一?张|抢)"
    r"|世界杯|天气(?:怎么样|如何|预报|好吗)|股价|股票|汇率|首都|总统|人口|冠军"
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
    r"\b(?:love[ds]?|like[ds]?|enjoy(?:ed)?|adored?|great|good|perfect|awesome|excellent|amazing|fantastic"
    r"|brilliant|favou?rites?)\b"
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
PARTS = re.compile(r"(?<=[.;!?。；！？\n])|[,，]|\b(?:and|then)\b|然后|并且?", re.IGNORECASE)
TASKS: tuple[tuple[Literal["summarize", "translate", "compose"], re.Pattern[str]], ...] = (
    ("summarize", words_of(r"\bsummari[sz]e\b|\bsum up\b|\bsummary of\b|\btl;?dr\b|总结|概括|概述|摘要")),
    ("translate", words_of(r"\btranslat(?:e|ion)\b|翻译|译成|译为")),
    (
        "compose",
        words_of(
            r"\b(?:write|compose|draft|create|make)\b[^.?!]{0,40}\b(?:blurb|push|title|headline|story|poem"
            r"|brief|trailer|script|description|email|e-mail|tweet|post|ad|slogan|notification|review)\b"
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
