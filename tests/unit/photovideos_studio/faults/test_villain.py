from __future__ import annotations

import pytest
from starlette.routing import Route

from photovideos_studio.app import ROUTES
from photovideos_studio.faults.plan import ENDPOINTS
from photovideos_studio.faults.villain import endpoint_of


def test_the_villain_knows_the_endpoints_by_the_names_the_app_gives_them() -> None:
    assert {route.name for route in ROUTES} == ENDPOINTS


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: str(route.name))
def test_every_endpoint_is_known_by_its_path(route: Route) -> None:
    path = route.path.replace("{session_id}", "1").replace("{render_id}", "r-1")
    path = path.replace("{key}", "k").replace("{upload_id}", "u")
    (method,) = (route.methods or set()) - {"HEAD"}
    name, render = endpoint_of(method, path)
    assert name == route.name
    assert render == ("r-1" if "{render_id}" in route.path else None)


def test_other_paths_are_no_endpoints() -> None:
    assert endpoint_of("GET", "/") == ("", None)
    assert endpoint_of("PUT", "/run_sse") == ("", None)
