"""What a request asks for, read by rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests import world
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.filters import parse
from tools.intent import understand
from tools.store import Item

GENRES = (
    "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama", "Fantasy", "Film-Noir",
    "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western",
)  # fmt: skip
FILMS: list[tuple[str, str, list[str]]] = [
    ("Star Wars", "George Lucas", ["Harrison Ford", "Carrie Fisher"]),
    ("2001: A Space Odyssey", "Stanley Kubrick", ["Keir Dullea"]),
    ("Unforgiven", "Clint Eastwood", ["Clint Eastwood", "Gene Hackman"]),
    ("The Bridges of Madison County", "Clint Eastwood", ["Meryl Streep"]),
    ("Amélie", "Jean-Pierre Jeunet", ["Audrey Tautou"]),
    ("Hero", "张艺谋", ["李连杰", "梁朝伟"]),
    ("Evita", "Alan Parker", ["Madonna"]),
]


def tags(*wanted: str) -> dict[str, Any]:
    return {"tags": {"contains": list(wanted)}}


def no(*refused: str) -> dict[str, Any]:
    return {"tags": {"not_contains": list(refused)}}


def years(first: int, last: int) -> list[int]:
    return list(range(first, last + 1))


@pytest.fixture(scope="module")
def domain() -> Domain:
    return Domain.load("movies")


@pytest.fixture(scope="module")
def catalogue(domain: Domain) -> Catalogue:
    items = [
        Item(
            item_id=str(n),
            title=title,
            tags=list(GENRES[n::6]),
            attributes={"year": 1950 + 7 * n, "runtime": 80 + 9 * n, "director": director, "cast": cast},
        )
        for n, (title, director, cast) in enumerate(FILMS)
    ]
    return Catalogue.build(items, domain)


ENGLISH: list[tuple[str, dict[str, Any]]] = [
    (
        "A light sci-fi comedy for tonight, nothing from before 1985.",
        {**tags("Sci-Fi", "Comedy"), "year": {">=": 1985}},
    ),
    (
        "A western musical from 1950 with Jackie Chan",
        {**tags("Western", "Musical"), "year": {"==": 1950}, "cast": {"contains": ["Jackie Chan"]}},
    ),
    ("something scary", tags("Horror")),
    ("Science fiction or fantasy", {"tags": {"contains_any": ["Sci-Fi", "Fantasy"]}}),
    ("romantic comedies", tags("Romance", "Comedy")),
    ("no horror", no("Horror")),
    ("not a musical, please", no("Musical")),
    ("without war or drama", no("War", "Drama")),
    (
        "no horror, war or drama; a comedy",
        {"tags": {"not_contains": ["Horror", "War", "Drama"], "contains": ["Comedy"]}},
    ),
    ("no horror, comedy please", {"tags": {"not_contains": ["Horror"], "contains": ["Comedy"]}}),
    ("I don't want any thrillers", no("Thriller")),
    ("non-musical animation", {"tags": {"not_contains": ["Musical"], "contains": ["Animation"]}}),
    ("I like horror but no horror tonight", no("Horror")),
    ("horror, but not too scary", tags("Horror")),
    ("not only comedy but drama", tags("Comedy", "Drama")),
    ("movies before 1985", {"year": {"<": 1985}}),
    ("older than 1970", {"year": {"<": 1970}}),
    ("after 1990", {"year": {">": 1990}}),
    ("why not something after 1990", {"year": {">": 1990}}),
    ("since 1990", {"year": {">=": 1990}}),
    ("from 1990 onwards", {"year": {">=": 1990}}),
    ("1990 or later", {"year": {">=": 1990}}),
    ("1990 or earlier", {"year": {"<=": 1990}}),
    ("nothing older than 1970", {"year": {">=": 1970}}),
    ("I don't want anything made after 1999", {"year": {"<=": 1999}}),
    ("between 1980 and 1990", {"year": {">=": 1980, "<=": 1990}}),
    ("1980-1990", {"year": {">=": 1980, "<=": 1990}}),
    ("the 80s", {"year": {">=": 1980, "<=": 1989}}),
    ("a 1950s western", {**tags("Western"), "year": {">=": 1950, "<=": 1959}}),
    ("before the nineties", {"year": {"<": 1990}}),
    ("film noir from the forties", {**tags("Film-Noir"), "year": {">=": 1940, "<=": 1949}}),
    ("a 1994 drama", {**tags("Drama"), "year": {"==": 1994}}),
    ("in 1994", {"year": {"==": 1994}}),
    ("under 100 minutes", {"runtime": {"<": 100}}),
    ("nothing longer than two hours", {"runtime": {"<=": 120}}),
    ("shorter than an hour and a half", {"runtime": {"<": 90}}),
    ("at least 90 minutes", {"runtime": {">=": 90}}),
    ("1h 40m or less", {"runtime": {"<=": 100}}),
    ("directed by Stanley Kubrick", {"director": {"contains": ["Stanley Kubrick"]}}),
    ("something by Kubrick", {"director": {"contains": ["Stanley Kubrick"]}}),
    ("starring clint eastwood", {"cast": {"contains": ["Clint Eastwood"]}}),
    ("a Clint Eastwood picture", {"director": {"contains": ["Clint Eastwood"]}}),
    (
        "without Clint Eastwood",
        {"director": {"not_contains": ["Clint Eastwood"]}, "cast": {"not_contains": ["Clint Eastwood"]}},
    ),
    ("audrey tautou", {"cast": {"contains": ["Audrey Tautou"]}}),
    ("a musical with Madonna", {**tags("Musical"), "cast": {"contains": ["Madonna"]}}),
    ("starring Tilda van der Berg", {"cast": {"contains": ["Tilda van der Berg"]}}),
    ("with Meryl Streep or Madonna", {"cast": {"contains_any": ["Meryl Streep", "Madonna"]}}),
    ("with Meryl Streep and Madonna", {"cast": {"contains": ["Meryl Streep", "Madonna"]}}),
    ("something with Mom and Dad", {}),
    ("with Comedy in it", tags("Comedy")),
    ("something like Star Wars", {}),
    ("more like 2001: A Space Odyssey", {}),
    ('like "The War Before 1985"', {}),
    ("nothing from the 80s", {"year": {"!=": years(1980, 1989)}}),
    ("no 90s movies please", {"year": {"!=": years(1990, 1999)}}),
    ("I don't want anything from the 70s or 80s", {"year": {"!=": years(1970, 1989)}}),
    ("a comedy, not from the 90s", {**tags("Comedy"), "year": {"!=": years(1990, 1999)}}),
    ("no horror from the 80s", {**no("Horror"), "year": {"!=": years(1980, 1989)}}),
    ("not in 1994, not in 1996", {"year": {"!=": [1994, 1996]}}),
    ("before 1950 or after 1955", {"year": {"!=": years(1950, 1955)}}),
    ("60s or 90s comedies", {**tags("Comedy"), "year": {"in": years(1960, 1969) + years(1990, 1999)}}),
    ("late 80s or early 90s", {"year": {">=": 1985, "<=": 1994}}),
    ("around 1990", {"year": {">=": 1988, "<=": 1992}}),
    ("a war movie set in 1942", tags("War")),
    ("a movie about the 1960s", {}),
    ("the year 1994", {"year": {"==": 1994}}),
    ("I don't mind anything before 1985", {"year": {"<": 1985}}),
    ("I have not seen many films from the 80s", {"year": {">=": 1980, "<=": 1989}}),
    ("neither horror nor comedy", no("Horror", "Comedy")),
    ("I'm not in the mood for drama", no("Drama")),
    ("I can't stand musicals", no("Musical")),
    ("less romance, more action", {"tags": {"not_contains": ["Romance"], "contains": ["Action"]}}),
    ("why not a comedy?", tags("Comedy")),
    ("surprise me", {}),
    ("I love dramatic wardrobes", {}),
]
CHINESE: list[tuple[str, dict[str, Any]]] = [
    ("今晚想看一部轻松的科幻喜剧，1985年以后的", {**tags("Sci-Fi", "Comedy"), "year": {">=": 1985}}),
    ("我想看恐怖片", tags("Horror")),
    ("科幻或者奇幻", {"tags": {"contains_any": ["Sci-Fi", "Fantasy"]}}),
    ("想看sci-fi电影", tags("Sci-Fi")),
    ("不要恐怖片", no("Horror")),
    ("不要恐怖和战争", no("Horror", "War")),
    ("想看非音乐剧的电影", no("Musical")),
    ("不太恐怖的悬疑片", {"tags": {"not_contains": ["Horror"], "contains": ["Mystery"]}}),
    ("不喜欢爱情片，来部动作片", {"tags": {"not_contains": ["Romance"], "contains": ["Action"]}}),
    ("别给我推荐战争片", no("War")),
    ("除了音乐剧都可以", no("Musical")),
    ("特别搞笑的", tags("Comedy")),
    ("非常浪漫的", tags("Romance")),
    ("有没有纪录片", tags("Documentary")),
    ("要不要看喜剧", tags("Comedy")),
    ("1990年以前的爱情片", {**tags("Romance"), "year": {"<": 1990}}),
    ("1990年之前", {"year": {"<": 1990}}),
    ("1990年之后的", {"year": {">=": 1990}}),
    ("1990年及以前的", {"year": {"<=": 1990}}),
    ("从1990年起", {"year": {">=": 1990}}),
    ("晚于1990年", {"year": {">": 1990}}),
    ("不早于1990年", {"year": {">=": 1990}}),
    ("不要1985年之前的", {"year": {">=": 1985}}),
    ("不要1985年以后的", {"year": {"<": 1985}}),
    ("八十年代的动作片", {**tags("Action"), "year": {">=": 1980, "<=": 1989}}),
    ("90年代犯罪片", {**tags("Crime"), "year": {">=": 1990, "<=": 1999}}),
    ("上世纪70年代的黑色电影", {**tags("Film-Noir"), "year": {">=": 1970, "<=": 1979}}),
    ("九十年代以后的", {"year": {">=": 1990}}),
    ("1980到1990年之间的惊悚片", {**tags("Thriller"), "year": {">=": 1980, "<=": 1990}}),
    ("一九八五年以后的", {"year": {">=": 1985}}),
    ("1994年的剧情片", {**tags("Drama"), "year": {"==": 1994}}),
    ("90分钟以内的动画", {**tags("Animation"), "runtime": {"<=": 90}}),
    ("不超过两小时", {"runtime": {"<=": 120}}),
    ("一个半小时以内", {"runtime": {"<=": 90}}),
    ("不到一百分钟", {"runtime": {"<": 100}}),
    ("至少两个小时", {"runtime": {">=": 120}}),
    ("超过2.5小时的", {"runtime": {">": 150}}),
    ("张艺谋导演的战争片", {**tags("War"), "director": {"contains": ["张艺谋"]}}),
    ("想看李连杰的电影", {"cast": {"contains": ["李连杰"]}}),
    ("我想看成龙主演的喜剧", {**tags("Comedy"), "cast": {"contains": ["成龙"]}}),
    ("想看汤姆·汉克斯主演的", {"cast": {"contains": ["汤姆·汉克斯"]}}),
    ("来一部成龙主演的", {"cast": {"contains": ["成龙"]}}),
    ("主演是成龙的动作片", {**tags("Action"), "cast": {"contains": ["成龙"]}}),
    ("Jackie Chan主演的西部片", {**tags("Western"), "cast": {"contains": ["Jackie Chan"]}}),
    ("《战争与和平》那样的", {}),
    ("不要八十年代的", {"year": {"!=": years(1980, 1989)}}),
    ("不要1980年代的电影", {"year": {"!=": years(1980, 1989)}}),
    ("不是九十年代的动作片", {**tags("Action"), "year": {"!=": years(1990, 1999)}}),
    ("不要七十年代和八十年代的", {"year": {"!=": years(1970, 1989)}}),
    ("八九十年代的", {"year": {">=": 1980, "<=": 1999}}),
    ("80、90年代的", {"year": {">=": 1980, "<=": 1999}}),
    ("上世纪二十年代", {"year": {">=": 1920, "<=": 1929}}),
    ("1990年左右", {"year": {">=": 1988, "<=": 1992}}),
    ("1990年前后的", {"year": {">=": 1988, "<=": 1992}}),
    ("1985年以前或者1990年以后的", {"year": {"!=": years(1985, 1990)}}),
    ("背景在1942年的战争片", tags("War")),
    ("不恐怖的悬疑片", {"tags": {"not_contains": ["Horror"], "contains": ["Mystery"]}}),
    ("要不恐怖片吧", tags("Horror")),
    ("随便推荐几部", {}),
]


@pytest.mark.parametrize(("words", "expected"), ENGLISH + CHINESE)
def test_constraints_are_read_from_the_words(
    words: str, expected: dict[str, Any], catalogue: Catalogue, domain: Domain
) -> None:
    read = understand(words, catalogue, domain)
    assert read.filters == expected
    assert parse(read.filters, catalogue) == expected  # what is read is valid as it stands
    assert read.query


@pytest.mark.parametrize(
    ("words", "query"),
    [
        ("A light sci-fi comedy for tonight, nothing from before 1985.", "light Sci-Fi Comedy for tonight"),
        ("A western musical from 1950 with Jackie Chan", "Western Musical"),
        ("something like Star Wars, no horror", "something like Star Wars"),
        ("今晚想看一部轻松的科幻喜剧，1985年以后的", "今晚想看一部轻松的 Sci-Fi Comedy"),
        ("不要恐怖片", "不要恐怖片"),
        ("a sci-fi story about robots, not slimy aliens", "Sci-Fi story about robots"),
        ("a comedy without swearing but with dogs", "Comedy but with dogs"),
        ("想看喜剧，不要有脏话的", "想看 Comedy"),
        ("   ", ""),
    ],
)
def test_the_query_keeps_the_wish_and_loses_the_limits(
    words: str, query: str, catalogue: Catalogue, domain: Domain
) -> None:
    assert understand(words, catalogue, domain).query == query


def test_what_the_catalogue_has_no_field_for_stays_in_the_query(domain: Domain) -> None:
    catalogue = Catalogue.build([Item(item_id="1", title="x", tags=["Comedy"])], domain)
    read = understand("comedy from 1990, under 90 minutes, with Jackie Chan", catalogue, domain)
    assert read.filters == tags("Comedy")
    assert "under 90 minutes, with Jackie Chan" in read.query


def test_years_bound_a_date_where_there_is_no_year(domain: Domain) -> None:
    catalogue = Catalogue.build([Item(item_id="1", title="x", published_at="2020-05-01")], domain)
    read = understand("before 2020", catalogue, domain)
    assert read.filters == {"published_at": {"<": "2020"}}
    assert not catalogue.mask(read.filters).any()
    assert catalogue.mask(understand("from 2020", catalogue, domain).filters).all()


def test_a_refused_decade_leaves_the_years_around_it(domain: Domain) -> None:
    films = [Item(item_id=str(y), title="x", attributes={"year": y}) for y in (1979, 1980, 1989, 1990)]
    catalogue = Catalogue.build([*films, Item(item_id="-", title="x")], domain)
    mask = catalogue.mask(understand("nothing from the 80s", catalogue, domain).filters)
    assert mask.tolist() == [True, False, False, True, True]


def test_a_duration_is_in_the_units_of_the_field(domain: Domain) -> None:
    catalogue = Catalogue.build([Item(item_id="1", title="x", attributes={"duration_seconds": 200})], domain)
    assert understand("under 3 minutes", catalogue, domain).filters == {"duration_seconds": {"<": 180}}


def test_a_facet_with_one_value_an_item_is_read_as_alternatives() -> None:
    items = [Item(item_id=str(n), title="x", attributes={"country": c}) for n, c in enumerate(("USA", "UK"))]
    catalogue = Catalogue.build(items, world.domain())
    assert understand("American? no, from Britain", catalogue, world.domain()).filters == {"country": {"in": ["UK"]}}
    assert understand("美国或英国", catalogue, world.domain()).filters == {"country": {"in": ["USA", "UK"]}}


def test_of_two_bounds_the_tighter_holds(catalogue: Catalogue, domain: Domain) -> None:
    assert understand("before 1990, before 1980", catalogue, domain).filters == {"year": {"<": 1980}}


@pytest.mark.timeout(20)  # a runaway pattern takes minutes
@pytest.mark.parametrize(
    "text", ["no " * 3000, "a" * 100_000, "不要" * 5000, "1990 " * 2000, "The " * 3000, "\0\u202e"]
)
def test_a_hostile_text_is_read_and_cut(text: str, catalogue: Catalogue, domain: Domain) -> None:
    read = understand(text, catalogue, domain)
    assert read.filters == {}
    assert 0 < len(read.query) <= 1000
