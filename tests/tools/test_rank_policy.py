"""What the domain's rules keep from whom, and how much each of them holds back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tests import games
from tools.catalogue import Catalogue
from tools.domain import Domain
from tools.histories import Histories
from tools.rank import rules
from tools.toolbox import Toolbox
from tools.user import UserView


def shelf(box: Toolbox, **policy: Any) -> Toolbox:
    """The toolbox with the board games as its catalogue, under some rules."""
    domain = games.domain()
    domain = domain.model_copy(update={"policy": domain.policy.model_copy(update=policy)})
    catalogue = Catalogue.build(games.ITEMS, domain)
    return replace(box, domain=domain, catalogue=catalogue, positions={i: n for n, i in enumerate(catalogue.ids)})


def seen_by(name: str, items: list[int]) -> UserView:
    n = len(items)
    weights, times = np.ones(n, np.float32), np.arange(n, dtype=float)
    return UserView(name, {"age": 40}, np.array(items, np.int32), times, weights)


def left(box: Toolbox, user: UserView, exclude: tuple[str, ...] = ()) -> set[str]:
    mask = rules.allowed(box, user, exclude)
    return {box.catalogue.ids[n] for n in mask.nonzero()[0]}


@pytest.mark.parametrize("country", ["US", ["US", "CA"], "us"])
def test_an_item_is_for_users_who_share_a_value_of_the_attribute_it_goes_by(box: Toolbox, country: Any) -> None:
    user = UserView("anna", {"country": country, "age": 40})
    assert left(shelf(box), user) == {item.item_id for item in games.ITEMS if "US" in item.attributes["regions"]}


def test_an_item_that_is_the_same_as_one_seen_or_turned_down_is_gone_with_it(box: Toolbox) -> None:
    first = games.ITEMS[0]
    same = first.model_copy(update={"item_id": "same", "title": first.title.upper()})
    other = first.model_copy(update={"item_id": "other", "attributes": {**first.attributes, "price": 9999.0}})
    domain = games.domain()
    catalogue = Catalogue.build([*games.ITEMS, same, other], domain)
    there = replace(box, domain=domain, catalogue=catalogue, positions=catalogue.positions)
    nobody, reader = UserView("nobody", {"age": 40}), seen_by("reader", [0])
    assert {first.item_id, "same", "other"} <= left(there, nobody)
    assert left(there, nobody) - left(there, nobody, ("same",)) == {first.item_id, "same"}
    assert left(there, nobody) - left(there, reader) == {first.item_id, "same"}
    [many] = rules.allowed_many(there, [reader], Histories.of([reader]))
    assert many.tolist() == rules.allowed(there, reader).tolist()


def test_a_user_or_an_item_without_the_attribute_passes(box: Toolbox) -> None:
    some = left(shelf(box), UserView("nobody", {"age": 40}))
    assert some == {item.item_id for item in games.ITEMS} - {"g05"}
    assert len(left(shelf(box, available_to={"no_such": "country"}), UserView("a", {"country": "US", "age": 40}))) == 39


def test_what_is_promised_to_one_user_is_promised_to_each_of_many(box: Toolbox) -> None:
    on = shelf(box)
    users = [
        UserView("anna", {"country": "US", "age": 40}),
        UserView("bernd", {"country": "DE", "age": 17}),
        UserView("kid", {"country": ["DE", "US"], "age": "unknown"}),
        UserView("stranger", {rules.TOLD_AGE: 20}),
    ]
    many = rules.allowed_many(on, users, Histories.of(users))
    assert [row.tolist() for row in many] == [rules.allowed(on, user).tolist() for user in users]


def test_the_age_given_in_conversation_counts_where_none_is_known(box: Toolbox) -> None:
    on = shelf(box)
    assert "g09" not in left(on, UserView("stranger"))
    assert "g09" in left(on, UserView("stranger", {rules.TOLD_AGE: 18}))
    assert "g09" not in left(on, UserView("kid", {"age": 12, rules.TOLD_AGE: 18}))


def test_what_each_rule_alone_holds_back_is_counted(box: Toolbox) -> None:
    on, user = shelf(box), UserView("anna", {"country": "US"})
    party = {"category": {"in": ["Party"]}}
    assert rules.held_back(on, user, party) == {"availability": 8}  # g09 and g29 are for adults as well
    strategy = {"category": {"in": ["Strategy"]}}
    assert rules.held_back(on, user, strategy, ["g00", "g04"]) == {"excluded": 2}
    assert rules.held_back(on, user, {"price": {"==": 999}}) == {}


def test_banned_values_stay_hidden_and_are_not_counted(box: Toolbox) -> None:
    on, user = shelf(box, banned={"category": ("Party",)}), UserView("bernd", {"country": "DE", "age": 30})
    assert not any(games.ITEMS[int(i[1:])].attributes["category"] == "Party" for i in left(on, user))
    assert rules.held_back(on, user, {"category": {"in": ["Party"]}}) == {}


def test_a_rule_is_read_from_the_domain_file() -> None:
    policy = Domain.load("ecommerce").policy
    assert policy.available_to == {}
    assert games.domain().policy.available_to == {"regions": "country"}
