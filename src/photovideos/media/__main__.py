"""`python -m photovideos.media prepare|inspect SETTINGS`: reads one JSON line a request, answers one JSON line each.

It ends when its input does. The answers go to a descriptor of their own, so that no library can write among them.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from photovideos.media.child import limits


def main() -> int:
    task, settings = sys.argv[1], json.loads(sys.argv[2])
    limits.apply(settings["limits"], parent=settings["parent"])
    answers = os.dup(1)
    os.dup2(2, 1)
    handle = _handler(task, settings)
    with os.fdopen(answers, "w", encoding="ascii") as out:
        _say(out, {"ready": True})
        for line in sys.stdin:
            _say(out, handle(json.loads(line)))
    return 0


def _handler(task: str, settings: dict[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Decoders are loaded here, behind the limits."""
    if task == "prepare":
        from photovideos.media.child import preparing

        return preparing.Preparer(settings).answer
    if task == "inspect":
        from photovideos.media.child import inspecting

        return inspecting.answer
    raise SystemExit(f"no such task: {task}")


def _say(out: Any, answer: dict[str, Any]) -> None:
    out.write(json.dumps(answer) + "\n")
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
