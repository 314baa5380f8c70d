"""What people ask of flats, bicycles and events, read on the catalogues of the evaluation: terms, heights, loads,
dates of what they are dates of, and the Chinese no that comes last.
"""

from __future__ import annotations

from typing import Any

import pytest

from agent.evaluate.worlds.make import WORLDS, make, write
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.ingest.ingest import ingest
from tools.intent import understand
from tools.store import Store

FLATS: list[tuple[str, dict[str, Any]]] = [
    ("Between 30 and 50 square metres.", {"size_m2": {">=": 30, "<=": 50}}),
    ("面积至少90平米。", {"size_m2": {">=": 90}}),
    ("Less than 75 sqm would be too cramped for us.", {"size_m2": {">=": 75}}),
    ("不到75平的住不下。", {"size_m2": {">=": 75}}),
    ("No deposit above 1000 euros, please.", {"deposit": {"<=": 1000}}),
    ("1000 euros is the most I can leave as a deposit.", {"deposit": {"<=": 1000}}),
    ("I can put down 3k as a deposit, not more.", {"deposit": {"<=": 3000}}),
    ("我最多能拿出1000欧元当押金。", {"deposit": {"<=": 1000}}),
    ("押金高于2000欧元的就算了。", {"deposit": {"<=": 2000}}),
    ("I'm looking at 1000-1500 a month in rent.", {"rent": {">=": 1000, "<=": 1500}}),
    ("A minimum term of 6 months at most.", {"min_lease_months": {"<=": 6}}),
    ("最短租期6个月以内的。", {"min_lease_months": {"<=": 6}}),
    ("I have to move in by May 1, 2027.", {"available_from": {"<=": "2027-05-01"}}),
    ("It must be free by the first of May at the latest.", {"available_from": {"<=": "2027-05-01"}}),
    ("最晚3月15号要搬进去。", {"available_from": {"<=": "2027-03-15"}}),
    (
        "My lease runs out on 15 March 2027, so it has to be available by then.",
        {"available_from": {"<=": "2027-03-15"}},
    ),
    ("It should have been listed after 1 October 2026.", {"listed": {">": "2026-10-01"}}),
    ("I don't want to walk more than 10 minutes to the station.", {"station_walk_min": {"<=": 10}}),
    ("I won't pay an agent fee.", {"agent_fee": {"==": False}}),
    ("我不想付中介费。", {"agent_fee": {"==": False}}),
    ("要空房，不带家具。", {"furnished": {"==": False}}),
    ("My mother is in a wheelchair, so it has to be accessible.", {"wheelchair_accessible": {"==": True}}),
    ("1950年以后盖的不要，我喜欢老房子。", {"built": {"<": 1950}}),
    ("2015年以前建的不要。", {"built": {">=": 2015}}),
    ("储藏室和壁炉都不要。", {"features": {"not_contains": ["cellar", "fireplace"]}}),
    ("不要带洗碗机的。", {"features": {"not_contains": ["dishwasher"]}}),
    ("Fatima Zahir的房子不租。", {"landlord": {"not_contains": ["Fatima Zahir"]}}),
    ("除花园公寓以外都行。", {"kind": {"!=": ["garden flat"]}}),
    ("two bedrooms, no more and no fewer.", {"bedrooms": {"==": 2}}),
    ("三个卧室的不要。", {"bedrooms": {"!=": 3}}),
    ("1个或者2个卧室都行。", {"bedrooms": {"in": [1, 2]}}),
]
BIKES: list[tuple[str, dict[str, Any]]] = [
    ("I'm 183 cm tall.", {"rider_min_cm": {"<=": 183}, "rider_max_cm": {">=": 183}}),
    ("给我儿子买的，他身高一米七二。", {"rider_min_cm": {"<=": 172}, "rider_max_cm": {">=": 172}}),
    ("It must be able to carry 120 kg at least.", {"max_load_kg": {">=": 120}}),
    ("It should weigh 12 kg or less.", {"weight_kg": {"<=": 12}}),
    ("不能重于30斤。", {"weight_kg": {"<=": 15}}),
    ("载重至少300斤。", {"max_load_kg": {">=": 150}}),
    ("100 km without recharging is the minimum.", {"range_km": {">=": 100}}),
    ("保修期不到24个月的不要。", {"warranty_years": {">=": 2}}),
    ("质保不能短于五年。", {"warranty_years": {">=": 5}}),
    ("It needs 20-inch wheels.", {"wheel_inches": {"==": 20}}),
    ("轮径29英寸。", {"wheel_inches": {"==": 29}}),
    ("Fewer than 18 gears is no good to me.", {"gears": {">=": 18}}),
    ("最多3速。", {"gears": {"<=": 3}}),
    ("评分低于三分半的不考虑。", {"rating": {">=": 3.5}}),
    ("It should have come out in the last 3 years.", {"model_year": {">=": 2023}}),
    ("No more than three years old.", {"model_year": {">=": 2023}}),
    ("A 2020 model or newer.", {"model_year": {">=": 2020}}),
    ("车款不能超过5年。", {"model_year": {">=": 2021}}),
    ("Brand new only.", {"second_hand": {"==": False}}),
    ("不要二手的。", {"second_hand": {"==": False}}),
    ("路不好，必须有避震。", {"suspension": {"==": True}}),
    ("碟刹我用不惯，换别的。", {"brakes": {"!=": ["disc brakes"]}}),
    ("Wang Haoran或Tobias Lund造的都行。", {"builder": {"contains_any": ["Wang Haoran", "Tobias Lund"]}}),
]


EVENTS: list[tuple[str, dict[str, Any]]] = [
    ("jazz bores me, so it mustn't be about that.", {"topics": {"not_contains": ["jazz"]}}),
    ("It can be held in Spanish or in German.", {"languages": {"contains_any": ["Spanish", "German"]}}),
    ("要么用中文，要么用英语。", {"languages": {"contains_any": ["Chinese", "English"]}}),
    ("不到一百个座位的场子太小了。", {"seats": {">=": 100}}),
    ("2 hours at the longest.", {"duration_min": {"<=": 120}}),
    ("I can't sit still for more than 2 hours.", {"duration_min": {"<=": 120}}),
    ("至少要有一个小时。", {"duration_min": {">=": 60}}),
    ("地铁站半公里以内的。", {"metro_m": {"<=": 500}}),
    ("My daughter is 7, and she has to be let in.", {"min_age": {"<=": 7}}),
    ("I don't want it streamed online.", {"streamed_online": {"==": False}}),
    ("Not at the Old Brewery, I can't hear a thing in there.", {"venue": {"!=": ["Old Brewery"]}}),
    ("It has to be free.", {"price": {"==": 0}}),
    ("要免费的。", {"price": {"==": 0}}),
    ("50 places at most. Hmm, no, rather 30 at most.", {"seats": {"<=": 30}}),
    ("The booking deadline mustn't be before 15 March 2027.", {"booking_closes": {">=": "2027-03-15"}}),
    ("订票截止日期不能早于3月15号。", {"booking_closes": {">=": "2027-03-15"}}),
    ("我2027年1月20日才回来，要那之后的。", {"event_date": {">=": "2027-01-20"}}),
    ("我只有1月5日到1月25日在城里。", {"event_date": {">=": "2027-01-05", "<=": "2027-01-25"}}),
    ("It has to take place before 20 April 2027.", {"event_date": {"<": "2027-04-20"}}),
]


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Catalogue, Domain]]:
    """The worlds as ingested: a date is a date then."""
    out = {}
    for name in ("flats", "bikes", "events"):
        folder = tmp_path_factory.mktemp(name)
        paths = write(make(WORLDS[name], tasks=0), folder)
        store = Store.open(f"sqlite:///{folder / 'store.db'}")
        domain = Domain.load(str(paths["domain"]))
        ingest(store, domain, paths["items"], None, None)
        out[name] = Catalogue.build(store.items(), domain), domain
        store.close()
    return out


@pytest.mark.parametrize(
    ("name", "text", "filters"),
    [(name, *case) for name, cases in (("flats", FLATS), ("bikes", BIKES), ("events", EVENTS)) for case in cases],
)
def test_a_requirement_is_read_as_a_clerk_would(
    shops: dict[str, tuple[Catalogue, Domain]], name: str, text: str, filters: dict[str, Any]
) -> None:
    assert understand(text, *shops[name]).filters == filters
