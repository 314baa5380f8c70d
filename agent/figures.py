"""Numbers in a sentence: not only must each be in the facts, it must say there what it says here."""

from __future__ import annotations

import re

from agent.grounds import NUMBER, Grounds

_N = r"(\d+(?:[.,:]\d+)*)"
_YEAR = r"(1\d{3}|20\d\d)"
# The words around a number that say what it counts, and how an attribute that holds such a number is called.
_UNITS = tuple(
    (re.compile(pattern, re.IGNORECASE), re.compile(field, re.IGNORECASE))
    for pattern, field in (
        (rf"{_N}[ -]?(?:minutes?|mins?)\b|{_N}\s*分钟", r"runtime|duration|length|minutes|time"),
        (rf"{_N}[ -]?players?\b|{_N}\s*(?:名|个|位)?(?:玩家|人玩)", r"player"),
        (rf"\bage[sd]? (?:of )?{_N}|{_N}\+? years? old|{_N}\s*岁", r"age"),
        (rf"[$€£¥]\s?{_N}|{_N}\s?(?:dollars?|euros?|pounds?|yuan|[€£¥元块])", r"price|cost"),
        (rf"{_N}\s*stars?\b|评分(?:为|是)?\s*{_N}|{_N}\s*星", r"rating|score|star"),
        (
            rf"\b(?:in|from|of|since|year|is|was) {_YEAR}(?!\w|[.,:]\d| (?:users|people|readers|events|minutes|times))"
            rf"|{_YEAR}\s*年(?!代)|\({_YEAR}\)",
            r"year|date|publish|releas",
        ),
    )
)
_DECADE = re.compile(r"\b(?:the )?((?:1\d|20)\d0)['’]?s\b|((?:1\d|20)\d0)\s*年代", re.IGNORECASE)
_PEOPLE = re.compile(rf"{_N} (?:of the )?(?:users|people|readers|viewers|others|fans)\b|{_N}\s*(?:位|名|个人|人)", re.I)

# Letters and figures in one are one name; neither part of it says anything alone.
_CODE = re.compile(r"(?<![A-Za-z\d])(?=\d*[A-Za-z])(?=[A-Za-z]*\d)[A-Za-z\d]+")
_ORDINAL = re.compile(r"\d+(?:st|nd|rd|th|s|min|mins|h|hrs?|km|kg|g|cm|mm|m|gb|tb|mb|k|x)", re.IGNORECASE)

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

_MAGNITUDES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "千": 1e3, "万": 1e4, "十万": 1e5}
_MAGNITUDES |= {"百万": 1e6, "千万": 1e7, "亿": 1e8, "十亿": 1e9, "百亿": 1e10, "千亿": 1e11, "万亿": 1e12}
_QUANTITY = re.compile(
    rf"{_N}(?:\s*(thousand|million|billion|trillion|[百千万]?万|[十百千万]?亿|十万|千(?!米|克|瓦)))?", re.IGNORECASE
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_MONTH = re.compile(rf"(?:(?<=\d )|(?<=(?:st|nd|rd|th) )){_NAMED_MONTH}\b|\b{_NAMED_MONTH}(?= \d)")


def fault(sentence: str, grounds: Grounds) -> str | None:
    """Why a number in the sentence cannot stand, or None."""
    for decade in _DECADE.finditer(sentence):
        said = _first(decade)
        years = {number for number in grounds.numbers if len(number) == 4 and number[:3] == said[:3]}
        if not years and decade[0].casefold() not in grounds.text:
            return f"{decade[0]!r} is not in the evidence"
    plain = _DECADE.sub(" ", sentence)
    for found in _CODE.finditer(plain):
        if not _ORDINAL.fullmatch(found[0]) and not re.search(rf"(?<!\w){found[0]}(?!\w)", grounds.text, re.IGNORECASE):
            return f"{found[0]!r} is not in the evidence"
    for number in NUMBER.findall(plain):
        if number.replace(",", "") not in grounds.numbers:
            return f"number {number} is not in the evidence"
    if wrong := shares(plain) - shares(grounds.text):
        part, whole = sorted(wrong)[0]
        return f"{part} of {whole} is not in the evidence"
    return _wrong_unit(plain, grounds) or _wrong_crowd(plain, grounds) or _spelled(plain, grounds)


def shares(text: str) -> set[tuple[str, str]]:
    """Part and whole of every share told."""
    return {(found["part"], found["whole"]) for share in (_SHARE, _SHARE_ZH) for found in share.finditer(text)}


def _wrong_unit(sentence: str, grounds: Grounds) -> str | None:
    """A number with a unit must be that of an attribute so called, or stand with the unit in the evidence."""
    for unit, field in _UNITS:
        held = [text for name, text in (grounds.people or {}).items() if field.search(name)]
        if not held:
            continue
        known = {n for text in held for n in NUMBER.findall(text)}
        known |= {_first(found) for text in grounds.evidence for found in unit.finditer(text)}
        for found in unit.finditer(sentence):
            if _first(found) not in known:
                return f"{found[0].strip()!r} is not what the catalogue says"
    return None


def _wrong_crowd(sentence: str, grounds: Grounds) -> str | None:
    """So many users must be so many in the evidence."""
    if grounds.people is None:
        return None
    known = {_first(found) for text in grounds.evidence for found in _PEOPLE.finditer(text)}
    known |= {number for text in grounds.evidence for share in shares(text) for number in share}
    wrong = [found[0] for found in _PEOPLE.finditer(sentence) if _first(found) not in known]
    return f"{wrong[0].strip()!r} is not in the evidence" if wrong else None


def _spelled(sentence: str, grounds: Grounds) -> str | None:
    for found in _SPELLED.finditer(sentence):
        said = found[0].casefold()
        if said not in grounds.text and _COUNTS.get(said) not in grounds.numbers:
            return f"number {found[0]!r} is not in the evidence"
    return None


def _first(found: re.Match[str]) -> str:
    return next(group for group in found.groups() if group)


def quantities(text: str) -> list[float]:
    """Every number in the text by its value, in both languages: 38 million and 3800万, 12 March and 3月12日 are one."""
    out = [_MONTHS.index(found[0].casefold()[:3]) + 1.0 for found in _MONTH.finditer(text)]
    for found in _QUANTITY.finditer(text):
        number = found[1].replace(",", "")
        value = float(number) if number.count(".") < 2 and ":" not in number else float(re.sub(r"\D", "", number))
        out.append(value * _MAGNITUDES.get((found[2] or "").casefold(), 1.0))
    return sorted(out)
