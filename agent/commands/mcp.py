"""`mcp`: the tools of one user over stdio, for an assistant on this machine that starts its tools as processes."""

from __future__ import annotations

import asyncio

from agent.commands.options import (
    HERE,
    Engines,
    HomeOption,
    ModelOption,
    NoLlmOption,
    UrlOption,
    UserOption,
    trained,
    user_id,
)


def mcp(
    user: UserOption,
    llm_url: UrlOption = None,
    llm_model: ModelOption = None,
    no_llm: NoLlmOption = False,
    home: HomeOption = HERE,
) -> None:
    """Serve the tools of one user to an assistant over MCP on stdin and stdout, until it closes them."""
    engines, who, place = Engines.read(llm_url, llm_model, no_llm), user_id(user), trained(home)

    async def serve() -> None:
        from agent.commands.session import ready
        from agent.surfaces.mcp import server
        from agent.user_tools import UserTools

        async with ready(place, engines) as agent:
            tools = UserTools(agent, agent.live, who)
            await server(lambda *_: tools).run_stdio_async()

    with place.owned("tastemaker mcp"):
        asyncio.run(serve())


COMMANDS = (mcp,)
