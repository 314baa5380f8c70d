"""Board games: categories, mechanisms, designers, players, price, time, ages; shipped to some countries only."""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

import random

from agent.evaluate.worlds.traits import Row, World, between, bound, choice, flag, person

CATEGORIES = {
    "Strategy": "策略",
    "Party": "派对",
    "Family": "家庭",
    "Card": "卡牌",
    "Word": "文字",
    "Wargame": "战棋",
    "Trivia": "问答",
}
MECHANISMS = {
    "Dice Rolling": "掷骰",
    "Deck Building": "构筑牌组",
    "Worker Placement": "工人放置",
    "Auction": "拍卖",
    "Bluffing": "吹牛",
    "Tile Laying": "拼板",
    "Drafting": "轮抽",
}
LANGUAGES = {"English": "英文", "German": "德文", "Chinese": "中文", "French": "法文", "Spanish": "西班牙文"}
DESIGNERS = (
    "Mira Holt", "Anselm Krug", "Odile Ferrand", "Tomas Rehak", "Yuna Saito", "Basil Ormond", "Greta Lindqvist",
    "Paolo Verdi", "Ines Marlow", "Chen Yifan", "Kofi Adusei", "Nadia Brandt", "Rune Solberg", "Lucia Paz",
)  # fmt: skip
_FIRST = (
    "Amber",
    "Silent",
    "Crooked",
    "Gilded",
    "Hollow",
    "Northern",
    "Paper",
    "Restless",
    "Saffron",
    "Tidal",
    "Velvet",
)
_SECOND = ("Harbor", "Orchard", "Caravan", "Citadel", "Lanterns", "Meadow", "Voyage", "Bazaar", "Foundry", "Garden")
_MORE = ("", " II", " Express", " Duel", ": The Card Game")

DOMAIN = """name = "tabletop"
item = { en = "board game", zh = "桌游" }
items = { en = "board games", zh = "桌游" }
liked = { en = "rated highly", zh = "打了高分" }
tone = "brief and friendly"

[feedback]
positive = ["rate >= 4"]
negative = ["rate <= 2"]

[attributes]
facets = ["category", "mechanisms", "languages"]
people = ["designer"]
shown = ["category", "price", "designer"]
text_template = "{title} by {designer}. {category} game. {mechanisms}. {description}"

[policy]
hide_seen = true
$availability
"""


def row(n: int, rng: random.Random) -> Row:
    title = f"{_FIRST[n % 11]} {_SECOND[n // 11 % 10]}{_MORE[n // 110 % 5]}"
    low = rng.choice((1, 2, 2, 2, 3))
    category = rng.choice(list(CATEGORIES))
    mechanisms = rng.sample(list(MECHANISMS), rng.randint(1, 3))
    return {
        "item_id": f"g{n:03}",
        "title": title,
        "description": f"A {category.lower()} game of {', '.join(mechanisms).lower()}.",
        "category": category,
        "mechanisms": mechanisms,
        "designer": [rng.choice(DESIGNERS)],
        "languages": rng.sample(list(LANGUAGES), rng.randint(1, 3)),
        "price": rng.randrange(9, 90),
        "players_min": low,
        "players_max": low + rng.randint(1, 5),
        "playing_time": rng.choice((15, 20, 30, 45, 60, 75, 90, 120, 150)),
        "min_age": rng.choice((5, 6, 8, 10, 12, 14)),
        "rating": round(rng.uniform(5.0, 9.2), 1),
        "year": rng.randint(1995, 2025),
        "cooperative": rng.random() < 0.35,
        "ships_to": rng.sample(PLACES, rng.randint(2, 4)),
    }


PLACES = ["DE", "FR", "CN", "US", "ES"]
TRAITS = (
    bound("price", "price", "<=", (15, 20, 25, 30, 40, 50, 60), {
        "en": ("It may cost {v} at most.", "My budget is {v} euros.", "It has to be {v} euros or less."),
        "zh": ("预算最多{v}欧元。", "价格不要超过{v}欧元。", "{v}欧元以内。")},
        {"en": r"price|budget|cost|spend|cheap|expensive|how much", "zh": r"价|预算|多少钱|花"}),
    bound("time", "playing_time", "<=", (20, 30, 45, 60, 90, 120), {
        "en": ("It should take at most {v} minutes.", "We only have {v} minutes.", "No longer than {v} minutes, please."),
        "zh": ("一局不要超过{v}分钟。", "时长最多{v}分钟。", "{v}分钟以内能玩完。")},
        {"en": r"minutes|hours?\b|how long|playing time|duration|length|shorter|longer", "zh": r"多久|时长|时间|分钟|小时"}),
    bound("age", "min_age", "<=", (6, 8, 10, 12, 14), {
        "en": ("It must be suitable for a {v}-year-old.", "My kid is {v} years old and should be able to play.",
               "The minimum age must be {v} or lower."),
        "zh": ("要适合{v}岁的孩子玩。", "孩子今年{v}岁，也要能玩。", "最低年龄不能高于{v}岁。")},
        {"en": r"\bages?\b|how old|years? old|child|kids?\b", "zh": r"年龄|几岁|多大|岁|孩子"}),
    bound("rating", "rating", ">=", (6, 6.5, 7, 7.5, 8), {
        "en": ("It should be rated at least {v}.", "A rating of {v} or higher.", "Nothing rated below {v}."),
        "zh": ("评分至少{v}。", "评分要在{v}分以上。", "评分不低于{v}。")},
        {"en": r"rating|rated|score", "zh": r"评分|打分|几分"}),
    bound("year", "year", ">=", (2000, 2005, 2010, 2015, 2018), {
        "en": ("It should be from {v} or later.", "Nothing from before {v}.", "Released in {v} or after."),
        "zh": ("要{v}年以后的。", "不要{v}年以前的。", "{v}年及以后出的。")},
        {"en": r"\byears?\b|released|recent|newer|older|how (?:new|old) should the game", "zh": r"年份|哪一?年|新一?点|年代|出版"}),
    between("players", "players_min", "players_max", {
        "en": ("There are {v} of us playing.", "It has to work with {v} players.", "We will be {v} people."),
        "zh": ("我们一共{v}个人玩。", "要能{v}人玩。", "玩家有{v}位。")},
        {"en": r"players?|people|how many of you|group", "zh": r"几个?人|几位|人数|多少人|玩家"}),
    choice("category", "category", "==", CATEGORIES, {
        "en": ("I am after a {v} game.", "It should be a {v} game.", "The category should be {v}."),
        "zh": ("想要{v}类的。", "要{v}桌游。", "类型是{v}。")},
        {"en": r"categor|kind|type|genre|sort of", "zh": r"类|种|题材"}),
    choice("mechanism", "mechanisms", "contains", MECHANISMS, {
        "en": ("It should have {v}.", "I love {v}, so please with that.", "With {v} as a mechanism."),
        "zh": ("要有{v}机制。", "我喜欢{v}，要带这个的。", "机制里要有{v}。")},
        {"en": r"mechani", "zh": r"机制"}),
    choice("no mechanism", "mechanisms", "not_contains", MECHANISMS, {
        "en": ("No {v}, please.", "I can't stand {v}.", "Without {v}."),
        "zh": ("不要{v}。", "我讨厌{v}。", "不能有{v}机制。")},
        {"en": r"mechani|avoid|dislike|don't want|exclude", "zh": r"机制|不想要|避开|不喜欢|排除"}),
    choice("language", "languages", "contains", LANGUAGES, {
        "en": ("The rules must come in {v}.", "I need a {v} edition.", "It has to be available in {v}."),
        "zh": ("规则书要有{v}的。", "需要{v}版。", "语言要有{v}。")},
        {"en": r"language|edition", "zh": r"语言|版本|哪种文"}),
    person("designer", "designer", {
        "en": ("It should be by {v}.", "Something designed by {v}.", "The designer has to be {v}."),
        "zh": ("要{v}设计的。", "设计师得是{v}。", "想要{v}的作品。")},
        {"en": r"designer|author|who made|by whom", "zh": r"设计师|作者|谁"}),
    flag("cooperative", "cooperative", {
        "en": ("It must be cooperative.", "We want to play together, so cooperative only.", "Cooperative, not competitive."),
        "zh": ("要合作类的。", "我们想一起合作，只要合作游戏。", "必须是合作游戏。")},
        {"en": r"cooperat|competit|together|against each other", "zh": r"合作|对抗|竞争"}),
)  # fmt: skip
WORLD = World(
    name="games",
    domain=DOMAIN,
    row=row,
    traits=TRAITS,
    home_of=("ships_to", "country"),
    places=PLACES,
    names={"category": CATEGORIES, "mechanisms": MECHANISMS, "languages": LANGUAGES},
    opening={
        "en": (
            "Hi, I am looking for a board game.",
            "Can you recommend a board game?",
            "I need a board game for tonight.",
        ),
        "zh": ("你好，我想找一款桌游。", "能推荐一款桌游吗？", "今晚想玩桌游，帮我挑一款。"),
    },
    liked="rate",
)
