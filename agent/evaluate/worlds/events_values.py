"""What events can be like, and the ways in which people write amounts, dates and hours of them."""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

from typing import Any

from agent.evaluate.worlds.spoken import Ways

KINDS = {
    "concert": "音乐会", "talk": "讲座", "workshop": "工作坊", "film screening": "电影放映会", "guided walk": "导览漫步",
    "poetry slam": "诗歌擂台赛", "pop-up exhibition": "快闪展",
}  # fmt: skip
TOPICS = {
    "jazz": "爵士乐", "architecture": "建筑", "astronomy": "天文", "ceramics": "陶艺", "photography": "摄影", "cooking": "烹饪",
    "local history": "本地历史", "gardening": "园艺",
}  # fmt: skip
VENUES = {
    "Old Brewery": "老酒厂", "Glass Hall": "玻璃大厅", "Town Library": "市图书馆", "Harbour Theatre": "港口剧院",
    "Botanical Garden": "植物园", "Clock Tower": "钟楼",
}  # fmt: skip
WEEKDAYS = {
    "Monday": "周一", "Tuesday": "周二", "Wednesday": "周三", "Thursday": "周四", "Friday": "周五", "Saturday": "周六",
    "Sunday": "周日",
}  # fmt: skip
LANGUAGES = {"English": "英语", "Chinese": "中文", "French": "法语", "German": "德语", "Spanish": "西班牙语"}
HOSTS = {name: name for name in (
    "Ingrid Solheim", "Marco Bellini", "Chen Yufei", "Amara Diallo", "Jonas Keller", "Priya Raman", "Lucie Fontaine",
    "Zhao Mingde", "Declan Hughes",
)}  # fmt: skip
EUROS: dict[int, Ways] = {
    10: (("10 euros", "€10", "ten euros"), ("10欧元", "十欧")),
    15: (("15 euros", "€15", "fifteen euros"), ("15欧", "十五欧元")),
    25: (("25 euros", "twenty-five euros"), ("25欧元", "二十五欧")),
    40: (("40 euros", "forty euros", "€40"), ("40欧", "四十欧元")),
    60: (("60 euros", "sixty euros"), ("60欧元", "六十欧")),
}
LENGTHS: dict[int, Ways] = {
    45: (("45 minutes", "three quarters of an hour"), ("45分钟", "三刻钟")),
    60: (("an hour", "60 minutes", "one hour"), ("一个小时", "60分钟")),
    90: (("an hour and a half", "90 minutes"), ("一个半小时", "90分钟")),
    120: (("two hours", "2 hours", "120 minutes"), ("两个小时", "2小时")),
    180: (("three hours", "3 hours"), ("三个小时", "3小时")),
}
HOURS: dict[int, Ways] = {
    11: (("11 am", "eleven in the morning"), ("上午11点", "上午十一点")),
    14: (("2 pm", "14:00"), ("下午2点", "下午两点")),
    17: (("5 pm", "five in the afternoon"), ("下午5点", "下午五点")),
    18: (("6 pm", "18:00"), ("傍晚6点", "18点")),
    19: (("7 pm", "seven in the evening"), ("晚上7点", "晚上七点")),
    20: (("8 pm", "20:00"), ("晚上8点", "晚上八点")),
}
HELD_BY: dict[str, Ways] = {
    "2026-12-20": (("20 December 2026", "December 20th"), ("2026年12月20日", "12月20号")),
    "2027-01-20": (("20 January 2027", "January 20th"), ("2027年1月20日", "1月20号")),
    "2027-02-10": (("10 February 2027", "the tenth of February"), ("2027年2月10日", "2月10号")),
    "2027-03-10": (("March 10, 2027", "March 10th"), ("2027年3月10日", "3月10号")),
    "2027-04-20": (("20 April 2027", "the 20th of April"), ("2027年4月20日", "4月20号")),
}
HELD_FROM = {day: ways for day, ways in HELD_BY.items() if day != "2026-12-20"}
MONTHS: dict[tuple[Any, Any], Ways] = {
    ("2026-12-01", "2026-12-31"): (("December 2026",), ("2026年12月",)),
    ("2027-01-01", "2027-01-31"): (("January 2027",), ("2027年1月",)),
    ("2027-02-01", "2027-02-28"): (("February 2027",), ("2027年2月",)),
    ("2027-03-01", "2027-03-31"): (("March 2027",), ("2027年3月", "2027年三月")),
    ("2027-04-01", "2027-04-30"): (("April 2027",), ("2027年4月",)),
}
VISITS: dict[tuple[Any, Any], Ways] = {
    ("2026-12-12", "2026-12-29"): (
        ("from 12 to 29 December 2026", "from December 12 to December 29"),
        ("12月12日到12月29日",),
    ),
    ("2027-01-05", "2027-01-25"): (("from 5 to 25 January 2027", "from January 5 to January 25"), ("1月5日到1月25日",)),
    ("2027-02-15", "2027-03-05"): (("from 15 February to 5 March 2027",), ("2027年2月15日到3月5日",)),
    ("2027-04-02", "2027-04-24"): (("from 2 to 24 April 2027", "from April 2 to April 24"), ("2027年4月2日到24日",)),
}
BOOK_ON: dict[str, Ways] = {
    "2026-12-15": (("15 December 2026", "December 15th"), ("2026年12月15日", "12月15号")),
    "2027-01-15": (("15 January 2027", "the 15th of January"), ("2027年1月15日", "1月15号")),
    "2027-02-15": (("February 15, 2027", "February 15th"), ("2027年2月15日", "2月15号")),
    "2027-03-15": (("15 March 2027", "the 15th of March"), ("2027年3月15日", "3月15号")),
}
PARTS_OF_DAY: dict[tuple[Any, Any], Ways] = {
    (9, 12): (("9 am and noon",), ("上午9点到中午12点",)),
    (13, 16): (("1 pm and 4 pm", "one and four in the afternoon"), ("下午1点到4点", "下午一点到四点")),
    (17, 20): (("5 pm and 8 pm",), ("下午5点到晚上8点",)),
}
AGES: dict[int, Ways] = {
    5: (("5", "five"), ("5", "五")), 7: (("7", "seven"), ("7", "七")), 9: (("9", "nine"), ("9", "九")),
    11: (("11", "eleven"), ("11", "十一")), 13: (("13", "thirteen"), ("13", "十三")), 15: (("15", "fifteen"), ("15", "十五")),
}  # fmt: skip
METRES: dict[int, Ways] = {
    200: (("200 metres", "200 m", "two hundred metres"), ("200米", "两百米")),
    300: (("300 metres", "300 meters"), ("300米", "三百米")),
    500: (("500 metres", "half a kilometre"), ("500米", "半公里")),
    1000: (("a kilometre", "1 km", "1000 metres"), ("一公里", "1000米")),
}
FEW: dict[int, Ways] = {
    20: (("20", "twenty"), ("20", "二十")), 30: (("30", "thirty"), ("30", "三十")), 50: (("50", "fifty"), ("50", "五十")),
    100: (("100", "a hundred"), ("100", "一百")),
}  # fmt: skip
MANY: dict[int, Ways] = {
    100: (("100", "a hundred"), ("100", "一百")), 200: (("200", "two hundred"), ("200", "两百")),
    500: (("500", "five hundred"), ("500", "五百")),
}  # fmt: skip
