"""The downloaded film, by its descriptor: {"facts": …}, {"broken": a sentence} or {"offline": errno}."""

from __future__ import annotations

import os
from typing import Any

from photovideos.media.child import film


def answer(request: dict[str, Any]) -> dict[str, Any]:
    try:
        with os.fdopen(os.dup(request["film_fd"]), "rb") as file:
            facts = film.measure(
                file, expected_seconds=request["expected_seconds"], expected_bytes=request["expected_bytes"]
            )
    except film.Broken as error:
        return {"broken": str(error)}
    except MemoryError:
        return {"broken": "The film that came back needs more memory to play than a film should."}
    except OSError as error:
        return {"offline": error.errno}
    return {"facts": facts}
