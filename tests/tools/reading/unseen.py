"""Six catalogues that no rule was written for: recipes, used cars, jobs, courses, restaurants and hotels."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

from tests.tools.reading.catalogues import CATALOGUES, _domain, _items
from tools.catalogue import Catalogue

_RNG = random.Random(7)  # the values of one catalogue never change


def _build(
    name: str, noun: tuple[str, str, str], facets: tuple[str, ...], row: dict[str, Any], **more: Any
) -> Catalogue:
    def one(n: int) -> tuple[str, dict[str, Any]]:
        return f"{noun[0].title()} no {n}", {field: draw() for field, draw in row.items()}

    return Catalogue.build(_items([one(n) for n in range(60)]), _domain(name, noun, facets, (), **more))


def _whole(low: int, high: int) -> Any:
    return lambda: _RNG.randint(low, high)


def _real(low: float, high: float) -> Any:
    return lambda: round(_RNG.uniform(low, high), 1)


def _one(*values: str) -> Any:
    return lambda: _RNG.choice(values)


def _two(*values: str) -> Any:
    return lambda: _RNG.sample(values, 2)


def _flag() -> bool:
    return _RNG.random() < 0.5


@cache
def recipes() -> Catalogue:
    return _build(
        "recipes",
        ("recipe", "recipes", "菜谱"),
        ("tags", "cuisine", "ingredients"),
        {
            "tags": _two("soup", "dessert", "salad", "stew"),
            "cuisine": _one("Sichuan", "Italian", "Thai", "Mexican"),
            "ingredients": _two("chicken", "peanuts", "tofu", "beef", "shrimp"),
            "total_min": _whole(5, 180),
            "calories": _whole(90, 900),
            "serves": _whole(1, 8),
            "vegetarian": _flag,
            "gluten_free": _flag,
            "rating": _real(2, 5),
        },
        aliases={"ingredients": {"peanuts": ("花生",), "tofu": ("豆腐",)}, "cuisine": {"Sichuan": ("川菜",)}},
    )


@cache
def cars() -> Catalogue:
    return _build(
        "cars",
        ("car", "cars", "车"),
        ("make", "body", "fuel"),
        {
            "make": _one("Toyota", "Volkswagen", "比亚迪", "Honda"),
            "body": _one("SUV", "sedan", "hatchback"),
            "fuel": _one("petrol", "diesel", "electric"),
            "price_eur": _whole(2000, 60000),
            "mileage_km": _whole(0, 250000),
            "first_reg": _whole(1998, 2024),
            "seats": _whole(2, 8),
            "doors": _whole(2, 5),
            "transmission": _one("automatic", "manual"),
            "sunroof": _flag,
        },
        aliases={"fuel": {"electric": ("电动",)}, "transmission": {"automatic": ("自动挡",)}},
    )


@cache
def jobs() -> Catalogue:
    return _build(
        "jobs",
        ("job", "jobs", "职位"),
        ("field", "city", "skills"),
        {
            "field": _one("engineering", "design", "sales", "nursing"),
            "city": _one("Berlin", "上海", "Toronto"),
            "skills": _two("Python", "Excel", "Figma", "SQL"),
            "salary": _whole(20000, 150000),
            "hours_per_week": _whole(8, 45),
            "remote": _flag,
            "experience_years": _whole(0, 12),
            "posted": lambda: f"2026-{_RNG.randint(1, 10):02d}-{_RNG.randint(1, 28):02d}",
        },
    )


@cache
def courses() -> Catalogue:
    return _build(
        "courses",
        ("course", "courses", "课程"),
        ("topic", "level"),
        {
            "topic": _one("statistics", "painting", "cooking", "编程"),
            "level": _one("beginner", "intermediate", "advanced"),
            "language": _one("English", "Chinese", "German"),
            "fee_usd": _whole(0, 500),
            "weeks": _whole(1, 20),
            "lessons": _whole(4, 90),
            "certificate": _flag,
            "rating": _real(3, 5),
            "students": _whole(10, 90000),
        },
    )


@cache
def restaurants() -> Catalogue:
    return _build(
        "restaurants",
        ("restaurant", "restaurants", "餐厅"),
        ("cuisine", "area"),
        {
            "cuisine": _one("Japanese", "Indian", "火锅", "French"),
            "area": _one("Harbour", "Old Town", "Westside"),
            "avg_price_per_person": _whole(8, 150),
            "score": _real(4, 10),
            "dist_m": _whole(50, 6000),
            "outdoor_seating": _flag,
            "delivery": _flag,
            "parking": _flag,
            "opened_year": _whole(1960, 2025),
        },
    )


CATALOGUES |= {"recipes": recipes, "cars": cars, "jobs": jobs, "courses": courses, "restaurants": restaurants}


@cache
def hotels() -> Catalogue:
    return _build(
        "hotels",
        ("hotel", "hotels", "酒店"),
        ("tags", "city", "amenities"),
        {
            "tags": _two("family", "business", "romantic", "budget"),
            "city": _one("Lisbon", "Kyoto", "Oslo"),
            "price_per_night": _whole(40, 400),
            "stars": _whole(1, 5),
            "guest_rating": _real(5, 10),
            "center_km": _real(0.1, 12),
            "pets": _flag,
            "breakfast_included": _flag,
            "amenities": _two("pool", "gym", "parking", "sauna"),
            "max_guests": _whole(1, 6),
            "rooms": _whole(5, 300),
            "opened": _whole(1950, 2020),
        },
        aliases={"amenities": {"parking": ("停车场",)}},
    )


CATALOGUES["hotels"] = hotels
