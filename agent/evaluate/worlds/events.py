"""Events in a city: concerts, talks, workshops; their days, hours, venues, hosts; tickets from some agencies only.

Written without knowledge of the reader, and with the names of attributes that an owner with Chinese readers would give.
Where "before" and "by" would differ, no event lies on the bound. Every day is named by its date.
"""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

import random
from datetime import date, timedelta

from agent.evaluate.worlds.events_values import BOOK_ON, HOSTS, KINDS, LANGUAGES, TOPICS, VENUES, WEEKDAYS
from agent.evaluate.worlds.events_wants import TRAITS
from agent.evaluate.worlds.traits import Row, Said, World

PLACES = ["Tikko", "Kassa Nova", "Entrada", "Piaopiao"]
_FIRST = ("Lantern", "Velvet", "Paper", "Saffron", "Copper", "Tidal", "Marble", "Cobalt", "Fern", "Amber", "Compass")
_SECOND = (
    "Gathering",
    "Sessions",
    "Salon",
    "Assembly",
    "Dialogues",
    "Circle",
    "Encounters",
    "Parade",
    "Forum",
    "Convention",
)
_MORE = ("", " Revisited")

DOMAIN = """name = "events"
item = { en = "event", zh = "活动" }
items = { en = "events", zh = "活动" }
liked = { en = "enjoyed", zh = "喜欢" }
tone = "lively and exact"

[feedback]
positive = ["attend >= 4"]
negative = ["attend <= 2"]

[attributes]
facets = ["kind", "topics", "venue", "weekday", "languages"]
people = ["hosts"]
shown = ["kind", "event_date", "venue", "price"]
text_template = "{title}, a {kind} with {hosts} at the {venue}. {topics}. {description}"

[policy]
hide_seen = true
$availability
"""

WORDS: dict[str, Said] = {
    "kind": {"en": ("type of event", "kind of event", "format"), "zh": ("活动类型", "类型", "形式")},
    "topics": {"en": ("topic", "subject", "theme"), "zh": ("主题", "题材", "话题")},
    "venue": {"en": ("location", "place"), "zh": ("场地", "地点", "场馆")},
    "weekday": {"en": ("day of the week",), "zh": ("星期几", "周几")},
    "languages": {"en": ("language", "spoken language"), "zh": ("语言", "语种")},
    "hosts": {"en": ("host", "speaker", "performer", "artist"), "zh": ("主持人", "主讲人", "嘉宾", "表演者")},
    "price": {"en": ("ticket price", "ticket", "admission", "entry", "cost"), "zh": ("票价", "门票", "价格", "价钱")},
    "duration_min": {"en": ("duration", "length", "running time"), "zh": ("时长", "长度", "持续时间")},
    "start_hour": {"en": ("start", "starting time", "start time", "beginning"), "zh": ("开始时间", "开场时间", "开始", "开场")},
    "event_date": {"en": ("date", "day of the event"), "zh": ("活动日期", "日期", "举办日期")},
    "booking_closes": {
        "en": ("booking deadline", "end of booking", "last day to book"),
        "zh": ("订票截止日期", "报名截止", "订票截止"),
    },
    "seats": {"en": ("seats", "places", "capacity", "audience size"), "zh": ("座位", "座位数", "名额", "人数")},
    "min_age": {"en": ("minimum age", "age limit", "age restriction"), "zh": ("最低年龄", "年龄限制", "年龄要求")},
    "metro_m": {"en": ("distance to the metro", "metro", "underground", "subway"), "zh": ("离地铁", "地铁距离", "地铁")},
    "outdoor": {"en": ("outdoors", "open-air", "outside"), "zh": ("户外", "露天", "室外")},
    "dogs_allowed": {"en": ("dogs", "dog-friendly"), "zh": ("带狗", "狗")},
    "streamed_online": {"en": ("live stream", "streamed", "streaming", "online"), "zh": ("直播", "线上直播", "在线观看")},
    "sign_language": {"en": ("sign language", "sign language interpreter"), "zh": ("手语", "手语翻译")},
    "agencies": {"en": ("ticket agency", "ticket office"), "zh": ("售票商", "售票点")},
}  # fmt: skip


def row(n: int, rng: random.Random) -> Row:
    kind, topics = rng.choice(list(KINDS)), rng.sample(list(TOPICS), rng.randint(1, 3))
    day = date(2026, 12, 3) + timedelta(days=rng.randrange(170))
    day += timedelta(days=day.day in (10, 20))
    closes = day - timedelta(days=rng.randint(1, 25))
    closes -= timedelta(days=closes.isoformat() in BOOK_ON)
    return {
        "item_id": f"e{n:03}",
        "title": f"{_FIRST[n % 11]} {_SECOND[n // 11 % 10]}{_MORE[n // 110 % 2]}",
        "description": f"A {kind} about {' and '.join(topics)}.",
        "kind": kind,
        "topics": topics,
        "venue": rng.choice(list(VENUES)),
        "weekday": list(WEEKDAYS)[day.weekday()],
        "languages": rng.sample(list(LANGUAGES), rng.randint(1, 2)),
        "hosts": rng.sample(list(HOSTS), rng.randint(1, 2)),
        "price": 0 if rng.random() < 0.2 else rng.randrange(5, 80) + 0.5,
        "duration_min": rng.choice((25, 35, 40, 50, 55, 70, 75, 80, 85, 100, 105, 110, 130, 140, 150, 170, 200, 240)),
        "start_hour": rng.randint(9, 21),
        "event_date": day.isoformat(),
        "booking_closes": closes.isoformat(),
        "seats": rng.choice((12, 16, 18, 24, 28, 35, 45, 65, 80, 90, 120, 150, 180, 240, 350, 450, 600, 900)),
        "min_age": rng.choice((0, 0, 4, 6, 8, 10, 12, 14, 16, 18)),
        "metro_m": rng.choice((80, 120, 150, 170, 230, 260, 290, 340, 410, 460, 580, 650, 790, 870, 1150, 1400)),
        "outdoor": rng.random() < 0.4,
        "dogs_allowed": rng.random() < 0.4,
        "streamed_online": rng.random() < 0.5,
        "sign_language": rng.random() < 0.4,
        "agencies": rng.sample(PLACES, rng.randint(2, 3)),
    }


WORLD = World(
    name="events",
    domain=DOMAIN,
    row=row,
    traits=TRAITS,
    home_of=("agencies", "agency"),
    places=PLACES,
    names={"kind": KINDS, "topics": TOPICS, "venue": VENUES, "weekday": WEEKDAYS, "languages": LANGUAGES},
    words=WORDS,
    opening={
        "en": (
            "Hi, what's on in town?",
            "Hello, I'd like to go out and need an idea.",
            "I'm looking for an event to go to.",
        ),
        "zh": ("你好，城里有什么活动？", "想出去参加个活动，帮我挑挑。", "有什么活动推荐吗？"),
    },
    liked="attend",
)
