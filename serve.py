"""The server: owns a home, opens its tools, starts or attaches the engine, and serves every face of the agent.

    python serve.py [--host --port --home --llm-url URL --llm-model NAME --no-llm] [--sample USER WORDS]

It answers at once: with template sentences while the engine loads, and with 503 and the remedy while nothing is
trained.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from pydantic import SecretStr, ValidationError

from agent.surfaces import signed
from agent.surfaces.settings import ServerSettings
from agent.tokens import TokenBook
from tools.environment import HOME, LLM_API_KEY, LLM_MODEL, LLM_URL, SERVICE_TOKEN
from tools.errors import InvalidInput, TastemakerError
from tools.home import Home

if TYPE_CHECKING:
    from agent.surfaces.engine_room import EngineRoom
    from agent.surfaces.server import Server
    from agent.turn import Agent

log = logging.getLogger("tastemaker.serve")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 stopped when told to, 1 cannot serve, 2 bad usage."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for chatty in ("httpx", "httpx2", "uvicorn"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        home = Home.at(options.home)
        settings = _settings(options)
        tokens = TokenBook.open(home)
        refuse_open_doors(settings, tokens)
        with home.owned("the server"):
            refuse_taken_port(settings)
            asyncio.run(serve(home, settings, tokens, options))
    except InvalidInput as error:
        return _fail(error, 2)
    except TastemakerError as error:
        return _fail(error, 1)
    return 0


def _settings(options: argparse.Namespace) -> ServerSettings:
    secret = SecretStr(key) if (key := signed.secret_of()) else None
    try:
        return ServerSettings(host=options.host, port=options.port, grace=options.grace, openwebui_secret=secret)
    except ValidationError as error:
        first = error.errors()[0]
        raise InvalidInput(f"--{first['loc'][0]} {first['input']}: {first['msg']}", str(first["loc"][0])) from None


def refuse_open_doors(settings: ServerSettings, tokens: TokenBook) -> None:
    """
    Raises:
        InvalidInput: other machines could reach a server that asks nobody for a token.
    """
    if tokens.configured or settings.loopback:
        return
    raise InvalidInput(
        f"--host {settings.host} can be reached from other machines, and no token is configured. Make one with "
        f"`tastemaker tokens add --service`, or set {SERVICE_TOKEN}, or listen on 127.0.0.1."
    )


def refuse_taken_port(settings: ServerSettings) -> None:
    """Found out before anything heavy loads.

    Raises:
        TastemakerError: the address cannot be listened on.
    """
    host = settings.host.strip("[]")
    try:
        socket.create_server((host, settings.port), family=socket.AF_INET6 if ":" in host else socket.AF_INET).close()
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
        raise TastemakerError(
            f"cannot listen on {host}, port {settings.port}: {reason}. Give another --port (0: any free one) or --host."
        ) from None


async def serve(home: Home, settings: ServerSettings, tokens: TokenBook, options: argparse.Namespace) -> None:
    """Serve until told to stop; tools and engine load meanwhile."""
    from agent.surfaces.app import create_app
    from agent.surfaces.engine_room import EngineRoom
    from agent.surfaces.server import Server
    from agent.turn import Agent
    from tools.toolbox import Live

    live = Live(home)
    agent = Agent(live, None)
    key = os.environ.get(LLM_API_KEY)
    room = None if options.no_llm else EngineRoom(agent, home, options.llm_url, options.llm_model, key)
    server = Server(create_app(agent, live, room, settings, tokens), settings, lambda url: _greet(url, tokens))
    preparing = asyncio.create_task(_prepare(agent, room, options.sample))
    preparing.add_done_callback(_told_of_failure)
    try:
        await _until_told(server)
    finally:
        preparing.cancel()
        await asyncio.wait([preparing])
        if room:
            await room.close()
        live.store.close()


async def _prepare(agent: Agent, room: EngineRoom | None, sample: tuple[str, str] | None) -> None:
    """Load what the first turn would wait for; then give the sample answer, if one is asked for."""
    from agent.engine_status import status_line

    with status_line("Starting the engine") as progress:
        await asyncio.gather(_warm(agent), room.open(progress) if room else asyncio.sleep(0))
    if sample:
        await _answer(agent, *sample)


def _told_of_failure(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.error("the server goes on, but could not prepare itself", exc_info=error)


async def _warm(agent: Agent) -> None:
    try:
        await agent.warm()
    except TastemakerError as error:  # every route says so too
        log.error("nothing can be recommended yet: %s", error)


async def _answer(agent: Agent, user: str, words: str) -> None:
    from agent.reply import Message, TextDelta, TurnRequest

    print(f"\nUser {user}: {words}\n", flush=True)
    request = TurnRequest(user_id=user, messages=[Message(role="user", content=words)])
    try:
        async with aclosing(agent.run(request)) as events:
            async for event in events:
                if isinstance(event, TextDelta):
                    print(event.text, end="", flush=True)
    except TastemakerError as error:
        log.error("no sample answer: %s", error)
    print(flush=True)


async def _until_told(server: Server) -> None:
    """Run the server. uvicorn raises a caught signal again at the end; ours then only says what is already true, so
    that the engine is stopped and the home given back before the process ends.
    """

    def told(*_: object) -> None:
        server.should_exit = True

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)
    await server.serve()


def _greet(url: str, tokens: TokenBook) -> None:
    print(f"Tastemaker is at {url}", flush=True)
    if not tokens.configured:
        print("No token is configured: it answers on this machine only, to anyone on it, for any user.", flush=True)


def _parser() -> argparse.ArgumentParser:
    environment = os.environ.get
    parser = argparse.ArgumentParser(prog="serve.py", description=__doc__.splitlines()[0])
    homes = "folder of the store, the bundles and the index (default: ./var)"
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, default=8000, help="default: 8000; 0 takes a free one")
    parser.add_argument("--grace", type=float, default=20.0, help="seconds running turns get at the end (default: 20)")
    parser.add_argument("--home", default=environment(HOME) or "./var", help=homes)
    url = "an OpenAI-compatible server to attach; without it vLLM is started"
    parser.add_argument("--llm-url", default=environment(LLM_URL), help=url)
    parser.add_argument("--llm-model", default=environment(LLM_MODEL), help="a model's name or folder")
    parser.add_argument("--no-llm", action="store_true", help="rules and template sentences only")
    sample = "answer this once in the terminal when all is up"
    parser.add_argument("--sample", nargs=2, metavar=("USER", "WORDS"), help=sample)
    return parser


def _fail(error: Exception, status: int) -> int:
    print(f"serve.py: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
