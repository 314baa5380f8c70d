"""What a user does and what is put shows in the very next answer: benchmarks/freshness.py in small, on serve.py."""

from __future__ import annotations

from benchmarks.freshness import measure
from tools.home import Home


async def test_every_act_and_every_item_is_in_the_next_answer(own_home: Home) -> None:
    told = await measure(own_home, rounds=3, items=3, clients=2)
    for events in (told["events"], told["events, 2 clients at once"]):
        assert events["missed"] == []
        assert events["reflected"] == dict.fromkeys(("liked", "rejected", "seen", "posted"), "3 of 3")
        assert events["ms"]["n"] == 12
    assert (told["items"]["found"], told["items"]["gone"]) == ("3 of 3", "3 of 3")
