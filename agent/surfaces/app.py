"""The application: every face of the server on one agent. Nothing happens before `create_app` is called."""

from __future__ import annotations

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security import HTTPBearer

from agent.surfaces import (
    agui,
    errors,
    explain,
    generate,
    health,
    items,
    mcp,
    openai,
    page,
    parameters,
    responses,
    rest,
    reviews,
    score,
    users,
)
from agent.surfaces.limits import BodyLimit, Turns
from agent.surfaces.metrics import Measured
from agent.surfaces.services import Agent, Engine, Services, Tools
from agent.surfaces.settings import ServerSettings
from agent.tokens import TokenBook
from tools.ctr.learner import Learner

DESCRIPTION = """A recommendation agent. Errors have OpenAI's shape. A service token acts for the user named by
`X-User-Id` (or the `user` field); a user token is bound to its user."""


def create_app(
    agent: Agent, live: Tools, engine: Engine | None, settings: ServerSettings, tokens: TokenBook
) -> FastAPI:
    """The ASGI application. `engine` is None where the server was started without a language model."""
    app = FastAPI(
        title="Tastemaker",
        version="1",
        description=DESCRIPTION,
        docs_url=None,  # ours is `page.docs`: FastAPI's loads its script from a CDN
        redoc_url=None,
        redirect_slashes=False,
        responses={"4XX": {"model": errors.ErrorBody}, "5XX": {"model": errors.ErrorBody}},
    )
    turns = Turns(settings.turns, settings.queue)
    app.state.services = Services(agent, live, engine, settings, tokens, turns, Learner(live))
    errors.install(app, settings.retry_after)
    app.add_middleware(BodyLimit, limit=settings.max_body, within=settings.body_within)
    app.add_middleware(Measured)
    # The token itself is read by GuardedRoute; this dependency only describes it in the documentation.
    secured: list[APIRouter] = [
        openai.turns,
        openai.router,
        responses.router,
        agui.router,
        rest.router,
        items.router,
        score.router,
        explain.router,
        users.router,
        parameters.router,
        health.guarded,
        generate.router,
        reviews.router,
    ]
    for router in secured:
        app.include_router(router, dependencies=[Depends(HTTPBearer(auto_error=False))])
    app.include_router(health.router)
    app.include_router(page.router)
    mcp.install(app, app.state.services)
    return app
