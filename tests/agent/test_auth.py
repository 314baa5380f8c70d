"""Tokens, and which user a caller may act for."""

from __future__ import annotations

import json
import logging
import stat

import pytest

from agent import tokens
from agent.surfaces.limits import Rates
from agent.tokens import TokenBook
from tests.agent.serving import Running, problem, serving
from tests.fake_engine import Clock
from tools.errors import CorruptData, InvalidInput, NotFound
from tools.home import Home

SERVICE = "service-token-of-the-test"


def bearer(secret: str, **headers: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}", **{name.replace("_", "-"): value for name, value in headers.items()}}


async def user_of(running: Running) -> str:
    return str(running.agent.seen[-1].user_id)


def test_a_token_is_kept_only_as_a_hash_and_readable_by_its_owner_alone(home: Home) -> None:
    token, secret = tokens.add(home, "user", "42")
    path = tokens.tokens_file(home)
    assert secret not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert tokens.listed(home) == [token]


def test_a_book_knows_tokens_added_and_revoked_while_it_is_open(home: Home) -> None:
    book = TokenBook.open(home, {})
    assert not book.configured
    token, secret = tokens.add(home, "user", "42")
    grant = book.identify(secret)
    assert grant is not None
    assert (grant.kind, grant.user_id) == ("user", "42")
    assert book.identify(secret + "x") is None
    tokens.revoke(home, token.token_id)
    assert book.identify(secret) is None


def test_a_token_ends_when_its_days_are_over(home: Home) -> None:
    book = TokenBook.open(home, {})
    _, secret = tokens.add(home, "user", "42", days=1)
    assert book.identify(secret) is not None
    _, over = tokens.add(home, "user", "42", days=0)
    assert book.identify(over) is None


def test_a_token_asks_so_often_a_minute_and_no_oftener_whatever_others_do() -> None:
    clock = Clock()
    rates = Rates(clock)
    assert [rates.wait("a", 60) for _ in range(10)] == [0] * 10
    assert rates.wait("a", 60) == 1
    assert rates.wait("b", 60) == 0
    clock.now += 60
    assert sum(rates.wait("a", 60) == 0 for _ in range(20)) == 10  # an idle minute does not add up
    clock.now += 1
    assert [rates.wait("a", 60), rates.wait("a", 60)] == [0, 1]


async def test_a_token_past_its_rate_is_told_when_to_come_back(home: Home) -> None:
    _, secret = tokens.add(home, "user", "42", per_minute=1)
    async with serving(home) as running:
        running.client.headers["Authorization"] = f"Bearer {secret}"
        answers = [await running.client.get("/v1/models") for _ in range(12)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) == 2
        assert problem(refused[0])["code"] == "rate_limited"
        assert 0 < int(refused[0].headers["Retry-After"]) <= 60


def test_revoking_a_token_that_is_not_there_says_so(home: Home) -> None:
    with pytest.raises(NotFound, match="no token 'abcd'"):
        tokens.revoke(home, "abcd")


@pytest.mark.parametrize(("kind", "user"), [("user", None), ("service", "42"), ("user", ""), ("user", "a\x00b")])
def test_a_token_that_would_mean_nothing_is_not_made(home: Home, kind: tokens.Kind, user: str | None) -> None:
    with pytest.raises(InvalidInput):
        tokens.add(home, kind, user)
    assert tokens.listed(home) == []


def test_a_broken_token_file_is_refused_rather_than_taken_for_no_tokens(home: Home) -> None:
    tokens.tokens_file(home).write_text(json.dumps({"tokens": [{"token_id": "x"}]}))
    with pytest.raises(CorruptData, match=r"tokens\.json"):
        TokenBook.open(home, {})


def test_a_short_service_token_is_refused(home: Home) -> None:
    with pytest.raises(InvalidInput, match="TASTEMAKER_SERVICE_TOKEN"):
        TokenBook.open(home, {"TASTEMAKER_SERVICE_TOKEN": "short"})


async def test_without_any_token_loopback_is_open_and_acts_for_whom_it_is_told(home: Home) -> None:
    async with serving(home) as running:
        await running.chat(user="7")
        assert await user_of(running) == "7"
        await running.chat(headers={"X-User-Id": "8"})
        assert await user_of(running) == "8"
        await running.chat()
        assert await user_of(running) == "anonymous"


async def test_open_mode_does_not_answer_under_a_foreign_host_name(home: Home) -> None:
    async with serving(home) as running:
        refused = await running.chat(headers={"Host": "attacker.example"})
        assert (refused.status_code, problem(refused)["param"]) == (403, "Host")
        assert (await running.client.get("/v1/models", headers={"Host": "localhost:9"})).status_code == 200


async def test_off_loopback_nothing_is_open_even_when_the_last_token_is_gone(home: Home) -> None:
    async with serving(home) as running:
        settings = running.server._services.settings.model_copy(update={"host": "192.0.2.1"})
        object.__setattr__(running.server._services, "settings", settings)
        assert (await running.chat()).status_code == 401


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({}, "missing_token"),
        ({"Authorization": "Bearer wrong"}, "invalid_token"),
        ({"Authorization": f"Basic {SERVICE}"}, "invalid_token"),
        ({"Authorization": "Bearer"}, "missing_token"),
    ],
)
async def test_a_missing_or_wrong_token_is_challenged(home: Home, header: dict[str, str], code: str) -> None:
    async with serving(home, token=SERVICE) as running:
        running.client.headers.pop("Authorization")
        for method, path in (("POST", "/v1/chat/completions"), ("GET", "/v1/models"), ("GET", "/metrics")):
            answer = await running.client.request(method, path, headers=header, content=b"{ not json")
            assert answer.status_code == 401, path
            assert answer.headers["WWW-Authenticate"].startswith("Bearer ")
            assert problem(answer)["code"] == code
        assert running.agent.seen == []


async def test_health_and_the_page_need_no_token(home: Home) -> None:
    async with serving(home, token=SERVICE) as running:
        running.client.headers.pop("Authorization")
        for path in ("/", "/docs", "/healthz", "/readyz", "/openapi.json", "/static/page.js"):
            assert (await running.client.get(path)).status_code == 200, path


async def test_a_service_token_acts_for_the_user_it_names(home: Home) -> None:
    async with serving(home, token=SERVICE) as running:
        await running.chat(headers={"X-User-Id": "7"}, user="7")
        assert await user_of(running) == "7"
        await running.chat(headers={"X-User-Id": "用户".encode()})  # bytes on the wire, read as UTF-8
        assert await user_of(running) == "用户"
        both = await running.chat(headers={"X-User-Id": "7"}, user="8")
        assert (both.status_code, problem(both)["param"]) == (400, "user")


async def test_a_user_token_is_its_user_and_nobody_else(home: Home, caplog: pytest.LogCaptureFixture) -> None:
    _, secret = tokens.add(home, "user", "42")
    async with serving(home) as running:
        running.client.headers["Authorization"] = f"Bearer {secret}"
        await running.chat()
        assert await user_of(running) == "42"
        await running.chat(user=" 42 ")
        assert await user_of(running) == "42"
        with caplog.at_level(logging.WARNING, "agent.surfaces.auth"):
            refused = [
                await running.chat(user="43"),
                await running.chat(headers={"X-User-Id": "43"}),
                await running.post("/v1/recommend", {"user_id": "43"}),
                await running.post("/v1/events", {"user_id": "43", "item_id": "s01"}),
                await running.post("/v1/events", [{"item_id": "s01"}, {"user_id": "43", "item_id": "s01"}]),
                await running.client.get("/v1/users/43/profile"),
                await running.client.patch("/v1/users/43/profile", json={"profiling": False}),
                await running.client.get("/metrics"),
            ]
        assert [answer.status_code for answer in refused] == [403] * len(refused)
        assert {problem(answer)["type"] for answer in refused} == {"permission_error"}
        assert caplog.text.count("the token of user '42' named user '43'") == 7
        assert len(running.agent.seen) == 2


@pytest.mark.parametrize("user", ["a\nb", "x" * 257, "a\u202eb", " "])
async def test_an_impossible_user_id_is_refused_by_name(home: Home, user: str) -> None:
    async with serving(home, token=SERVICE) as running:
        refused = await running.chat(user=user)
        assert (refused.status_code, problem(refused)["param"]) == (400, "user")
