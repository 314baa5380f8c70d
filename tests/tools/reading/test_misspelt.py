"""Misspelt names are mended, ordinary words are not."""

from __future__ import annotations

from typing import Any

import pytest

from tests.tools.reading.catalogues import read

# Real words that are within a letter or two of a genre, a language, a colour or a person of the catalogues.
ORDINARY = """
    action-packed adventurous agitation animal auction bagpipes blank black-tie block blocked brow brewed
    comely comedian comedians comet command comparable corporate corporation crimson crisp criminal cried
    crimes chrome dramatic dreamy dram deck decking documentation documented drummer factory family-sized fancy
    fanciful fantastic fandom fable fate father faults feature fosters franchise fresh gamely germane grief greed
    greenery greet hear heal hearty horrid honor harbor horrible humor indie jacketed jacked laptops-free lucky
    manly manner marital mastery mechanical medal metric military moderate mountain musicians mystical mysterious
    mastered neurology noirish normal parity partly party-goer parted pasty policies polite politely pollution
    romanesque roman romancing rumor saline scar scare scared scarf scars school scientific score score-based shine
    shiny sign slain soap sporty spot spotted stain stable star startle start-up story strange strategic strategies
    stratosphere summer tech-savvy techniques technical tender thrill thrilled thrilling trilled ward warm warn
    warring war-like wary westerly wonders wore working world-class worldly worried wrestle wrestler write
    yellowish
"""


@pytest.mark.parametrize(
    ("catalogue", "words", "field", "value"),
    [
        ("films", "a horror film", "tags", "Horror"),
        ("films", "some comdy", "tags", "Comedy"),
        ("films", "documentry", "tags", "Documentary"),
        ("films", "annimation", "tags", "Animation"),
        ("films", "a thriler", "tags", "Thriller"),
        ("films", "westren", "tags", "Western"),
        ("films", "sci fi", "tags", "Sci-Fi"),
        ("films", "Sci-Fi", "tags", "Sci-Fi"),
        ("films", "SCIFI", "tags", "Sci-Fi"),
        ("films", "by Kubrik", "director", "Stanley Kubrick"),
        ("films", "by Stanly Kubrick", "director", "Stanley Kubrick"),
        ("films", "starring Travolda", "cast", "John Travolta"),
        ("games", "deck bilding", "mechanics", "Deck Building"),
        ("games", "stratagy", "category", "Strategy"),
        ("games", "cooperativ", "mechanics", "Cooperative"),
        ("shop", "a pair of headphons", "category", "Headphones"),
        ("news", "politcs", "section", "Politics"),
        ("news", "tecnology news", "section", "Technology"),
    ],
)
def test_a_slip_of_the_keyboard_lands(catalogue: str, words: str, field: str, value: str) -> None:
    [(operator, values)] = read(catalogue, words)[field].items()
    assert (operator in ("contains", "in"), values) == (True, [value])


@pytest.mark.parametrize("catalogue", ["films", "games", "shop", "news"])
def test_ordinary_words_are_no_names(catalogue: str) -> None:
    taken: dict[str, Any] = {
        word: found for word in ORDINARY.split() if (found := read(catalogue, f"something {word} for us"))
    }
    named = (
        "action-packed crimes strategies party-goer family-sized war-like world-class tech-savvy laptops-free black-tie"
    )
    assert set(taken) <= set(named.split())  # these do say a genre


@pytest.mark.parametrize(
    ("words", "likes"),
    [
        ("something like Starwars", ["1"]),
        ("similar to taxi drivr", ["3"]),
        ("like The Shinning", ["6"]),
        ("something like a warm bath", []),
        ("similar to what I saw last week", []),
        ("like nothing else", []),
        ("I would like heat in winter", []),
    ],
)
def test_a_title_must_be_nearly_the_one_that_is_meant(words: str, likes: list[str]) -> None:
    assert read("films", words).get("like", []) == likes
