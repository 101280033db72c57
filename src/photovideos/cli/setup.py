"""`init` and `credits`: making a config and an inbox, and asking for the balance."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import yaml

from photovideos import config
from photovideos.backend import Backends
from photovideos.config import Config
from photovideos.daemon.credential import own_token
from photovideos.errors import UsageError
from photovideos.model import BackendKind

_WHERE = {
    BackendKind.STUDIO: "Films are made on this machine; no photo leaves it.",
    BackendKind.NEMO: "Photos are sent to NemoVideo, without place and camera data; it cannot be asked to delete them.",
}


def init(
    path: Path | None,
    inbox: Path | None,
    backend: str,
    environ: Mapping[str, str],
) -> Iterator[str]:
    """Writes the config and makes the inbox; says so line by line. Raises UsageError where a config is already."""
    target = config.locate(path, environ) or config.default_path(environ)
    place = Path(os.path.abspath(os.path.expanduser(inbox or config.DEFAULT_INBOX)))
    text = yaml.safe_dump(
        {"inboxes": [{"path": str(place)}], "backend": {"kind": backend}}, sort_keys=False, allow_unicode=True
    )
    settings = config.parse(text)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    except FileExistsError as error:
        raise UsageError(
            f"{target} is there already; it is left as it is.", advice="Edit it, or name another file."
        ) from error
    with os.fdopen(fd, "w", encoding="utf-8") as stream:
        stream.write(text)
    place.mkdir(parents=True, exist_ok=True)
    yield f"Config: {target}"
    yield f"Inbox:  {place}"
    yield _WHERE[BackendKind(settings.backend.kind)]
    yield "Start it with `photovideos run`, then put a folder of photos with a prompt.txt into the inbox."


def credits_line(settings: Config, environ: Mapping[str, str], *, clock: Callable[[], float]) -> str:
    """The balance of the account in use."""
    kind = BackendKind(settings.backend.kind)
    if kind is BackendKind.STUDIO:
        return "Films are made on this machine; they need no credits."
    backends = Backends(
        settings,
        state_dir=config.resolved_state_dir(settings, environ),
        environ=environ,
        stop=threading.Event(),
        clock=clock,
        monotonic=time.monotonic,
        own_token=own_token(environ),
    )
    try:
        with backends.lease(kind) as backend:
            balance = backend.client.credits(backend.tokens.token())
    finally:
        backends.close()
    frozen = f", {balance.frozen:g} frozen" if balance.frozen else ""
    total = f" of {balance.total:g}" if balance.total is not None else ""
    return f"{balance.available:g}{total} credits available{frozen}."
