"""What English requests are read as, on catalogues of board games, products, news and films."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.reading.catalogues import read

Case = tuple[str, dict[str, Any]]


def players(n: int) -> dict[str, Any]:
    return {"min_players": {"<=": n}, "max_players": {">=": n}}


GAMES: list[Case] = [
    ("under $20", {"price": {"<": 20}}),
    ("something under 30", {"price": {"<": 30}}),
    ("20 to 30 dollars", {"price": {">=": 20, "<=": 30}}),
    ("between $20 and $40", {"price": {">=": 20, "<=": 40}}),
    ("my budget is 50 euros", {"price": {"<=": 50}}),
    ("priced at no more than 45", {"price": {"<=": 45}}),
    ("a price of 20, 35 or 50 euros", {"price": {"in": [20, 35, 50]}}),
    ("it costs 45 euros", {"price": {"==": 45}}),
    ("cheaper than $40", {"price": {"<": 40}}),
    ("nothing over 50 bucks", {"price": {"<=": 50}}),
    ("for 2 players", players(2)),
    ("a 4-player game", players(4)),
    ("a strategy game for 3 people", {**players(3), "category": {"in": ["Strategy"]}}),
    ("for 3 to 5 players", {"min_players": {"<=": 3}, "max_players": {">=": 5}}),
    ("at least 6 players", {"max_players": {">=": 6}}),
    ("min players at most 2", {"min_players": {"<=": 2}}),
    ("for ages 8 and up", {"min_age": {"<=": 8}}),
    ("for a 6 year old", {"min_age": {"<=": 6}}),
    ("suitable for 10-year-olds", {"min_age": {"<=": 10}}),
    ("minimum age at least 12", {"min_age": {">=": 12}}),
    ("complexity under 2.5", {"complexity": {"<": 2.5}}),
    ("complexity between 2 and 3", {"complexity": {">=": 2, "<=": 3}}),
    ("with a complexity of at least 3", {"complexity": {">=": 3}}),
    ("rated 7.5 or higher", {"rating": {">=": 7.5}}),
    ("rating above 7", {"rating": {">": 7}}),
    ("at least 4 stars", {"rating": {">=": 8}}),
    ("at least 8 out of 10", {}),
    ("a rating of at least 8/10", {"rating": {">=": 8}}),
    ("playing time under an hour", {"playing_time": {"<": 60}}),
    ("no longer than 1.5 hours", {"playing_time": {"<=": 90}}),
    ("30-60 minutes", {"playing_time": {">=": 30, "<=": 60}}),
    ("published after 2005", {"year_published": {">": 2005}}),
    ("only co-op", {"mechanics": {"contains": ["Cooperative"]}}),
    ("coop or deck-building", {"mechanics": {"contains_any": ["Cooperative", "Deck Building"]}}),
    ("neither dice rolling nor trading", {"mechanics": {"not_contains": ["Dice Rolling", "Trading"]}}),
    ("either worker placement or trading", {"mechanics": {"contains_any": ["Worker Placement", "Trading"]}}),
    ("no party games", {"category": {"!=": ["Party"]}}),
    ("cooperatve games for 2", {"mechanics": {"contains": ["Cooperative"]}, **players(2)}),
    ("by Uwe Rosenberg", {"designer": {"contains": ["Uwe Rosenberg"]}}),
    ("designed by Uwe Rosenburg", {"designer": {"contains": ["Uwe Rosenberg"]}}),
    ("published by Days of Wonder", {"publisher": {"in": ["Days of Wonder"]}}),
    ("publisher: Kosmos", {"publisher": {"in": ["Kosmos"]}}),
    ("nothing from Kosmos", {"publisher": {"!=": ["Kosmos"]}}),
    ("in French", {"language": {"in": ["French"]}}),
    ("language: German", {"language": {"in": ["German"]}}),
    ("with an expansion", {"has_expansion": {"==": True}}),
    ("without expansions", {"has_expansion": {"==": False}}),
    ("games for two", players(2)),
    ("not for kids under 10", {"min_age": {">=": 10}}),
    ("something more complex than Catan", {"complexity": {">": 2.3}}),
    ("the cheapest one", {"soft": {"price <=": 40}}),
    ("two or three players", {"min_players": {"<=": 2}, "max_players": {">=": 3}}),
    ("something like Catan", {"like": ["4"]}),
    ("similar to ticket to ride but shorter", {"like": ["6"], "critiques": ("playing_time", "less")}),
    ("games like 7 Wonders for 2 players", {"like": ["7"], **players(2)}),
    ("more complex than the first one", {"critiques": ("complexity", "more", 1)}),
    ("that's too complicated", {"critiques": ("complexity", "less")}),
    ("any number of players is fine", {}),
    ("any price is fine", {"removed": ["price"]}),
    ("the complexity doesn't matter", {"removed": ["complexity"]}),
    ("give me 3 games under $50", {"k": 3, "price": {"<": 50}}),
    ("preferably cooperative, for 4 players", {"soft": {"mechanics contains": ["Cooperative"]}, **players(4)}),
]
SHOP: list[Case] = [
    (
        "black headphones under $200",
        {"color": {"in": ["black"]}, "category": {"in": ["Headphones"]}, "price": {"<": 200}},
    ),
    ("a jacket in blue", {"color": {"in": ["blue"]}, "category": {"in": ["Jackets"]}}),
    ("not made by Sony", {"brand": {"!=": ["Sony"]}}),
    ("headphones by Apple", {"brand": {"in": ["Apple"]}, "category": {"in": ["Headphones"]}}),
    ("sony or apple headphones", {"brand": {"in": ["Sony", "Apple"]}, "category": {"in": ["Headphones"]}}),
    ("anything but Apple", {"brand": {"!=": ["Apple"]}}),
    ("any color but black", {"color": {"!=": ["black"]}}),
    ("between 100 and 200", {"price": {">=": 100, "<=": 200}}),
    ("a 512gb laptop", {"storage_gb": {"==": 512}, "category": {"in": ["Laptops"]}}),
    ("brand is Lenovo", {"brand": {"in": ["Lenovo"]}}),
    ("a North Face jacket", {"brand": {"in": ["North Face"]}, "category": {"in": ["Jackets"]}}),
    ("either red or blue", {"color": {"in": ["red", "blue"]}}),
    ("neither red nor blue", {"color": {"!=": ["red", "blue"]}}),
    ("at least 4 stars", {"rating": {">=": 4}}),
    ("rated 4 or higher", {"rating": {">=": 4}}),
    ("4.5+ rating", {"rating": {">=": 4.5}}),
    ("under 500 g", {"weight_kg": {"<": 0.5}}),
    ("lighter than 1.5 kg", {"weight_kg": {"<": 1.5}}),
    ("at least 512 GB", {"storage_gb": {">=": 512}}),
    ("1TB or more", {"storage_gb": {">=": 1000}}),
    ("battery life of at least 15 hours", {"battery_hours": {">=": 15}}),
    ("at least 100 reviews", {"review_count": {">=": 100}}),
    ("with free shipping", {"free_shipping": {"==": True}}),
    ("not on sale", {"on_sale": {"==": False}}),
    ("in stock and on sale", {"in_stock": {"==": True}, "on_sale": {"==": True}}),
    ("nothing that is out of stock", {"in_stock": {"==": True}}),
    ("made in Japan", {"country": {"in": ["Japan"]}}),
    ("not from China", {"country": {"!=": ["China"]}}),
    ("exactly $899", {"price": {"==": 899}}),
    ("over 1,000 dollars", {"price": {">": 1000}}),
    ("cheap headphones", {"category": {"in": ["Headphones"]}, "soft": {"price <=": 199}}),
    ("highly rated laptops", {"category": {"in": ["Laptops"]}, "soft": {"rating >=": 4.5}}),
    ("cheaper", {"critiques": ("price", "less")}),
    ("like the second one but cheaper", {"like_shown": [2], "critiques": ("price", "less", 2)}),
    ("something lighter and better rated", {"critiques": [("weight_kg", "less"), ("rating", "more")]}),
    ("that's too expensive", {"critiques": ("price", "less")}),
    ("not too expensive, please", {"soft": {"price <=": 199}}),
    ("a laptop, ideally in silver", {"category": {"in": ["Laptops"]}, "soft": {"color in": ["silver"]}}),
    ("jackets under $100 if possible", {"category": {"in": ["Jackets"]}, "soft": {"price <": 100}}),
    ("the color doesn't matter", {"removed": ["color"]}),
    ("forget the brand", {"removed": ["brand"]}),
    ("price is no object", {"removed": ["price"]}),
    ("headfones", {"category": {"in": ["Headphones"]}}),
    ("headphnes", {"category": {"in": ["Headphones"]}}),
    ("show me 5 laptops", {"category": {"in": ["Laptops"]}, "k": 5}),
]
NEWS: list[Case] = [
    ("published this week", {"published_at": {">=": "2026-11-16", "<=": "2026-11-22"}}),
    ("published after March 2020", {"published_at": {">": "2020-03"}}),
    ("from the last 3 days", {"published_at": {">=": "2026-11-17"}}),
    ("since 2026-11-01", {"published_at": {">=": "2026-11-01"}}),
    ("before 5 November 2026", {"published_at": {"<": "2026-11-05"}}),
    ("nothing before March 2020", {"published_at": {">=": "2020-03"}}),
    ("from last month", {"published_at": {"==": "2026-10"}}),
    ("today's sports news", {"published_at": {"==": "2026-11-20"}, "section": {"in": ["Sports"]}}),
    ("nothing older than a week", {"published_at": {">=": "2026-11-13"}}),
    ("since Monday", {"published_at": {">=": "2026-11-16"}}),
    ("before October", {"published_at": {"<": "2026-10"}}),
    ("written by April", {"author": {"contains": ["April"]}}),
    ("posted yesterday", {"published_at": {"==": "2026-11-19"}}),
    ("in 2020", {"published_at": {"==": "2020"}}),
    ("a read of under 5 minutes", {"reading_minutes": {"<": 5}}),
    ("reading time at most 10 min", {"reading_minutes": {"<=": 10}}),
    ("no paywall", {"paywall": {"==": False}}),
    ("free to read, in French", {"paywall": {"==": False}, "language": {"in": ["French"]}}),
    ("answer in French please", {}),
    ("tech or politics", {"section": {"in": ["Technology", "Politics"]}}),
    ("anything but sports", {"section": {"!=": ["Sports"]}}),
    ("by Lena Okafor", {"author": {"contains": ["Lena Okafor"]}}),
    ("from The Ledger", {"source": {"in": ["The Ledger"]}}),
    ("more recent", {"critiques": ("published_at", "more")}),
    ("recent politics", {"section": {"in": ["Politics"]}, "soft": {"published_at >=": "2026-11-18"}}),
    ("language doesn't matter", {"removed": ["language"]}),
    ("something to read today", {}),
    ("I have been reading a lot this week", {}),
    ("top 5 articles", {"k": 5}),
    ("just one article", {"k": 1}),
]
FILMS: list[Case] = [
    ("scifi", {"tags": {"contains": ["Sci-Fi"]}}),
    ("a horor film", {"tags": {"contains": ["Horror"]}}),
    ("a documentery from the 70s", {"tags": {"contains": ["Documentary"]}, "year": {">=": 1970, "<=": 1979}}),
    ("directed by Scorcese", {"director": {"contains": ["Martin Scorsese"]}}),
    ("a Tarrantino movie", {"director": {"contains": ["Quentin Tarantino"]}}),
    ("starring Robert DeNiro", {"cast": {"contains": ["Robert De Niro"]}}),
    ("neither Kubrick nor Scorsese", {"director": {"not_contains": ["Stanley Kubrick", "Martin Scorsese"]}}),
    ("by Kubrick or Scorsese", {"director": {"contains_any": ["Stanley Kubrick", "Martin Scorsese"]}}),
    ("a Mann film", {"director": {"contains": ["Michael Mann"]}}),
    ("newer than Star Wars", {"year": {">": 1977}}),
    ("shorter than Heat", {"runtime": {"<": 170}}),
    ("no films by Kubrick", {"director": {"not_contains": ["Stanley Kubrick"]}}),
    ("similar to Star Wars", {"like": ["1"]}),
    ("something like pulp ficton", {"like": ["4"]}),
    ('movies like "Taxi Driver"', {"like": ["3"]}),
    ("films like Heat", {"like": ["5"]}),
    ("in the vein of Taxi Driver and Heat", {"like": ["3", "5"]}),
    ("12 Angry Men", {}),
    ("Se7en", {}),
    ("more like 2001: A Space Odyssey", {"like": ["2"]}),
    ("I loved The Shining", {"like": ["6"]}),
    ("nothing like The Shining", {}),
    ("not like Star Wars please", {}),
    ("shorter", {"critiques": ("runtime", "less")}),
    (
        "something newer and less scary",
        {"critiques": [("year", "more"), ("tags", "less", "Horror")], "tags": {"not_contains": ["Horror"]}},
    ),
    ("more comedy", {"critiques": ("tags", "more", "Comedy"), "tags": {"contains": ["Comedy"]}}),
    ("older than the first one", {"critiques": ("year", "less", 1)}),
    ("like the second one but newer", {"like_shown": [2], "critiques": ("year", "more", 2)}),
    ("shorter than the last one", {"critiques": ("runtime", "less", -1)}),
    ("higher rated ones", {"critiques": ("rating", "more")}),
    ("that was too long", {"critiques": ("runtime", "less")}),
    ("not too long", {"soft": {"runtime <=": 99}}),
    ("preferably a comedy under two hours", {"soft": {"tags contains": ["Comedy"], "runtime <": 120}}),
    (
        "a drama, preferably not from the 70s",
        {"tags": {"contains": ["Drama"]}, "soft": {"year !=": list(range(1970, 1980))}},
    ),
    (
        "from the 90s if possible, with Al Pacino",
        {"cast": {"contains": ["Al Pacino"]}, "soft": {"year >=": 1990, "year <=": 1999}},
    ),
    ("start over", {"reset": True}),
    ("never mind all that, a western", {"reset": True, "tags": {"contains": ["Western"]}}),
    ("let's start from scratch: horror", {"reset": True, "tags": {"contains": ["Horror"]}}),
    ("a film about someone who starts over", {}),
    ("forget the year", {"removed": ["year"]}),
    ("I don't care about the genre", {"removed": ["tags"]}),
    ("I don't care how long it is", {"removed": ["runtime"]}),
    ("drop the horror filter", {"removed": ["tags"]}),
    ("two comedies", {"tags": {"contains": ["Comedy"]}, "k": 2}),
    ("just one", {"k": 1}),
    ("a few films", {}),
    ("top ten thrillers", {"tags": {"contains": ["Thriller"]}, "k": 10}),
    ("a three hour epic", {}),
    ("I am 30 years old", {}),
    ("horror? no, comedy", {"tags": {"contains": ["Comedy"]}}),
    ("no longer interested", {}),
    ("one of the best", {}),
]
NOTHING = [
    "surprise me",
    "something for a rainy afternoon",
    "I want to be moved",
    "what should I try next?",
    "hello there",
    "a story about friendship and loss",
    "I can't decide",
    "whatever you think is good",
    "it is my birthday today",
    "I have two cats and a dog",
    "my brother is older than me",
    "something light after a long day",
    "thank you so much",
    "I will be thrilled",
    "put it in a carton at the auction",
    "we have been waiting for hours",
    "not sure yet",
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
