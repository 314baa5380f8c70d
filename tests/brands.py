"""A made-up shop in which the words mislead: people buy by brand, and a text encoder goes by the kind of thing.

Items are "BRAND THING NUMBER" (eight brands, six things, three of each: 144), and their text says the thing twice.
Customer n buys twelve things of brand n % 8, one a minute, on day n. The brand is the only rule, so an encoder that
learns it finds items that it was not trained on too.
"""

from __future__ import annotations

import numpy as np

from tests.trained import write_domain
from tests.world import DAY, START
from tools.domain import Domain
from tools.home import Home
from tools.store import Event, Item, Store
from tools.store.frames import event_frame, item_frame

BRANDS = ("Norrvik", "Velo", "Kestrel", "Umbra", "Polder", "Zenit", "Marlow", "Quist")
THINGS = ("lamp", "boat", "cheese", "violin", "tiger", "train")
ITEMS = [
    Item(item_id=f"{brand}-{thing}-{n}", title=f"{brand} {thing} {n}", tags=[thing])
    for brand in BRANDS
    for thing in THINGS
    for n in range(3)
]
CUSTOMERS, BOUGHT = 240, 12


def events() -> list[Event]:
    rng = np.random.default_rng(0)
    out = []
    for customer in range(CUSTOMERS):
        own = [item.item_id for item in ITEMS if item.title.startswith(BRANDS[customer % len(BRANDS)])]
        for minute, item in enumerate(rng.permutation(own)[:BOUGHT].tolist()):
            when = START + customer * DAY + 60 * minute
            out.append(Event(user_id=f"c{customer}", item_id=item, timestamp=when, kind="buy"))
    return out


def fill(home: Home) -> Home:
    words = {"en": "thing", "zh": "东西"}
    domain = Domain.model_validate(
        {
            "name": "brands",
            "item": words,
            "items": words,
            "liked": {"en": "bought", "zh": "买过"},
            "feedback": {"positive": ["buy"]},
            "attributes": {"facets": ["tags"], "text_template": "{tags}: {title}."},
        }
    )
    write_domain(home, domain)
    store = Store.open(home.store_url)
    store.load(items=item_frame(ITEMS), events=event_frame(events()))
    store.close()
    return home
