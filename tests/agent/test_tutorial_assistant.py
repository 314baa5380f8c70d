"""docs/tutorial-assistant.md: every file and command in it, in order, against the real server."""

from __future__ import annotations

import json

from tests.agent.commanding import no_settings
from tests.agent.tutorials import DOCS, Reader, reader
from tools.home import Home

__all__ = ["no_settings", "reader"]


def test_every_step_of_the_tutorial_works_in_order(own_home: Home, reader: Reader) -> None:
    reader.env["TASTEMAKER_HOME"] = str(own_home.root)
    reader.compare = False  # shown are films of the demo
    reader.follow((DOCS / "tutorial-assistant.md").read_text("utf-8"))
    assert len(reader.commands) == 14
    assert json.loads(reader.printed)["user_id"] == "42"
    assert json.loads((reader.folder / "user-42.json").read_text("utf-8"))["events"]
    reader.run('curl -s 127.0.0.1:8000/v1/users/42/export -H "$HEAD" -o gone.json -w "%{http_code}"')
    assert reader.printed == "404"
    reader.run('curl -s 127.0.0.1:8000/v1/models -H "Authorization: Bearer $MINE" -o gone.json -w "%{http_code}"')
    assert reader.printed == "401"
