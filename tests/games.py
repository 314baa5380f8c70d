"""A synthetic catalogue of board games: what conversations are tested on besides films.

Forty games g00..g39 by rule, so that right answers can be counted: category Strategy, Party, Family or Cooperative in
turn; mechanics by category and number; price 10..49, minutes 20..98 in steps of 2 (both rise with the number); players
2 to 3..6; `adult_age` 18 on every tenth (g09, g19, ...); `regions` holds DE on all, US on even ones; g05 is out of
stock; g04 is promoted. `anna` lives in the US and has played g00 and g02; `bernd` lives in Germany; `kid` is 12; what
is known of `stranger` is nothing.
"""

from __future__ import annotations

from typing import Any

from tools.domain import Domain
from tools.store import Event, Item, Store, User
from tools.store.frames import event_frame, item_frame, user_frame

START = 1_700_000_000.0
CATEGORIES = ("Strategy", "Party", "Family", "Cooperative")
MECHANICS = {
    "Strategy": ("Worker Placement", "Area Control"),
    "Party": ("Bluffing", "Drawing"),
    "Family": ("Set Collection", "Dice Rolling"),
    "Cooperative": ("Storytelling", "Dice Rolling"),
}
_FIRST = ("Harbour", "Dragon", "Copper", "Midnight", "Paper", "Thunder", "Velvet", "Ivory", "Garden", "Frozen")
_SECOND = ("Barons", "Masks", "Lanterns", "Rescue")
TITLES = tuple(f"{_FIRST[n // 4]} {_SECOND[n % 4]}" for n in range(40))


def _game(n: int) -> Item:
    category = CATEGORIES[n % 4]
    attributes: dict[str, Any] = {
        "category": category,
        "mechanics": [MECHANICS[category][n // 4 % 2]],
        "price": 10 + n,
        "minutes": 20 + 2 * n,
        "min_players": 2,
        "max_players": 3 + n % 4,
        "year": 1990 + n % 30,
        "designer": ["Uma Klee" if n % 3 else "Theo Brandt"],
        "regions": ["DE", "US"] if n % 2 == 0 else ["DE"],
        "in_stock": n != 5,
        "promoted": n == 4,
    }
    if n % 10 == 9:
        attributes["adult_age"] = 18
    about = f"A {category.casefold()} game about {_FIRST[n // 4].casefold()} {_SECOND[n % 4].casefold()}."
    return Item(item_id=f"g{n:02}", title=TITLES[n], description=about, attributes=attributes)


ITEMS = [_game(n) for n in range(40)]
USERS = [
    User(user_id="anna", attributes={"country": "US", "age": 33}),
    User(user_id="bernd", attributes={"country": "DE", "age": 51}),
    User(user_id="kid", attributes={"country": "DE", "age": 12}),
    *(User(user_id=f"u{n}", attributes={"country": "DE", "age": 20 + n}) for n in range(8)),
]
EVENTS = [
    *(Event(user_id="anna", item_id=item, timestamp=START + n, kind="play") for n, item in enumerate(("g00", "g02"))),
    *(
        Event(user_id=f"u{n}", item_id=f"g{(7 * n + 4 * m) % 40:02}", timestamp=START + 10 * n + m, kind="like")
        for n in range(8)
        for m in range(6)
    ),
]


def fill(store: Store) -> None:
    store.load(item_frame(ITEMS), user_frame(USERS), event_frame(EVENTS))


def domain() -> Domain:
    return Domain.model_validate(
        {
            "name": "board games",
            "item": {"en": "game", "zh": "桌游"},
            "items": {"en": "games", "zh": "桌游"},
            "liked": {"en": "liked", "zh": "喜欢"},
            "feedback": {"positive": ["like", "rate >= 7"], "negative": ["rate <= 4"]},
            "attributes": {
                "facets": ["category", "mechanics"],
                "people": ["designer"],
                "shown": ["price", "minutes", "category"],
                "text_template": "{title}. {category}. {mechanics}. {description}",
            },
            "policy": {
                "availability": "in_stock",
                "available_to": {"regions": "country"},
                "sponsored": "promoted",
                "age_gate": "adult_age",
                "max_items": 8,
            },
            "aliases": {
                "category": {
                    "Strategy": ["策略"],
                    "Party": ["聚会", "派对"],
                    "Family": ["家庭"],
                    "Cooperative": ["合作", "co-op", "coop"],
                },
                "mechanics": {"Dice Rolling": ["骰子", "dice"], "Bluffing": ["诈唬", "bluff"]},
            },
        }
    )
