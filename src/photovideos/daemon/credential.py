"""The user's own token: from the environment or a systemd credential. It is read here and goes to `nemo` alone."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

MAX_BYTES = 4096


def own_token(environ: Mapping[str, str]) -> str | None:
    """`NEMO_TOKEN`, else the credential `nemo_token` (systemd's `LoadCredential=`), else None."""
    if token := environ.get("NEMO_TOKEN", "").strip():
        return token
    directory = environ.get("CREDENTIALS_DIRECTORY")
    if not directory:
        return None
    try:
        with (Path(directory) / "nemo_token").open("rb") as stream:
            return stream.read(MAX_BYTES).decode(errors="replace").strip() or None
    except OSError:
        return None
