"""Six catalogues as markets have them: wines, flats to rent, podcasts, news, shoes and songs."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import cache
from typing import Any

from tests.tools.reading.catalogues import CATALOGUES, _domain, _items
from tools.catalogue import Catalogue

_RNG = random.Random(11)  # the values of one catalogue never change
Draw = Callable[[], Any]


def _build(
    name: str,
    noun: tuple[str, str, str],
    facets: tuple[str, ...],
    people: tuple[str, ...],
    row: dict[str, Draw],
    **more: Any,
) -> Catalogue:
    drawn = [{field: draw() for field, draw in row.items()} for _ in range(32)]
    return Catalogue.build(_items([(a.pop("title"), a) for a in drawn]), _domain(name, noun, facets, people, **more))


def _whole(low: int, high: int, step: int = 1) -> Draw:
    return lambda: _RNG.randrange(low, high + 1, step)


def _real(low: float, high: float) -> Draw:
    return lambda: round(_RNG.uniform(low, high), 1)


def _one(*values: Any) -> Draw:
    return lambda: _RNG.choice(values)


def _some(n: int, *values: str) -> Draw:
    return lambda: _RNG.sample(values, n)


def _flag() -> bool:
    return _RNG.random() < 0.5


def _title(first: list[str], last: list[str]) -> Draw:
    return lambda: f"{_RNG.choice(first)} {_RNG.choice(last)}"


def _day(first: int, last: int) -> Draw:
    """Of a month of 2026 between these."""
    return lambda: f"2026-{_RNG.randint(first, last):02d}-{_RNG.randint(1, 20):02d}"


@cache
def wine() -> Catalogue:
    return _build(
        "wine",
        ("wine", "wines", "葡萄酒"),
        ("type", "grape", "sweetness", "pairing"),
        (),
        {
            "title": _title(
                ["Domaine", "Château", "Tenuta", "Bodega", "Weingut"],
                ["Larose", "Moretti", "Alvear", "Keller", "Vieux Pin", "Serrano"],
            ),
            "type": _one("red", "white", "rosé", "sparkling"),
            "grape": _some(2, "Merlot", "Riesling", "Pinot Noir", "Chardonnay", "Syrah", "Tempranillo"),
            "country": _one("France", "Italy", "Spain", "Germany", "Chile"),
            "region": _one("Bordeaux", "Tuscany", "Rioja", "Mosel", "Maipo Valley", "Loire"),
            "vintage": _whole(2008, 2023),
            "price": _real(6, 120),
            "alcohol_percent": _real(8, 15),
            "rating": _whole(82, 97),
            "sweetness": _one("dry", "off-dry", "sweet"),
            "pairing": _some(2, "fish", "beef", "cheese", "lamb", "dessert"),
            "organic": _flag,
            "bottle_ml": _one(375, 750, 1500),
        },
        aliases={
            "type": {
                "red": ("红酒", "红葡萄酒", "红"),
                "white": ("白葡萄酒", "白酒"),
                "rosé": ("桃红", "rose"),
                "sparkling": ("起泡酒", "气泡酒"),
            },
            "sweetness": {"dry": ("干型", "干"), "sweet": ("甜", "甜型"), "off-dry": ("半干",)},
            "pairing": {
                "fish": ("鱼",),
                "beef": ("牛肉", "steak"),
                "cheese": ("奶酪",),
                "lamb": ("羊肉",),
                "dessert": ("甜点",),
            },
            "grape": {"Riesling": ("雷司令",), "Merlot": ("梅洛",), "Pinot Noir": ("黑皮诺",)},
        },
    )


@cache
def flats() -> Catalogue:
    return _build(
        "flats",
        ("flat", "flats", "房子"),
        ("district", "heating"),
        (),
        {
            "title": _title(
                ["Sunny", "Quiet", "Modern", "Cosy", "Bright"], ["Loft", "Studio", "Apartment", "Maisonette"]
            ),
            "district": _one("Riverside", "Old Harbour", "Northgate", "徐汇", "静安", "浦东"),
            "monthly_rent": _whole(450, 3200, 50),
            "bedrooms": _whole(0, 4),
            "bathrooms": _whole(1, 3),
            "area_sqm": _whole(22, 140),
            "floor": _whole(0, 14),
            "furnished": _flag,
            "pets_allowed": _flag,
            "balcony": _flag,
            "elevator": _flag,
            "parking": _flag,
            "metro_distance_m": _whole(80, 3000, 10),
            "deposit": _whole(500, 6000, 100),
            "built_year": _whole(1905, 2023),
            "heating": _one("gas", "electric", "district"),
            "available_from": _day(9, 12),
        },
        names={
            "monthly_rent": {"en": ("rent",), "zh": ("租金", "房租", "月租")},
            "area_sqm": {"en": ("area", "size"), "zh": ("面积",)},
            "bedrooms": {"en": ("bedroom", "bed"), "zh": ("卧室", "室", "房间")},
            "bathrooms": {"en": ("bath",), "zh": ("卫生间", "卫")},
            "furnished": {"zh": ("带家具", "家具"), "en": ()},
            "elevator": {"en": ("lift",), "zh": ("电梯",)},
            "balcony": {"zh": ("阳台",)},
            "deposit": {"zh": ("押金",)},
            "floor": {"zh": ("楼层", "楼")},
            "metro_distance_m": {"en": ("metro", "subway"), "zh": ("地铁",)},
        },
    )


@cache
def podcasts() -> Catalogue:
    return _build(
        "podcasts",
        ("podcast", "podcasts", "播客"),
        ("topics", "frequency"),
        ("host",),
        {
            "title": _title(["The", "Daily", "Inside", "Deep"], ["Ledger", "Orbit", "Kitchen", "Whistle", "Signal"]),
            "topics": _some(2, "history", "science", "true crime", "business", "comedy", "politics", "health"),
            "frequency": _one("daily", "weekly", "monthly"),
            "language": _one("English", "Chinese", "Spanish"),
            "episode_minutes": _whole(8, 120),
            "episodes": _whole(5, 900),
            "host": _some(1, "Maya Lindqvist", "Tom Achebe", "罗晓", "Greta Paulsen"),
            "explicit": _flag,
            "rating": _real(2.5, 5),
            "started_year": _whole(2008, 2025),
            "has_ads": _flag,
            "transcript": _flag,
        },
        aliases={
            "topics": {
                "history": ("历史",),
                "science": ("科学",),
                "true crime": ("罪案", "真实犯罪"),
                "business": ("商业", "财经"),
                "comedy": ("喜剧", "搞笑", "funny"),
                "politics": ("政治",),
                "health": ("健康",),
            },
            "frequency": {"daily": ("日更", "每天更新"), "weekly": ("周更", "每周更新"), "monthly": ("月更",)},
        },
        names={
            "has_ads": {"en": ("ads", "adverts"), "zh": ("广告",)},
            "transcript": {"zh": ("文字稿", "文稿")},
            "episodes": {"zh": ("集数", "集")},
            "episode_minutes": {"zh": ("单集时长",), "en": ("episode length",)},
        },
    )


@cache
def news() -> Catalogue:
    return _build(
        "news",
        ("article", "articles", "新闻"),
        ("section", "region"),
        ("author",),
        {
            "title": _title(
                ["Council", "Union", "Storm", "Bank", "Court"],
                ["talks stall", "warns of cuts", "hits coast", "raises rates", "rules again"],
            ),
            "section": _one("business", "sports", "technology", "culture", "health"),
            "region": _one("Europe", "Asia", "Africa", "Americas"),
            "language": _one("English", "French", "Chinese"),
            "source": _one("The Beacon", "Harbor Times", "财新", "Le Monde"),
            "author": _some(1, "Ines Duarte", "Paul Okoye", "王芳"),
            "reading_minutes": _whole(1, 25),
            "word_count": _whole(150, 6000, 10),
            "paywall": _flag,
            "opinion": _flag,
            "published_at": _day(11, 11),
        },
        aliases={
            "section": {
                "business": ("财经", "商业"),
                "sports": ("体育",),
                "technology": ("科技", "tech"),
                "culture": ("文化",),
                "health": ("健康",),
            },
            "region": {"Europe": ("欧洲",), "Asia": ("亚洲",), "Africa": ("非洲",)},
        },
        names={
            "opinion": {"zh": ("评论", "观点"), "en": ("opinion piece", "opinion pieces")},
            "word_count": {"en": ("words",), "zh": ("字数", "字")},
        },
    )


@cache
def shoes() -> Catalogue:
    return _build(
        "shoes",
        ("shoe", "shoes", "鞋"),
        ("category", "gender"),
        (),
        {
            "title": _title(["Aero", "Terra", "Nimbus", "Strada"], ["Glide", "Peak", "Runner", "Low", "GTX"]),
            "category": _one("running", "hiking", "boots", "sneakers", "sandals"),
            "brand": _one("Nike", "Adidas", "Salomon", "李宁", "Asics"),
            "color": _one("black", "white", "red", "blue", "beige"),
            "gender": _one("women", "men", "unisex"),
            "material": _one("leather", "mesh", "canvas", "suede"),
            "price": _real(25, 240),
            "weight_g": _whole(180, 900),
            "heel_mm": _whole(0, 90),
            "waterproof": _flag,
            "on_sale": _flag,
            "vegan": _flag,
            "sizes": _some(6, *map(str, range(35, 48))),
            "rating": _real(2.8, 5),
            "review_count": _whole(0, 4000),
        },
        aliases={
            "category": {
                "running": ("跑鞋", "跑步鞋", "running shoes", "跑步"),
                "hiking": ("登山鞋", "徒步鞋"),
                "boots": ("靴子",),
                "sneakers": ("运动鞋", "板鞋", "trainers"),
                "sandals": ("凉鞋",),
            },
            "gender": {"women": ("女款", "女士", "女鞋", "ladies"), "men": ("男款", "男士", "男鞋")},
            "material": {"leather": ("皮", "真皮"), "canvas": ("帆布",)},
        },
        names={
            "sizes": {"en": ("size", "sizes"), "zh": ("码", "尺码")},
            "heel_mm": {"en": ("heel", "heels"), "zh": ("鞋跟", "跟高")},
        },
    )


@cache
def songs() -> Catalogue:
    return _build(
        "songs",
        ("song", "songs", "歌"),
        ("genre", "mood"),
        ("artist",),
        {
            "title": _title(["Paper", "Silver", "Midnight", "Hollow"], ["Rivers", "Lanterns", "Motel", "Birds"]),
            "genre": _some(1, "rock", "jazz", "hip hop", "electronic", "folk", "classical"),
            "mood": _some(1, "calm", "happy", "sad", "energetic"),
            "artist": _some(1, "Nora Vale", "The Copper Foxes", "周小雨", "Idris Kane"),
            "bpm": _whole(60, 180),
            "duration_seconds": _whole(95, 560),
            "year": _whole(1965, 2025),
            "language": _one("English", "Chinese", "Korean", "Portuguese"),
            "explicit": _flag,
            "plays": _whole(1000, 9000000),
            "instrumental": _flag,
            "album": _one("First Light", "Tidewater", "Glass Houses"),
        },
        aliases={
            "genre": {
                "rock": ("摇滚",),
                "jazz": ("爵士",),
                "hip hop": ("嘻哈", "说唱", "rap"),
                "electronic": ("电子",),
                "folk": ("民谣",),
                "classical": ("古典",),
            },
            "mood": {
                "calm": ("安静", "平静", "relaxing", "chill"),
                "happy": ("欢快", "开心", "upbeat"),
                "sad": ("伤感", "悲伤"),
                "energetic": ("动感",),
            },
        },
        names={
            "instrumental": {"zh": ("纯音乐",)},
            "bpm": {"zh": ("节拍", "速度"), "en": ("tempo",)},
            "plays": {"zh": ("播放量",)},
        },
    )


_MARKETS = (wine, flats, podcasts, news, shoes, songs)
CATALOGUES.update({f"{made.__name__} market": made for made in _MARKETS})
