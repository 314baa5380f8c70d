"""Four small catalogues of different things, and what a request to one of them is read as."""

from __future__ import annotations

from functools import cache
from typing import Any

from tools.catalogue import Catalogue
from tools.domain import Attributes, Domain, Feedback, Words
from tools.filters import parse
from tools.intent import understand
from tools.store import Item


def read(shop: str, words: str) -> dict[str, Any]:
    """What is not empty of the intent but its query; critiques and wishes as short tuples, alone where there is one."""
    catalogue = CATALOGUES[shop]()
    intent = understand(words, catalogue, catalogue.domain)
    assert parse(intent.filters, catalogue) == intent.filters  # what is read is valid as it stands
    assert all(wish.field in catalogue.fields for wish in [*intent.soft, *intent.critiques])
    assert set(intent.removed) <= set(catalogue.fields)
    assert intent.query or not words.strip()
    out: dict[str, Any] = {**intent.filters}
    if intent.critiques:
        said = [tuple(part for part in (c.field, c.direction, c.value, c.of) if part) for c in intent.critiques]
        out["critiques"] = said[0] if len(said) == 1 else said
    if intent.soft:
        out["soft"] = {f"{s.field} {s.operator}": s.value for s in intent.soft}
    more = {name: getattr(intent, name) for name in ("like", "like_shown", "k", "removed", "allowed", "lacks", "reset")}
    return out | {name: value for name, value in more.items() if value}


def _domain(
    name: str, noun: tuple[str, str, str], facets: tuple[str, ...], people: tuple[str, ...], **more: Any
) -> Domain:
    item, items, zh = noun
    return Domain(
        name=name,
        item=Words(en=item, zh=zh),
        items=Words(en=items, zh=zh),
        liked=Words(en="liked", zh="喜欢"),
        feedback=Feedback(positive=("like",)),
        attributes=Attributes(facets=facets, people=people),
        **more,
    )


def _items(rows: list[tuple[str, dict[str, Any]]]) -> list[Item]:
    return [
        Item(
            item_id=f"{n}", title=title, tags=a.pop("tags", []), published_at=a.pop("published_at", None), attributes=a
        )
        for n, (title, a) in enumerate(rows, 1)
    ]


@cache
def games() -> Catalogue:
    domain = _domain(
        "board games",
        ("board game", "board games", "桌游"),
        ("mechanics", "category"),
        ("designer",),
        aliases={
            "mechanics": {
                "Deck Building": ("牌库构筑",),
                "Cooperative": ("合作", "co-op"),
                "Worker Placement": ("工人放置",),
            },
            "category": {"Party": ("聚会",), "Strategy": ("策略",), "Family": ("家庭",)},
        },
    )
    mechanics = (
        ["Cooperative", "Hand Management"],
        ["Deck Building"],
        ["Worker Placement"],
        ["Trading", "Dice Rolling"],
    )
    rows = [
        ("Pandemic", 35.0, 2, 4, 8, 2.4, 45, 7.6, 2008, "Matt Leacock", "Z-Man Games", "Strategy", False, "English"),
        (
            "Dominion",
            40.0,
            2,
            4,
            13,
            2.3,
            30,
            7.6,
            2008,
            "Donald X. Vaccarino",
            "Rio Grande Games",
            "Strategy",
            True,
            "English",
        ),
        ("Agricola", 60.0, 1, 5, 12, 3.6, 120, 7.9, 2007, "Uwe Rosenberg", "Lookout Games", "Strategy", True, "German"),
        ("Catan", 45.0, 3, 4, 10, 2.3, 90, 7.1, 1995, "Klaus Teuber", "Kosmos", "Family", True, "German"),
        (
            "Codenames",
            20.0,
            2,
            8,
            14,
            1.3,
            15,
            7.6,
            2015,
            "Vlaada Chvátil",
            "Czech Games Edition",
            "Party",
            False,
            "English",
        ),
        (
            "Ticket to Ride",
            50.0,
            2,
            5,
            8,
            1.8,
            60,
            7.4,
            2004,
            "Alan R. Moon",
            "Days of Wonder",
            "Family",
            True,
            "French",
        ),
        ("7 Wonders", 50.0, 2, 7, 10, 2.3, 30, 7.7, 2010, "Antoine Bauza", "Repos", "Strategy", True, "French"),
    ]
    names = (
        "price",
        "min_players",
        "max_players",
        "min_age",
        "complexity",
        "playing_time",
        "rating",
        "year_published",
        "designer",
        "publisher",
        "category",
        "has_expansion",
        "language",
    )
    items = [
        (r[0], {**dict(zip(names, r[1:], strict=True)), "mechanics": mechanics[n % 4]}) for n, r in enumerate(rows)
    ]
    return Catalogue.build(_items([(t, {**a, "designer": [a["designer"]]}) for t, a in items]), domain)


@cache
def shop() -> Catalogue:
    domain = _domain(
        "shop",
        ("product", "products", "商品"),
        ("category",),
        (),
        names={"battery_hours": {"en": ("battery life",), "zh": ("续航",)}},
        aliases={
            "category": {"Headphones": ("耳机",), "Jackets": ("夹克", "外套"), "Laptops": ("笔记本", "笔记本电脑")}
        },
    )
    rows = [
        ("Wave 3", "Sony", "Headphones", "black", 199.0, 4.5, 0.25, None, 30, True, True, False, 120, "Japan"),
        ("Studio Max", "Apple", "Headphones", "silver", 549.0, 4.7, 0.38, None, 20, False, True, False, 900, "China"),
        ("Trail Shell", "North Face", "Jackets", "blue", 120.0, 4.1, 0.4, None, None, True, False, True, 45, "Vietnam"),
        ("City Parka", "Uniqlo", "Jackets", "red", 89.9, 3.9, 0.9, None, None, True, True, False, 60, "China"),
        ("Book 14", "Lenovo", "Laptops", "grey", 899.0, 4.0, 1.4, 512, 10, True, True, False, 300, "China"),
        ("Air 13", "Apple", "Laptops", "silver", 1099.0, 4.8, 1.2, 256, 15, True, False, False, 2000, "China"),
        ("Book 16", "华为", "Laptops", "black", 1299.0, 4.4, 1.9, 1000, 12, True, True, True, 150, "China"),
    ]
    names = (
        "brand",
        "category",
        "color",
        "price",
        "rating",
        "weight_kg",
        "storage_gb",
        "battery_hours",
        "in_stock",
        "free_shipping",
        "on_sale",
        "review_count",
        "country",
    )
    return Catalogue.build(_items([(r[0], dict(zip(names, r[1:], strict=True))) for r in rows]), domain)


@cache
def news() -> Catalogue:
    domain = _domain(
        "news",
        ("article", "articles", "文章"),
        ("section",),
        ("author",),
        aliases={
            "section": {"Sports": ("体育",), "Technology": ("科技", "tech"), "Politics": ("政治",), "World": ("国际",)}
        },
    )
    rows = [
        ("Ferry saved", "World", "2026-11-02", 4, "English", "Coastline", "Lena Okafor", False),
        ("Battery plant opens", "Technology", "2026-11-18", 6, "English", "The Ledger", "Tomas Berg", True),
        ("Cup final tonight", "Sports", "2026-11-20", 2, "English", "Daily Post", "Mei Tanaka", False),
        ("Le budget voté", "Politics", "2026-10-11", 8, "French", "Le Matin", "Luc Morel", True),
        ("芯片新政", "Technology", "2026-11-19", 5, "Chinese", "晨报", "李明", False),
        ("Elections held", "Politics", "2020-03-15", 12, "English", "The Ledger", "Lena Okafor", False),
    ]
    names = ("section", "published_at", "reading_minutes", "language", "source", "author", "paywall")
    return Catalogue.build(_items([(r[0], dict(zip(names, r[1:], strict=True))) for r in rows]), domain)


@cache
def films() -> Catalogue:
    domain = Domain.load("movies")
    rows = [
        ("Star Wars", ["Action", "Sci-Fi"], 1977, 121, "George Lucas", ["Harrison Ford", "Carrie Fisher"], 8.6),
        ("2001: A Space Odyssey", ["Sci-Fi"], 1968, 149, "Stanley Kubrick", ["Keir Dullea"], 8.3),
        ("Taxi Driver", ["Crime", "Drama"], 1976, 114, "Martin Scorsese", ["Robert De Niro", "Jodie Foster"], 8.2),
        ("Pulp Fiction", ["Crime", "Thriller"], 1994, 154, "Quentin Tarantino", ["John Travolta", "Uma Thurman"], 8.9),
        ("Heat", ["Crime", "Action"], 1995, 170, "Michael Mann", ["Al Pacino", "Robert De Niro"], 8.3),
        ("The Shining", ["Horror"], 1980, 146, "Stanley Kubrick", ["Jack Nicholson"], 8.4),
        ("12 Angry Men", ["Drama"], 1957, 96, "Sidney Lumet", ["Henry Fonda"], 9.0),
        ("Se7en", ["Crime", "Mystery"], 1995, 127, "David Fincher", ["Brad Pitt"], 8.6),
        ("Hero", ["Action", "War"], 2002, 99, "张艺谋", ["李连杰", "梁朝伟"], 7.9),
        ("大话西游", ["Comedy", "Romance", "Fantasy"], 1995, 98, "刘镇伟", ["周星驰"], 8.0),
        ("Annie Hall", ["Comedy", "Romance"], 1977, 93, "Woody Allen", ["Diane Keaton"], 8.0),
        ("Toy Story", ["Animation", "Children's"], 1995, 81, "John Lasseter", ["Tom Hanks"], 8.3),
        (
            "Woodstock",
            ["Documentary", "Musical", "Western", "Adventure", "Film-Noir"],
            1970,
            184,
            "Michael Wadleigh",
            ["Joan Baez"],
            8.1,
        ),
    ]
    return Catalogue.build(
        _items(
            [
                (t, {"tags": tags, "year": y, "runtime": m, "director": [d], "cast": c, "rating": r})
                for t, tags, y, m, d, c, r in rows
            ]
        ),
        domain,
    )


@cache
def cinema() -> Catalogue:
    """Films of which country and language are known, as in the demonstration's."""
    rows = [
        ("La strada", ["Drama"], ["Italy"], ["Italian"]),
        ("Il Postino", ["Comedy"], ["Italy", "France"], ["Italian", "Spanish"]),
        ("Das Boot", ["War"], ["Germany"], ["German"]),
        ("Amelie", ["Comedy"], ["France"], ["French"]),
        ("Unforgiven", ["Western"], ["United States"], ["English"]),
    ]
    held = [(t, {"tags": tags, "country": c, "language": said}) for t, tags, c, said in rows]
    return Catalogue.build(_items(held), Domain.load("movies"))


CATALOGUES = {"games": games, "shop": shop, "news": news, "films": films, "cinema": cinema}
