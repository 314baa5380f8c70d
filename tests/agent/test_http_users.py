"""Export and erasure: everything held of a user, and not a byte of it afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent import tokens
from agent.turn import Agent
from tests import world
from tests.agent.commanding import document, refusal, run
from tests.agent.serving import Running, problem, serving
from tests.trained import write_domain
from tools import bundle
from tools.home import Home
from tools.store import Event, Store, User, personas, tastes

CANARIES = [f"canary-{n:02}-zq" for n in range(20)]
TOKEN = "service-token-for-tests"


@pytest.fixture(scope="module")
def canary_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """The world and twenty canaries in two bundles, with everything that can be held of a user."""
    from tools.train import train

    home = Home.at(tmp_path_factory.mktemp("canaries") / "home")
    asked = world.domain().model_dump(mode="json", exclude_none=True)
    asked["cold_start"] = {"attributes": ["age", "street"], "named": {}}
    write_domain(home, world.domain().model_validate(asked))
    store = Store.open(home.store_url)
    world.fill(store)
    for n, user in enumerate(CANARIES):
        store.save_user(User(user_id=user, attributes={"age": 30 + n, "street": f"Qwyjibo Lane {n}"}))
        store.append([_liked(user, item, m) for m, item in enumerate(world.SPACE[n % 4 : n % 4 + 8])])
        store.save_conversation(f"talk-of-{user}", user, [{"role": "user", "content": "my secret Xyzzyx wish"}])
        tastes.state(store, user, "the secret Xyzzyx taste")
        personas.write(store, user, "en", "key", "They love the secret Xyzzyx.")
        tokens.add(home, "user", user)
    for _ in range(2):
        train(home, store=store, progress=False)
    store.close()
    return home


def _liked(user: str, item: str, n: int) -> Event:
    return Event(
        user_id=user, item_id=item, timestamp=world.START + n, kind="rate", value=5, event_id=f"{user}/event/{n}",
        context={"page": f"of-{user}"},
    )  # fmt: skip


def holding(home: Home, text: str) -> list[str]:
    """Files of the home that hold these bytes."""
    files = (path for path in home.root.rglob("*") if path.is_file())
    return [str(path.relative_to(home.root)) for path in files if text.encode() in path.read_bytes()]


async def export(running: Running, user: str) -> Any:
    return await running.client.get(f"/v1/users/{user}/export")


async def test_an_erased_user_leaves_no_byte_in_any_file_and_no_row_in_any_bundle(canary_home: Home) -> None:
    from tools.toolbox import Live

    assert len(bundle.bundle_ids(canary_home)) == 2
    live = Live(canary_home)
    async with serving(canary_home, Agent(live, None), live, token=TOKEN) as running:
        for user in CANARIES:
            await running.post("/v1/recommend", {"user_id": user, "query": "a light comedy", "k": 3})
        whole = (await export(running, CANARIES[0])).json()
        assert {"events", "conversations", "tastes", "personas", "slates", "tokens"} <= set(whole)
        assert whole["attributes"]["street"] == "Qwyjibo Lane 0"
        assert whole["events"][0]["event_id"] == f"{CANARIES[0]}/event/0"
        assert whole["conversations"][0]["messages"][0]["content"] == "my secret Xyzzyx wish"
        assert "sha256" not in str(whole["tokens"])
        assert holding(canary_home, CANARIES[0])
        for user in CANARIES:
            answer = await running.client.delete(f"/v1/users/{user}")
            assert answer.status_code == 200, answer.text
            assert answer.json()["bundles"] == 2
            assert answer.json()["tokens"] == 1
            assert holding(canary_home, user) == []
            assert (await export(running, user)).status_code == 404
        assert holding(canary_home, "canary-") == []
        assert holding(canary_home, "Qwyjibo") == []
        assert holding(canary_home, "Xyzzyx") == []
        box = live.current()
        assert not {*CANARIES} & {*box.neighbors.user_ids, *box.cold.user_ids}
        assert box.cold.history.shape[0] == len(box.cold.user_ids) == box.cold.kinship.n_users
        # Who is left is served as before, and the older bundle can be returned to.
        assert (await running.post("/v1/recommend", {"user_id": "a01", "k": 2})).json()["items"]
        bundle.rollback(canary_home)
        assert live.refresh().bundle_id == bundle.current_id(canary_home)
        assert live.last_error is None
        again = await running.client.delete(f"/v1/users/{CANARIES[0]}")
        assert (again.status_code, problem(again)["param"]) == (404, "user_id")
        # Events may come again, of a user who is new.
        event = {"user_id": CANARIES[0], "item_id": "s01", "event_id": f"{CANARIES[0]}/event/0"}
        assert (await running.post("/v1/events", event)).json()["events"][0]["status"] == "applied"
        reborn = (await export(running, CANARIES[0])).json()
        assert (reborn["attributes"], len(reborn["events"])) == ({}, 1)
        assert "tastes" not in reborn
    live.store.close()


async def test_a_running_server_sees_at_once_what_the_command_erased(own_home: Home) -> None:
    from tools.toolbox import Live

    live = Live(own_home)
    async with serving(own_home, Agent(live, None), live) as running:
        assert (await running.client.get("/v1/users/a01/profile")).status_code == 200
        gone = document(run(own_home, "users", "erase", "a01", "--json"))
        assert gone["rows"]["users"] == 1
        assert (await running.client.get("/v1/users/a01/profile")).status_code == 404
        slate = (await running.post("/v1/recommend", {"user_id": "a01", "k": 3})).json()
        assert slate["cold_start"] is True
        assert "a01" not in live.refresh().neighbors.user_ids
    live.store.close()


def test_the_command_exports_and_erases(own_home: Home) -> None:
    whole = document(run(own_home, "users", "export", "a01"))
    assert whole["attributes"] == {"age": 20, "gender": "F"}
    assert len(whole["events"]) == sum(event.user_id == "a01" for event in world.EVENTS)
    said = run(own_home, "users", "erase", "a01")
    assert said.exit_code == 0
    assert "Erased a01" in said.stdout
    assert refusal(own_home, "users", "export", "a01")["param"] == "user_id"
    assert refusal(own_home, "users", "erase", "a01")["code"] == "not_found"


async def test_a_user_erases_themselves_and_nobody_else(own_home: Home) -> None:
    from tools.toolbox import Live

    live = Live(own_home)
    _, mine = tokens.add(own_home, "user", "a01")
    as_user = {"Authorization": f"Bearer {mine}"}
    async with serving(own_home, Agent(live, None), live, token=TOKEN) as running:
        for refused in (
            await running.client.get("/v1/users/a02/export", headers=as_user),
            await running.client.delete("/v1/users/a02", headers=as_user),
        ):
            assert (refused.status_code, problem(refused)["code"]) == (403, "forbidden")
        assert (await running.client.get("/v1/users/a01/export", headers=as_user)).status_code == 200
        assert (await running.client.delete("/v1/users/a01", headers=as_user)).status_code == 200
        assert (await running.client.get("/v1/users/a01/export", headers=as_user)).status_code == 401
    live.store.close()


def test_who_is_erased_while_a_training_runs_is_not_in_its_bundle(
    own_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tools import privacy, train
    from tools.neighbors.model import NeighborModel

    def erasing(home: Home, staged: Path, manifest: bundle.Manifest) -> bundle.Manifest:
        store = Store.open(home.store_url)
        privacy.erase(home, store, "a01")
        store.close()
        return publish(home, staged, manifest)

    publish = bundle.publish
    monkeypatch.setattr(bundle, "publish", erasing)
    train.train(own_home, progress=False)
    assert "a01" not in NeighborModel.load(bundle.current_folder(own_home) / "neighbors").user_ids
    assert holding(own_home, '"a01"') == []
