"""Flats to rent: districts, kinds, features, landlords, rent, size, dates; each let to some kinds of tenant only.

Written without knowledge of the reader. Where "under" and "at most" would differ, no flat lies on the bound. Today is the
day of the newest listing.
"""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

import random
from datetime import date, timedelta

from agent.evaluate.worlds.flats_wants import DISTRICTS, FEATURES, HEATING, KINDS, LANDLORDS, TRAITS, day
from agent.evaluate.worlds.traits import Row, World

PLACES = ["student", "family", "professional", "pensioner"]
_AGO = (0, 1, 3, 4, 5, 9, 11, 12, 17, 20, 25, 38, 45, 52, 60, 75)
_STREETS = (
    "Linden",
    "Copper",
    "Magpie",
    "Tanner",
    "Saint Anne",
    "Chandler",
    "Juniper",
    "Foxglove",
    "Mason",
    "Ferry",
    "Orchid",
)

DOMAIN = """name = "flats"
item = { en = "flat", zh = "公寓" }
items = { en = "flats", zh = "公寓" }
liked = { en = "liked", zh = "喜欢" }
tone = "helpful and plain"

[feedback]
positive = ["visit >= 4"]
negative = ["visit <= 2"]

[attributes]
facets = ["district", "kind", "features", "heating"]
people = ["landlord"]
shown = ["district", "rent", "size_m2"]
text_template = "{title}, {district}. {kind} with {features}. {description}"

[policy]
hide_seen = true
$availability
"""


def row(n: int, rng: random.Random) -> Row:
    kind, district = rng.choice(list(KINDS)), rng.choice(list(DISTRICTS))
    features = rng.sample(list(FEATURES), rng.randint(1, 4))
    rent, built = rng.randrange(455, 2305, 10), rng.randint(1890, 2024)
    free = date(2026, 12, 2) + timedelta(days=rng.randrange(200))
    return {
        "item_id": f"f{n:03}",
        "title": f"{_STREETS[n % 11]} Street {n // 11 + 1}",
        "description": f"A {kind} in {district} with {', '.join(features)}.",
        "district": district,
        "kind": kind,
        "features": features,
        "heating": rng.choice(list(HEATING)),
        "landlord": [rng.choice(list(LANDLORDS))],
        "rent": rent,
        "deposit": rent * rng.randint(1, 3),
        "size_m2": rng.randrange(22, 130) + 0.5,
        "bedrooms": 1 if kind == "studio" else rng.randint(1, 5),
        "station_walk_min": rng.choice((2, 3, 4, 6, 7, 8, 9, 11, 12, 13, 14, 16, 18, 21, 25)),
        "built": built + (built % 5 == 0),
        "min_lease_months": rng.choice((1, 3, 6, 9, 12, 18, 24)),
        "available_from": (free + timedelta(days=free.day in (1, 15, 31))).isoformat(),
        "listed": day(0 if n == 0 else rng.choice(_AGO)),
        "furnished": rng.random() < 0.5,
        "wheelchair_accessible": rng.random() < 0.4,
        "agent_fee": rng.random() < 0.5,
        "smoking_allowed": rng.random() < 0.4,
        "quiet_street": rng.random() < 0.5,
        "lets_to": rng.sample(PLACES, rng.randint(2, 3)),
    }


WORLD = World(
    name="flats",
    domain=DOMAIN,
    row=row,
    traits=TRAITS,
    home_of=("lets_to", "tenant"),
    places=PLACES,
    names={"district": DISTRICTS, "kind": KINDS, "features": FEATURES, "heating": HEATING},
    opening={
        "en": (
            "Hello, I'm looking for a flat to rent.",
            "Hi! We're moving and need a new flat.",
            "Can you help me find a flat?",
        ),
        "zh": ("你好，我想租套公寓。", "要搬家了，帮我找套房子吧。", "能帮我找个公寓吗？"),
    },
    liked="visit",
)
