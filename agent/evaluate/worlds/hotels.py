"""Hotels: cities, styles, amenities, chefs, price, stars, distance; each open to guests of some membership levels."""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

import random

from agent.evaluate.worlds.traits import Row, World, bound, choice, flag, person

CITIES = {
    "Lisbon": "里斯本", "Kyoto": "京都", "Oslo": "奥斯陆", "Marrakesh": "马拉喀什", "Vienna": "维也纳", "Chengdu": "成都",
}  # fmt: skip
STYLES = {"Boutique": "精品", "Business": "商务", "Resort": "度假", "Hostel": "青旅", "Historic": "古迹"}
AMENITIES = {
    "Pool": "泳池", "Sauna": "桑拿", "Gym": "健身房", "Rooftop Bar": "屋顶酒吧", "Garden": "花园", "Parking": "停车场",
    "Kids Club": "儿童乐园",
}  # fmt: skip
CHEFS = ("Aurelio Sanz", "Brigid Nolan", "Haruki Endo", "Sofie Dahl", "Karim Belhadj", "Zhao Lan", "Peter Wolk")
PLACES = ["basic", "silver", "gold", "business"]
_FIRST = ("Blue", "Grand", "Little", "Old", "Quiet", "Red", "Royal", "Sunny", "White", "Winding", "Wild")
_SECOND = ("Heron", "Anchor", "Lantern", "Oak", "Palace", "Tower", "Fountain", "Bridge", "Swan", "Willow")
_MORE = ("House", "Hotel", "Lodge", "Inn", "Suites")

DOMAIN = """name = "hotels"
item = { en = "hotel", zh = "酒店" }
items = { en = "hotels", zh = "酒店" }
liked = { en = "enjoyed", zh = "住得满意" }
tone = "calm and precise"

[feedback]
positive = ["stay >= 4"]
negative = ["stay <= 2"]

[attributes]
facets = ["city", "style", "amenities"]
people = ["chef"]
shown = ["city", "price", "stars"]
text_template = "{title}, {city}. {style} hotel with {amenities}. {description}"

[policy]
hide_seen = true
$availability
"""


def row(n: int, rng: random.Random) -> Row:
    city, style = rng.choice(list(CITIES)), rng.choice(list(STYLES))
    amenities = rng.sample(list(AMENITIES), rng.randint(1, 4))
    return {
        "item_id": f"h{n:03}",
        "title": f"{_FIRST[n % 11]} {_SECOND[n // 11 % 10]} {_MORE[n // 110 % 5]}",
        "description": f"A {style.lower()} hotel in {city} with {', '.join(amenities).lower()}.",
        "city": city,
        "style": style,
        "amenities": amenities,
        "chef": [rng.choice(CHEFS)],
        "price": rng.randrange(35, 420, 5),
        "stars": rng.randint(2, 5),
        "guest_rating": round(rng.uniform(6.0, 9.8), 1),
        "center_km": round(rng.uniform(0.1, 9.0), 1),
        "rooms": rng.randrange(8, 300),
        "opened": rng.randint(1890, 2025),
        "pets": rng.random() < 0.4,
        "breakfast": rng.random() < 0.5,
        "open_to": rng.sample(PLACES, rng.randint(2, 3)),
    }


TRAITS = (
    bound("price", "price", "<=", (60, 80, 100, 120, 150, 200, 250, 300), {
        "en": ("At most {v} a night.", "I can spend {v} euros per night.", "The price must be under or equal to {v}."),
        "zh": ("每晚最多{v}欧元。", "预算一晚{v}以内。", "价格不超过{v}。")},
        {"en": r"price|budget|cost|spend|cheap|expensive|how much|per night", "zh": r"价|预算|多少钱|花"}),
    bound("stars", "stars", ">=", (3, 4, 5), {
        "en": ("It needs at least {v} stars.", "{v} stars or more.", "Nothing below {v} stars."),
        "zh": ("至少{v}星。", "{v}星及以上。", "不要低于{v}星。")},
        {"en": r"stars?\b", "zh": r"星"}),
    bound("rating", "guest_rating", ">=", (7, 7.5, 8, 8.5, 9), {
        "en": ("The guest rating should be at least {v}.", "Guests should rate it {v} or better.",
               "A guest rating of {v} or higher."),
        "zh": ("住客评分至少{v}。", "评分要{v}以上。", "评分不低于{v}。")},
        {"en": r"rating|rated|score|reviews?", "zh": r"评分|打分|口碑"}),
    bound("distance", "center_km", "<=", (0.5, 1, 2, 3, 5), {
        "en": ("No more than {v} km from the center.", "Within {v} km of the center.", "The center must be {v} km away at most."),
        "zh": ("离市中心不超过{v}公里。", "距离市中心{v}公里以内。", "到市中心最多{v}公里。")},
        {"en": r"distance|how far|center|centre|close|\bkm\b|location", "zh": r"距离|多远|市中心|位置"}),
    bound("rooms", "rooms", "<=", (20, 50, 100, 150), {
        "en": ("A small one, at most {v} rooms.", "It should have no more than {v} rooms.", "{v} rooms or fewer."),
        "zh": ("房间数不超过{v}间。", "规模小一点，最多{v}间客房。", "{v}间房以内。")},
        {"en": r"rooms?\b|size|how (?:big|large|small)", "zh": r"房间|客房|规模|大小"}),
    bound("opened", "opened", ">=", (1950, 1980, 2000, 2010, 2018), {
        "en": ("It should have opened in {v} or later.", "Nothing opened before {v}.", "Opened in {v} or after."),
        "zh": ("要{v}年以后开业的。", "不要{v}年以前开业的。", "{v}年及以后开业。")},
        {"en": r"opened|how (?:new|modern)|\byear\b", "zh": r"开业|哪一?年|新一?点|年份"}),
    choice("city", "city", "==", CITIES, {
        "en": ("It has to be in {v}.", "I am travelling to {v}.", "{v} is where I will be."),
        "zh": ("在{v}的。", "我要去{v}。", "地点是{v}。")},
        {"en": r"\bcity\b|cities|where|destination|travelling|traveling", "zh": r"城市|哪里|目的地|去哪"}),
    choice("style", "style", "==", STYLES, {
        "en": ("I would like a {v} hotel.", "The style should be {v}.", "A {v} one, please."),
        "zh": ("想要{v}酒店。", "风格要{v}的。", "要{v}类型的。")},
        {"en": r"style|kind|type|sort of", "zh": r"风格|类型|哪种"}),
    choice("amenity", "amenities", "contains", AMENITIES, {
        "en": ("It must have a {v}.", "I need a {v} there.", "With a {v}, please."),
        "zh": ("要有{v}。", "必须带{v}。", "需要{v}。")},
        {"en": r"amenit|facilit|equipment|features?", "zh": r"设施|配套|设备"}),
    choice("no amenity", "amenities", "not_contains", AMENITIES, {
        "en": ("No {v}, please.", "Without a {v}.", "I do not want a {v}."),
        "zh": ("不要{v}。", "不想要有{v}的。", "不能有{v}。")},
        {"en": r"amenit|facilit|avoid|dislike|exclude", "zh": r"设施|避开|不想要|不喜欢"}),
    person("chef", "chef", {
        "en": ("{v} should be the chef.", "I want to eat at a place run by {v}.", "With {v} as chef."),
        "zh": ("主厨要是{v}。", "餐厅由{v}掌勺。", "想要{v}当主厨的。")},
        {"en": r"chef|restaurant|cook", "zh": r"主厨|厨师|餐厅"}),
    flag("pets", "pets", {
        "en": ("Pets must be allowed.", "I bring my dog, so pets have to be allowed.", "It must accept pets."),
        "zh": ("要允许带宠物。", "我会带狗，必须可以带宠物。", "要能带宠物。")},
        {"en": r"\bpets?\b|dog|cat\b|animal", "zh": r"宠物|狗|猫"}),
    flag("breakfast", "breakfast", {
        "en": ("Breakfast must be included.", "I want breakfast there.", "It has to offer breakfast."),
        "zh": ("要含早餐。", "必须有早餐。", "需要包早餐。")},
        {"en": r"breakfast|meals?\b|board\b", "zh": r"早餐|用餐|餐食"}),
)  # fmt: skip
WORLD = World(
    name="hotels",
    domain=DOMAIN,
    row=row,
    traits=TRAITS,
    home_of=("open_to", "membership"),
    places=PLACES,
    names={"city": CITIES, "style": STYLES, "amenities": AMENITIES},
    opening={
        "en": ("Hello, I need a hotel.", "Could you find me a hotel?", "I am looking for a hotel for next week."),
        "zh": ("你好，我想订酒店。", "帮我找一家酒店好吗？", "下周出门，想找家酒店。"),
    },
    liked="stay",
)
