"""Bicycles: kinds, brakes, colours, equipment, builders, price, weight, rider's height, range; each in some shops only.

Written without knowledge of the reader. Where "under" and "at most" would differ, no bicycle lies on the bound. This year is
the newest model's.
"""

# ruff: noqa: E501 -- tables of words read better whole
from __future__ import annotations

import random

from agent.evaluate.worlds.bikes_wants import BRAKES, BUILDERS, COLOURS, EQUIPMENT, KINDS, TRAITS
from agent.evaluate.worlds.traits import Row, World

PLACES = ["Leeds", "Turin", "Wuhan", "Porto"]
_FIRST = ("Kestrel", "Pebble", "Arrow", "Marlin", "Comet", "Badger", "Thistle", "Nomad", "Otter", "Swift", "Juniper")
_SECOND = ("Ridge", "Lane", "Ranger", "Breeze", "Trail", "Glide", "Sprint", "Tramp", "Loop", "Hop")
_MORE = ("", " Plus")

DOMAIN = """name = "bikes"
item = { en = "bicycle", zh = "自行车" }
items = { en = "bicycles", zh = "自行车" }
liked = { en = "liked", zh = "喜欢" }
tone = "friendly and to the point"

[feedback]
positive = ["review >= 4"]
negative = ["review <= 2"]

[attributes]
facets = ["kind", "brakes", "colours", "equipment"]
people = ["builder"]
shown = ["kind", "price", "weight_kg"]
text_template = "{title} by {builder}. {kind}, {colours}, with {equipment}. {description}"

[policy]
hide_seen = true
$availability
"""


def row(n: int, rng: random.Random) -> Row:
    kind, colours = rng.choice(list(KINDS)), rng.sample(list(COLOURS), rng.randint(1, 3))
    electric, small = rng.random() < 0.5, rng.randrange(148, 180)
    return {
        "item_id": f"b{n:03}",
        "title": f"{_FIRST[n % 11]} {_SECOND[n // 11 % 10]}{_MORE[n // 110 % 2]}",
        "description": f"A {kind} in {' and '.join(colours)}.",
        "kind": kind,
        "brakes": rng.choice(list(BRAKES)),
        "colours": colours,
        "equipment": rng.sample(list(EQUIPMENT), rng.randint(1, 4)),
        "builder": [rng.choice(list(BUILDERS))],
        "price": rng.randrange(249, 4000, 50),
        "weight_kg": rng.randint(8, 27) + rng.randint(1, 9) / 10,
        "gears": rng.choice((1, 3, 7, 8, 11, 12, 18, 21, 24, 27)),
        "rider_min_cm": small,
        "rider_max_cm": small + rng.randrange(12, 32),
        "max_load_kg": rng.choice((95, 105, 115, 125, 135, 155, 165, 185)),
        "range_km": rng.choice((35, 45, 55, 65, 75, 85, 95, 105, 115, 135, 155)) if electric else None,
        "charge_hours": rng.choice((2.5, 3.5, 4.5, 5.5, 7.5)) if electric else None,
        "warranty_years": rng.choice((1, 2, 3, 5, 10)),
        "rating": rng.choice((2.8, 3.1, 3.3, 3.6, 3.8, 3.9, 4.1, 4.2, 4.4, 4.6, 4.7, 4.9)),
        "model_year": 2026 if n == 0 else rng.choice((2014, 2016, 2017, 2018, 2019, 2020, 2022, 2024, 2025, 2026)),
        "delivery_days": rng.choice((1, 2, 5, 6, 9, 12, 18, 25, 40)),
        "wheel_inches": rng.choice((20, 24, 26, 27.5, 28, 29)),
        "electric": electric,
        "second_hand": rng.random() < 0.4,
        "belt_drive": rng.random() < 0.4,
        "suspension": rng.random() < 0.5,
        "tubeless": rng.random() < 0.5,
        "shops": rng.sample(PLACES, rng.randint(2, 3)),
    }


WORLD = World(
    name="bikes",
    domain=DOMAIN,
    row=row,
    traits=TRAITS,
    home_of=("shops", "shop"),
    places=PLACES,
    names={"kind": KINDS, "brakes": BRAKES, "colours": COLOURS, "equipment": EQUIPMENT},
    opening={
        "en": ("Hi, I want to buy a bike.", "Hello, could you help me choose a bicycle?", "I'm looking for a bicycle."),
        "zh": ("你好，我想买辆自行车。", "帮我挑一辆自行车吧。", "想买自行车，有推荐吗？"),
    },
    liked="review",
)
