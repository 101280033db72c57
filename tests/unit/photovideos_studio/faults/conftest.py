from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from photovideos_studio.faults import Villain
from photovideos_studio.faults.plan import parse_faults


@pytest.fixture
def villain(rigs: Callable[..., Any]) -> Callable[..., Any]:
    """A studio that plays these faults, on its socket or on TCP."""

    def make(*faults: dict[str, Any], on_tcp: bool = False, **settings: Any) -> Any:
        plan = parse_faults({"faults": list(faults), **settings})

        def around(app: Any) -> Villain:
            studio = app.state.studio
            return Villain(app, plan, end_token=lambda token: studio.store.tokens.end(token, now=studio.clock()))

        return rigs(on_tcp=on_tcp, around=around, manner=plan.manner_options, store_options=plan.store_options)

    return make
