"""The screen before a generated text is delivered: what a person should read first.

It looks for what a text does, not for what it is about: a threat, a promise of a cure, an address. "A violent thriller
about a suicide" is ordinary talk of films. The rules know no catalogue; a domain file adds its own words
(`[policy] risky`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_ILL = r"cancer|diabetes|depression|covid|autism|aids|hiv|arthritis|dementia|anxiety|insomnia"
_ILL_ZH = r"癌|糖尿病|抑郁|新冠|自闭|艾滋|高血压|失眠"
_RULES: tuple[tuple[str, str], ...] = (  # what it is called in the queue, and its words in both languages
    (
        "personal data",
        r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
        r"|(?<![\w.])\+\d{1,3}[\s.-]?(?:\(?\d{1,4}\)?[\s.-]?){2,5}\d{2,4}(?![\w])"
        r"|(?<![\w.-])\(?\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}(?![\w-])"
        r"|(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)"
        r"|(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])|(?<!\d)\d{17}[\dXx](?!\w)"
        r"|(?<!\d)(?:\d{4}[ -]){3}\d{4}(?!\d)",
    ),
    ("link", r"https?://|\bwww\.\w|\]\(|\b[\w-]+\.(?:com|org|net|io|cn|app|info|ru|xyz)\b"),
    (
        "self-harm",
        r"\b(?:kill|hurt|harm|cut|hang|starve|poison) yourself\b|\bend (?:your|it) (?:own )?(?:life|all)\b"
        r"|\b(?:how|ways?|methods?) (?:to|of) (?:commit(?:ting)? )?(?:suicide|self[- ]harm)"
        r"|\b(?:you should|just|better) (?:go )?die\b"
        r"|(?:你|您)(?:应该|可以|不如|还是|就)?(?:去死|自杀|自残|割腕|跳楼)|自杀(?:的)?(?:方法|教程|步骤)|结束(?:你|自己)的?生命",
    ),
    (
        "violence",
        r"\bhow to (?:make|build|get) (?:a |an |your own )?(?:bomb|explosives?|gun|weapon|poison)\b"
        r"|\b(?:i|we)(?: will| shall| am going to| are going to|'ll)"
        r" (?:kill|hurt|murder|stab|shoot) (?:you|him|her|them)\b"
        r"|\byou (?:should|must|have to|need to) (?:kill|hurt|attack|murder|shoot|stab|beat)\b(?! yourself)"
        r"|(?:制作|自制|制造)(?:一[个枚颗])?(?:炸弹|炸药|枪支|毒药)"
        r"|(?:我|我们)(?:要|会|一定)?(?:杀了|杀死|弄死|砍死)(?:你|他|她)"
        r"|(?:你|您)(?:应该|必须|要)(?:杀|打死|攻击|砍)",
    ),
    (
        "sexual content",
        r"\b(?:porn\w*|xxx|hard-?core sex|blow ?jobs?|nudes?|cum ?shots?|escort service)\b"
        r"|\bexplicit sex scenes? with\b"
        r"|\bsex\w* (?:with|involving) (?:a |an )?(?:minor|child|underage)\w*|\bnaked (?:girls|boys|teens|children)\b"
        r"|色情|裸照|约炮|性交|援交|招嫖|未成年[^，。]{0,6}(?:性|裸)",
    ),
    (
        "hate",
        r"\b(?:all|those|these|the) \w+ (?:\w+ )?(?:are|is) (?:\w+ )?"
        r"(?:vermin|subhuman|parasites|cockroaches|inferior|filth|criminals by nature|terrorists by nature)\b"
        r"|\b(?:all|those|these) \w+ (?:should|must|deserve to) (?:be (?:killed|deported|exterminated|wiped out)|die)\b"
        r"|\b(?:inferior|master) race\b|\bsub-?human\b|\bgo back to your (?:own )?country\b"
        r"|劣等(?:民族|人种)|低等人种|滚回(?:你的?)?(?:老家|国)|(?:都|全)(?:是|该)(?:畜生|渣滓|杀光|去死)",
    ),
    (
        "medical claim",
        rf"\b(?:cures?|heals?|treats?|prevents?|reverses?) (?:your |all |any )?(?:{_ILL})\b"
        r"|\bstop (?:taking )?your (?:medication|medicine|pills|insulin)\b|\bclinically proven\b|\bmiracle cure\b"
        r"|\blose \d+ ?(?:kg|kilos?|pounds|lbs)\b|\bdoctors? (?:recommend|approve)\w*\b"
        r"|\binstead of (?:a |your )?(?:doctor|medication)\b"
        rf"|(?:治愈|根治|治好|预防)(?:你的|您的|各种)?[^，。]{{0,2}}(?:{_ILL_ZH})"
        r"|包治|药到病除|(?:可以|请|立即)停药|临床(?:证明|证实)|不用看医生"
        r"|减(?:重|肥)\d+",
    ),
    (
        "financial claim",
        r"\bguaranteed? (?:returns?|profits?|income|gains?)\b|\brisk-free (?:investment|profits?|returns?|income)\b"
        r"|\b(?:double|triple) your (?:money|savings|investment)\b|\bget rich quick\b|\binvest (?:now|today|all your)\b"
        r"|\b\d+ ?% (?:returns?|profits?|interest) (?:per|a|every) (?:day|week|month)\b"
        r"|\b(?:send|wire|transfer) (?:me |us )?(?:money|bitcoin|crypto|the funds)\b"
        r"|\byour (?:password|pin code|card number|bank details)\b"
        r"|稳赚|保本|包赚|躺赚|零风险(?:投资|收益)|保证(?:收益|盈利|赚)|内幕消息|(?:转账|汇款)(?:给|到)|(?:密码|银行卡号|验证码)(?:发|告诉|给)",
    ),
)
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _RULES)


def screen(text: str, words: Sequence[str] = ()) -> list[str]:
    """Why a person should read the text before anybody else, each reason with the words it rests on; empty when nobody
    needs to. `words`: what the domain file adds, as whole words.
    """
    text = text.replace("’", "'")
    found = [(name, match[0]) for name, rule in _COMPILED if (match := rule.search(text))]
    found += [("house rule", match[0]) for word in words if (match := _word(word).search(text))]
    return [f"{name}: {said.strip()[:60]!r}" for name, said in found]


def _word(word: str) -> re.Pattern[str]:
    edge = r"(?<!\w)%s(?!\w)" if word.isascii() else "%s"
    return re.compile(edge % re.escape(word), re.IGNORECASE)
