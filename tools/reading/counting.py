"""Numbers in figures and in words: "1,200", "forty-five", "two and a half", "a hundred and twenty", 一百五, 两百多."""

from __future__ import annotations

import re

_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
)
_SMALL += "eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
ENGLISH = {word: float(n) for n, word in enumerate(_SMALL.split())}  # words of one number each
ENGLISH |= {word: 10.0 * n for n, word in enumerate(_TENS.split(), 2)}
_WORD = "|".join(sorted(ENGLISH, key=len, reverse=True))
_HUNDRED = rf"(?:(?:{_TENS.replace(' ', '|')})[\s-](?:one|two|three|four|five|six|seven|eight|nine)(?![a-z])|{_WORD})"
_GREAT = rf"(?:a|{_HUNDRED})\s+(?:hundred|thousand|million)(?![a-z])(?:\s+(?:and\s+)?(?={_HUNDRED}))?"
HALF = r"(?:\s+and\s+a\s+half(?![a-z]))"
EN = rf"(?:half an|a dozen|half a dozen|(?:{_GREAT})+(?:{_HUNDRED})?|{_HUNDRED}{HALF}?)"
GREAT = {"k": 1e3, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
ORDINAL = rf"(?:{'|'.join(_ORDINALS)}|\d+(?:st|nd|rd|th))"
FIGURES = r"\d+(?:,\d{3})*(?:\.\d+)?"
DIGITS = "零一二两三四五六七八九"
ZH = rf"(?:{FIGURES}\s*[百千万](?:\d\s*[百千]|\d(?![\d.]))?|{FIGURES}|[{DIGITS}十百千万]+)"
_SCALE = {"十": 10.0, "百": 100.0, "千": 1000.0, "万": 10_000.0}
_SOME = re.compile(
    r"(?<![零一二两三四五六七八九十百千万])(一二|一两|两三|二三|三四|四五|五六|六七|七八|八九)"
    r"(十(?!年代)|百|千|万|(?=个?(?:小时|钟头|月)|块|元))"
)


_METRES = re.compile(rf"(?<![\d{DIGITS}])([一二12])米([{DIGITS}\d])([{DIGITS}\d])?(?![\d{DIGITS}十百])")


def plain(text: str) -> str:
    """两三百 as 两百到三百, so that both ends are read; 1½ as 1.5; 一米七二 as 1.72米."""
    text = _METRES.sub(lambda found: f"{'.'.join(_figure(found, n) for n in (1, 2))}{_figure(found, 3)}米", text)
    text = re.sub(r"(\d?)½", lambda found: f"{found[1] or 0}.5", text)
    return _SOME.sub(lambda found: f"{found[1][0]}{found[2]}到{found[1][1]}{found[2]}", text)


def _figure(found: re.Match[str], n: int) -> str:
    said = found[n] or ""
    return str("零一二三四五六七八九".index(said)) if said in "一二三四五六七八九" and said else said


def number(words: str) -> float:
    """Of a number in figures or in English or Chinese words; 0 when there is none."""
    words = words.strip().casefold()
    half = 0.5 if "半" in words or words.endswith("and a half") else 0.0
    if figures := re.findall(rf"({FIGURES})\s*([百千万]?)", words):
        parts = [(float(figure.replace(",", "")), _SCALE.get(scale, 1.0)) for figure, scale in figures[:2]]
        if len(parts) > 1 and parts[1][1] == 1:  # 1万2 is 12,000
            parts[1] = (parts[1][0], parts[0][1] / 10)
        return sum(figure * scale for figure, scale in parts) + half
    if words in _ORDINALS:
        return 1.0 + _ORDINALS.index(words)
    if words == "half an":
        return 0.5
    return (_english(words) if words.isascii() else _chinese(words)) + half


def _english(words: str) -> float:
    total = count = 0.0
    for word in re.findall(r"[a-z]+", words):
        match word:
            case "a" | "an":
                count = count or 1.0
            case "dozen":
                count = 6.0 if "half" in words else 12.0
            case "hundred":
                count = (count or 1.0) * 100
            case "thousand" | "million":
                total, count = total + (count or 1.0) * GREAT[word], 0.0
            case "half" if "dozen" not in words:
                break
            case _:
                count += ENGLISH.get(word, 0.0)
    return total + count


def _chinese(words: str) -> float:
    total, digit = 0.0, 0
    if short := re.fullmatch(rf"([{DIGITS}])([百千万])([一二三四五六七八九])", words):  # 一百五 is 150
        words = f"{short[1]}{short[2]}{short[3]}{ {'百': '十', '千': '百', '万': '千'}[short[2]] }"
    for char in words:
        if char in DIGITS:
            digit = (0, 1, 2, 2, 3, 4, 5, 6, 7, 8, 9)[DIGITS.index(char)]
        elif char in "十百千万":
            scale = _SCALE[char]
            total, digit = (total + digit) * scale if char == "万" else total + (digit or 1) * scale, 0
    return total + digit
