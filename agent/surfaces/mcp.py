"""MCP over streamable HTTP at `/mcp`: the tools of agent/user_tools.py with structured output, and cards to show them.

Stateless, so any worker answers any request. The user comes from the token, by the rules of every other route; on stdio
(agent/commands/mcp.py) it is the one the command was started for.
"""

import inspect
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit

from anyio import to_thread
from fastapi import FastAPI
from mcp.server.apps import Apps, ResourceCsp
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.elicitation import AcceptedElicitation, ElicitationResult
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resolve import Elicit, Resolve
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from mcp_types import CallToolRequestParams, CallToolResult, TextContent, ToolAnnotations
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

import prompts
from agent.lookups import hidden_by_age
from agent.surfaces.auth import HEADER, Caller, identify
from agent.surfaces.errors import Problem, Refused, problem_of
from agent.surfaces.limits import ShuttingDown, TooManyTurns
from agent.surfaces.services import Services
from agent.surfaces.settings import is_loopback
from agent.user_tools import NAMES, NotWritten, UserTools, brief
from tools.errors import InvalidInput, TastemakerError

log = logging.getLogger(__name__)
CARDS = "ui://tastemaker/cards.html"
SHOWN_AS_CARDS = frozenset({"recommend", "search_items", "similar_items"})
OF_SOMEBODY = frozenset({"user_profile", "record_feedback"})  # an anonymous user has no profile to show or to fill
ToolsOf = Callable[[Context, str], UserTools]  # the tools of the user that a request to the named tool is for
Failures = (TastemakerError, Refused, TooManyTurns, ShuttingDown)


class Age(BaseModel):
    """What the user is asked for where items have an age limit and their age is not known."""

    years: int = Field(ge=0, le=130, description="Your age in years")


def server(tools_of: ToolsOf) -> MCPServer:
    """The MCP server, whatever the transport."""
    cards = _Cards()
    cards.add_html_resource(
        CARDS,
        (Path(__file__).parent / "static" / "cards.html").read_text("utf-8"),
        title="Recommendation cards",
        csp=ResourceCsp(connect_domains=[], resource_domains=[]),
    )
    asked = Annotated[ElicitationResult[Age], Resolve(_age_asker(tools_of))]
    for name in SHOWN_AS_CARDS:
        told = asked if name == "recommend" else None
        cards.tool(resource_uri=CARDS, name=name, annotations=_hints(name))(_tool(name, tools_of, told))
    made = MCPServer(
        "tastemaker",
        title="Tastemaker",
        instructions=prompts.load("assistant").text,
        extensions=[cards],
        subscriptions=False,
        log_level="WARNING",
    )
    for name in NAMES:
        if name not in SHOWN_AS_CARDS:
            made.add_tool(_tool(name, tools_of), name=name, annotations=_hints(name))
    return made


class _Cards(Apps):
    """MCP Apps; and no argument passes that a tool does not have, least of all one that names a user."""

    async def intercept_tool_call(
        self, params: CallToolRequestParams, ctx: ServerRequestContext[Any, Any], call_next: CallNext
    ) -> HandlerResult:
        known = inspect.signature(getattr(UserTools, params.name)).parameters if params.name in NAMES else {}
        foreign = [name[:60] for name in params.arguments or {} if known and (name not in known or name == "self")]
        if not foreign:
            return await call_next(ctx)
        log.warning("refused: tool %s was given %r", params.name, foreign[:3])
        message = f"{params.name} has no argument {foreign[0]!r}; the user comes from the token"
        return failed(InvalidInput(message, foreign[0]))


def failed(error: Exception) -> CallToolResult:
    """The error in the shape that HTTP has too."""
    problem = (
        Problem(503, "server_error", "not_written", str(error)) if isinstance(error, NotWritten) else problem_of(error)
    )
    return CallToolResult(content=[TextContent(type="text", text=problem.body().decode())], is_error=True)


def install(app: FastAPI, services: Services) -> None:
    """Serve `/mcp`; the sessions live as long as the application."""

    def tools_of(context: Context, tool: str) -> UserTools:
        request = context.request_context.request
        assert isinstance(request, Request), "over HTTP every message comes with its request"
        caller: Caller = request.state.caller
        user = caller.acting_as(None, HEADER) if tool in OF_SOMEBODY else caller.acting_for()
        return UserTools(services.agent, services.live, user, services.turns.turn)

    made = server(tools_of)
    hosts = TransportSecuritySettings(enable_dns_rebinding_protection=False)  # `Endpoint` knows whom to answer
    made.streamable_http_app(stateless_http=True, transport_security=hosts)
    manager = made.session_manager
    app.router.routes.append(Route("/mcp", Endpoint(manager), methods=["POST"], include_in_schema=False))
    outer = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(of: FastAPI) -> AsyncIterator[Any]:
        async with outer(of) as state, manager.run():
            yield state

    app.router.lifespan_context = lifespan


@dataclass
class Endpoint:
    """Knows the caller before the SDK sees the request."""

    manager: StreamableHTTPSessionManager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            caller = identify(request)
            _same_machine(request)
        except Refused as refusal:
            await refusal.problem.response()(scope, receive, send)
            return
        state = {**scope.get("state", {}), "caller": caller}
        await self.manager.handle_request({**scope, "state": state}, receive, send)


def _same_machine(request: Request) -> None:
    """In open mode a web page of another machine may not speak through its reader's browser."""
    services: Services = request.app.state.services
    origin = request.headers.get("origin")
    if services.tokens.configured or not origin:
        return
    if not is_loopback(urlsplit(origin).hostname or ""):
        message = "without tokens this server answers to pages of this machine only"
        raise Refused(Problem(403, "permission_error", "forbidden", message, "Origin"))


def _tool(name: str, tools_of: ToolsOf, age: Any = None) -> Callable[..., Awaitable[CallToolResult]]:
    """The tool `name` of `UserTools` as the SDK wants one: its arguments and result, and the request's context."""
    method = getattr(UserTools, name)
    hints = get_type_hints(method, include_extras=True)

    async def call(context: Context, **arguments: Any) -> CallToolResult:
        try:
            tools = tools_of(context, name)
            await _remember(tools, arguments.pop("age", None))
            result: BaseModel = await getattr(tools, name)(**arguments)
        except Failures as error:
            return failed(error)
        return CallToolResult(
            content=[TextContent(type="text", text=brief(result))], structured_content=result.model_dump(mode="json")
        )

    returns = Annotated[CallToolResult, hints.pop("return")]
    hints = {"context": Context, **({"age": age} if age else {}), **hints}
    defaults = {n: p.default for n, p in inspect.signature(method).parameters.items()}
    parameters = [
        inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, annotation=hint, default=defaults.get(n, inspect._empty))
        for n, hint in hints.items()
    ]
    call.__name__ = call.__qualname__ = name
    call.__doc__ = inspect.getdoc(method)
    call.__annotations__ = {**hints, "return": returns}
    call.__signature__ = inspect.Signature(parameters, return_annotation=returns)  # type: ignore[attr-defined]
    return call


def _hints(name: str) -> ToolAnnotations:
    writes = name == "record_feedback"
    return ToolAnnotations(read_only_hint=not writes, destructive_hint=False, open_world_hint=False)


def _age_asker(tools_of: ToolsOf) -> Callable[..., Awaitable[Elicit[Age] | None]]:
    async def age(context: Context, query: str | None, k: int, filters: dict[str, Any] | None) -> Elicit[Age] | None:
        """Asks only where it decides what can be shown: an age limit hides what would fill the slate."""
        capabilities = context.client_capabilities
        if not (capabilities and capabilities.elicitation):
            return None
        try:
            tools = tools_of(context, "user_profile")
            box = await tools.box()
            hidden = await to_thread.run_sync(hidden_by_age, box, tools.user_id, query, filters, k)
        except Failures:
            return None  # the tool itself says what is wrong
        return Elicit(QUESTION, Age) if hidden else None

    return age


QUESTION = (
    "Some items that fit have an age limit. How old are you? The answer is kept in your profile; "
    "decline to see only what has no limit. / 部分合适的内容有年龄限制。你多大？回答会保存在你的资料里；"
    "拒绝则只显示没有年龄限制的内容。"
)


async def _remember(tools: UserTools, answer: Any) -> None:
    if isinstance(answer, AcceptedElicitation) and isinstance(answer.data, Age):
        box = await tools.box()
        await to_thread.run_sync(box.store.correct_user, tools.user_id, {"age": answer.data.years}, None)
