"""What Chinese requests are read as, on catalogues of board games, products, news and films."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.reading.catalogues import read

Case = tuple[str, dict[str, Any]]


def players(n: int) -> dict[str, Any]:
    return {"min_players": {"<=": n}, "max_players": {">=": n}}


GAMES: list[Case] = [
    ("不超过200元", {"price": {"<=": 200}}),
    ("价格在100到200元之间", {"price": {">=": 100, "<=": 200}}),
    ("50块以内的策略游戏", {"price": {"<=": 50}, "category": {"in": ["Strategy"]}}),
    ("预算40美元", {"price": {"<=": 40}}),
    ("40元的桌游", {"price": {"==": 40}}),
    ("三十元以下", {"price": {"<=": 30}}),
    ("低于50元的", {"price": {"<": 50}}),
    ("适合2个人玩", players(2)),
    ("四人游戏", players(4)),
    ("3到5人玩的", {"min_players": {"<=": 3}, "max_players": {">=": 5}}),
    ("至少支持6个玩家", {"max_players": {">=": 6}}),
    ("适合8岁以上", {"min_age": {"<=": 8}}),
    ("适合六岁孩子的", {"min_age": {"<=": 6}}),
    ("复杂度低于2.5", {"complexity": {"<": 2.5}}),
    ("难度不超过3的", {"complexity": {"<=": 3}}),
    ("评分8以上", {"rating": {">=": 8}}),
    ("评分不低于7.5", {"rating": {">=": 7.5}}),
    ("8分以上的", {"rating": {">=": 8}}),
    ("时长不超过一小时", {"playing_time": {"<=": 60}}),
    ("半小时以内能玩完", {"playing_time": {"<=": 30}}),
    ("30到60分钟的", {"playing_time": {">=": 30, "<=": 60}}),
    ("两个半小时以上的", {"playing_time": {">=": 150}}),
    ("2005年以后出版的", {"year_published": {">=": 2005}}),
    ("只要合作的", {"mechanics": {"contains": ["Cooperative"]}}),
    ("合作或者牌库构筑", {"mechanics": {"contains_any": ["Cooperative", "Deck Building"]}}),
    ("不要聚会游戏", {"category": {"!=": ["Party"]}}),
    ("法语的", {"language": {"in": ["French"]}}),
    ("语言是德语", {"language": {"in": ["German"]}}),
    ("不要德文版", {"language": {"!=": ["German"]}}),
    ("跟Catan差不多的", {"like": ["4"]}),
    ("类似Ticket to Ride，但是短一点", {"like": ["6"], "critiques": ("playing_time", "less")}),
    ("便宜点", {"critiques": ("price", "less")}),
    ("比第一个简单一点", {"critiques": ("complexity", "less", 1)}),
    ("太复杂了", {"critiques": ("complexity", "less")}),
    ("比Catan复杂一点的", {"complexity": {">": 2.3}}),
    ("太难了，简单点", {"critiques": ("complexity", "less")}),
    ("50元左右", {"price": {">=": 37.5, "<=": 62.5}}),
    ("人数不限", {"removed": ["min_players", "max_players"]}),
    ("不限价格", {"removed": ["price"]}),
    ("时长无所谓", {"removed": ["playing_time"]}),
    ("推荐三款", {"k": 3}),
    ("来5个50元以下的桌游", {"k": 5, "price": {"<=": 50}}),
    ("最好是合作的，适合4人", {"soft": {"mechanics contains": ["Cooperative"]}, **players(4)}),
    ("尽量便宜", {"soft": {"price <=": 40}}),
    ("Uwe Rosenberg设计的", {"designer": {"contains": ["Uwe Rosenberg"]}}),
]
SHOP: list[Case] = [
    ("黑色的耳机，1000元以下", {"color": {"in": ["black"]}, "category": {"in": ["Headphones"]}, "price": {"<=": 1000}}),
    ("红色或蓝色的外套", {"color": {"in": ["red", "blue"]}, "category": {"in": ["Jackets"]}}),
    ("不要红色", {"color": {"!=": ["red"]}}),
    ("不要Sony的", {"brand": {"!=": ["Sony"]}}),
    ("华为的笔记本", {"brand": {"in": ["华为"]}, "category": {"in": ["Laptops"]}}),
    ("品牌是Lenovo", {"brand": {"in": ["Lenovo"]}}),
    ("Apple品牌的耳机", {"brand": {"in": ["Apple"]}, "category": {"in": ["Headphones"]}}),
    ("500以内的耳机", {"price": {"<=": 500}, "category": {"in": ["Headphones"]}}),
    ("1000到1500之间的笔记本", {"price": {">=": 1000, "<=": 1500}, "category": {"in": ["Laptops"]}}),
    ("256G以上", {"storage_gb": {">=": 256}}),
    ("贵一点也行", {}),
    ("四星以上", {"rating": {">=": 4}}),
    ("评分4.5以上的", {"rating": {">=": 4.5}}),
    ("一公斤以下", {"weight_kg": {"<=": 1}}),
    ("重量不超过500克", {"weight_kg": {"<=": 0.5}}),
    ("内存至少512GB", {"storage_gb": {">=": 512}}),
    ("续航至少15小时", {"battery_hours": {">=": 15}}),
    ("包邮的", {"free_shipping": {"==": True}}),
    ("不包邮", {"free_shipping": {"==": False}}),
    ("要有货的", {"in_stock": {"==": True}}),
    ("打折的外套", {"on_sale": {"==": True}, "category": {"in": ["Jackets"]}}),
    ("日本产的耳机", {"country": {"in": ["Japan"]}, "category": {"in": ["Headphones"]}}),
    ("不要中国的", {"country": {"!=": ["China"]}}),
    ("1万元以上", {"price": {">=": 10_000}}),
    ("两千到三千元", {"price": {">=": 2000, "<=": 3000}}),
    ("便宜的耳机", {"category": {"in": ["Headphones"]}, "soft": {"price <=": 199}}),
    ("不要太贵", {"soft": {"price <=": 199}}),
    ("太贵了", {"critiques": ("price", "less")}),
    ("再轻一点", {"critiques": ("weight_kg", "less")}),
    ("比第二个便宜一点", {"critiques": ("price", "less", 2)}),
    ("跟第二个差不多但是便宜点", {"like_shown": [2], "critiques": ("price", "less", 2)}),
    ("最好是银色的笔记本", {"soft": {"color in": ["silver"], "category in": ["Laptops"]}}),
    ("外套，如果可能的话100元以内", {"category": {"in": ["Jackets"]}, "soft": {"price <=": 100}}),
    ("颜色无所谓", {"removed": ["color"]}),
    ("品牌不限", {"removed": ["brand"]}),
    ("什么牌子都行", {"removed": ["brand"]}),
    ("多贵都行", {"removed": ["price"]}),
    ("取消价格限制", {"removed": ["price"]}),
]
NEWS: list[Case] = [
    ("最近一个月的", {"published_at": {">=": "2026-10-21"}}),
    ("最近三天的体育新闻", {"published_at": {">=": "2026-11-17"}, "section": {"in": ["Sports"]}}),
    ("本周发布的", {"published_at": {">=": "2026-11-16", "<=": "2026-11-22"}}),
    ("今天的新闻", {"published_at": {"==": "2026-11-20"}}),
    ("昨天发表的文章", {"published_at": {"==": "2026-11-19"}}),
    ("2020年3月以后发布的", {"published_at": {">": "2020-03"}}),
    ("2026年11月5日之前的", {"published_at": {"<": "2026-11-05"}}),
    ("2020年的政治新闻", {"published_at": {"==": "2020"}, "section": {"in": ["Politics"]}}),
    ("11月以后的", {"published_at": {">": "2026-11"}}),
    ("本月的科技新闻", {"published_at": {"==": "2026-11"}, "section": {"in": ["Technology"]}}),
    ("五分钟以内读完的", {"reading_minutes": {"<=": 5}}),
    ("不要付费的", {"paywall": {"==": False}}),
    ("免费阅读的法语文章", {"paywall": {"==": False}, "language": {"in": ["French"]}}),
    ("请用中文回答", {}),
    ("说中文吧", {}),
    ("中文的科技新闻", {"language": {"in": ["Chinese"]}, "section": {"in": ["Technology"]}}),
    ("科技或政治", {"section": {"in": ["Technology", "Politics"]}}),
    ("除了体育都可以", {"section": {"!=": ["Sports"]}}),
    ("作者是李明", {"author": {"contains": ["李明"]}}),
    ("来源是晨报", {"source": {"in": ["晨报"]}}),
    ("最新的科技新闻", {"section": {"in": ["Technology"]}, "soft": {"published_at >=": "2026-11-18"}}),
    ("语言不重要", {"removed": ["language"]}),
    ("前五篇", {"k": 5}),
    ("三篇文章", {"k": 3}),
    ("今天想读点东西", {}),
    ("这周很累", {}),
]
FILMS: list[Case] = [
    ("科幻", {"tags": {"contains": ["Sci-Fi"]}}),
    ("Scorcese导演的", {"director": {"contains": ["Martin Scorsese"]}}),
    ("周星驰的喜剧", {"cast": {"contains": ["周星驰"]}, "tags": {"contains": ["Comedy"]}}),
    ("不要库布里克也不要恐怖片", {"tags": {"not_contains": ["Horror"]}}),
    ("不要Stanley Kubrick导演的", {"director": {"not_contains": ["Stanley Kubrick"]}}),
    ("像《大话西游》那样的", {"like": ["10"]}),
    ("跟大话西游差不多的", {"like": ["10"]}),
    ("类似《Taxi Driver》的电影", {"like": ["3"]}),
    ("像Star Wars一样的片子", {"like": ["1"]}),
    ("和Pulp Ficton类似的", {"like": ["4"]}),
    ("不要像《The Shining》那样的", {}),
    ("《十二怒汉》", {}),
    ("短一点", {"critiques": ("runtime", "less")}),
    ("比Heat短的", {"runtime": {"<": 170}}),
    ("不要那么长", {"critiques": ("runtime", "less")}),
    ("再新一点", {"critiques": ("year", "more")}),
    ("更老的", {"critiques": ("year", "less")}),
    ("没那么恐怖的", {"critiques": ("tags", "less", "Horror"), "tags": {"not_contains": ["Horror"]}}),
    ("太恐怖了", {"critiques": ("tags", "less", "Horror"), "tags": {"not_contains": ["Horror"]}}),
    ("更搞笑一点", {"critiques": ("tags", "more", "Comedy"), "tags": {"contains": ["Comedy"]}}),
    ("多点动作", {"critiques": ("tags", "more", "Action"), "tags": {"contains": ["Action"]}}),
    ("跟第二个一样但是新一点", {"like_shown": [2], "critiques": ("year", "more", 2)}),
    ("比最后一部短一点", {"critiques": ("runtime", "less", -1)}),
    ("评分更高的", {"critiques": ("rating", "more")}),
    ("太长了", {"critiques": ("runtime", "less")}),
    ("别太长", {"soft": {"runtime <=": 99}}),
    ("最好不要恐怖片", {"soft": {"tags not_contains": ["Horror"]}}),
    ("动作片，最好两小时以内", {"tags": {"contains": ["Action"]}, "soft": {"runtime <=": 120}}),
    ("尽量选九十年代的喜剧", {"soft": {"year >=": 1990, "year <=": 1999, "tags contains": ["Comedy"]}}),
    ("最好看的喜剧", {"tags": {"contains": ["Comedy"]}}),
    ("高分犯罪片", {"tags": {"contains": ["Crime"]}, "soft": {"rating >=": 8.4}}),
    ("从头来", {"reset": True}),
    ("重新开始，想看西部片", {"reset": True, "tags": {"contains": ["Western"]}}),
    ("忘掉之前说的", {"reset": True}),
    ("类型无所谓", {"removed": ["tags"]}),
    ("年代不限", {"removed": ["year"]}),
    ("不在乎时长", {"removed": ["runtime"]}),
    ("三部喜剧", {"tags": {"contains": ["Comedy"]}, "k": 3}),
    ("只要一部", {"k": 1}),
    ("来两部战争片", {"tags": {"contains": ["War"]}, "k": 2}),
    ("几部好片", {}),
    ("想看一部电影", {}),
    ("第三部", {}),
    ("三部曲", {}),
]
NOTHING = [
    "随便推荐一点",
    "今天心情不好",
    "想被感动",
    "下雨天适合做什么",
    "你好",
    "有什么好的推荐吗",
    "我有两个孩子和一只狗",
    "适合周末的",
    "讲友情的故事",
    "不知道想要什么",
    "谢谢你",
    "都可以",
    "我等了三个小时了",
    "帮我挑一下吧",
    "我朋友说很好",
]


@pytest.mark.parametrize(("words", "expected"), GAMES)
def test_board_games(words: str, expected: dict[str, Any]) -> None:
    assert read("games", words) == expected


@pytest.mark.parametrize(("words", "expected"), SHOP)
def test_products(words: str, expected: dict[str, Any]) -> None:
    assert read("shop", words) == expected


@pytest.mark.parametrize(("words", "expected"), NEWS)
def test_news(words: str, expected: dict[str, Any]) -> None:
    assert read("news", words) == expected


@pytest.mark.parametrize(("words", "expected"), FILMS)
def test_films(words: str, expected: dict[str, Any]) -> None:
    assert read("films", words) == expected


@pytest.mark.parametrize("catalogue", ["games", "shop", "news", "films"])
@pytest.mark.parametrize("words", NOTHING)
def test_words_without_a_limit_are_read_as_none(words: str, catalogue: str) -> None:
    assert read(catalogue, words) == {}
