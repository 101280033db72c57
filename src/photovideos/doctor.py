"""Looks at everything a film needs on this machine, and names a cure for what is wrong. It changes nothing."""

from __future__ import annotations

import importlib.util
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from photovideos.backend import Backends
from photovideos.backend.scratch import Scratch
from photovideos.config import Config, InboxConfig, resolved_state_dir
from photovideos.daemon.credential import own_token
from photovideos.errors import PhotoVideosError
from photovideos.intake import mounts
from photovideos.intake.ignore import MARKER_NAME
from photovideos.jobs.ledger import Ledger
from photovideos.model import BackendKind

LOW_SPACE_BYTES = 2 * 10**9
WATCH_LIMIT = Path("/proc/sys/fs/inotify/max_user_watches")
INSTANCE_LIMIT = Path("/proc/sys/fs/inotify/max_user_instances")
FEW_INSTANCES = 32
PATIENCE_SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing looked at. `cure` says what to do where it is not well."""

    what: str
    is_well: bool
    says: str
    cure: str = ""


def examine(
    config: Config, source: Path | None, environ: Mapping[str, str], *, clock: Callable[[], float]
) -> Iterator[Finding]:
    """Findings one by one, as they are made: config, folders, rights, watching, records, codecs, token, backend."""
    yield Finding(what="Config", is_well=True, says=str(source) if source else "the defaults (there is no config file)")
    for inbox in config.inboxes:
        yield from _in_time(inbox)
    yield from _watching()
    state_dir = resolved_state_dir(config, environ)
    yield from _state(state_dir, clock)
    yield _codecs()
    yield from _token(config, environ)
    yield _backend(config, environ, state_dir, clock)


def _in_time(inbox: InboxConfig) -> list[Finding]:
    """A share whose server is frozen answers nothing, ever: whoever looks for trouble must not hang with it."""
    found: list[Finding] = []
    done = threading.Event()

    def _look() -> None:
        found.extend(_inbox(inbox))
        done.set()

    threading.Thread(target=_look, name="doctor", daemon=True).start()
    if done.wait(PATIENCE_SECONDS):
        return found
    cure = "Is its disk or share connected, and does its server run? Films go on once it answers."
    return [Finding(what=f"Inbox {inbox.path}", is_well=False, says="does not answer", cure=cure)]


def _inbox(inbox: InboxConfig) -> Iterator[Finding]:
    what = f"Inbox {inbox.path}"
    try:
        fd = os.open(inbox.path, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        cure = "Make the folder (`photovideos init` does), connect the disk or share, or correct inboxes[].path."
        yield Finding(what=what, is_well=False, says=f"cannot be opened ({error.strerror})", cure=cure)
        return
    try:
        mount = mounts.mount_of(fd)
        writable = os.access(inbox.path, os.W_OK | os.X_OK)
        has_marker = (inbox.path / MARKER_NAME).exists()
        free = shutil.disk_usage(inbox.path).free
    finally:
        os.close(fd)
    cure = f"Give the user or group that runs photovideos the right to write into {inbox.path}."
    yield Finding(
        what=what, is_well=writable, says="can be written to" if writable else "cannot be written to", cure=cure
    )
    polled = inbox.watch == "poll" or (inbox.watch == "auto" and mount.hides_writes)
    how = "by looking every few seconds" if polled else "by events"
    yield Finding(
        what=what, is_well=True, says=f"on {mount.kind}, watched {how}{'' if has_marker else ', not seen yet'}"
    )
    cure = "Free some space on that disk: films need room."
    yield Finding(what=what, is_well=free > LOW_SPACE_BYTES, says=f"{free / 1e9:.1f} GB free", cure=cure)


def _watching() -> Iterator[Finding]:
    watches, instances = _number(WATCH_LIMIT), _number(INSTANCE_LIMIT)
    if watches is None or instances is None:
        return
    well = instances >= FEW_INSTANCES and watches >= FEW_INSTANCES
    cure = "Raise fs.inotify.max_user_instances and max_user_watches with sysctl; until then the folders are polled."
    yield Finding(what="Watching", is_well=well, says=f"{watches} watches and {instances} instances allowed", cure=cure)


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _state(state_dir: Path, clock: Callable[[], float]) -> Iterator[Finding]:
    what = f"Records in {state_dir}"
    parent = next(path for path in (state_dir, *state_dir.parents) if path.exists())
    if not os.access(parent, os.W_OK | os.X_OK):
        yield Finding(
            what=what, is_well=False, says="cannot be written to", cure="Correct its rights, or set state_dir."
        )
        return
    path = state_dir / "ledger.sqlite"
    if path.exists():
        try:
            ledger = Ledger(path, clock=clock, is_reader=True)
            jobs = len(ledger.jobs())
            ledger.close()
            yield Finding(what=what, is_well=True, says=f"{jobs} folders are known")
        except PhotoVideosError as error:
            cure = "Start photovideos: it sets records it cannot read aside and keeps them."
            yield Finding(what=what, is_well=False, says=str(error), cure=cure)
    free = shutil.disk_usage(parent).free
    yield Finding(
        what=what,
        is_well=free > LOW_SPACE_BYTES,
        says=f"{free / 1e9:.1f} GB free",
        cure="Free some space on that disk.",
    )


def _codecs() -> Finding:
    """Only whether the libraries are there: nothing is decoded here."""
    needed = ("av", "cv2", "PIL", "pillow_heif", "numpy")
    missing = [module for module in needed if importlib.util.find_spec(module) is None]
    cure = "Install photovideos again: `pip install --force-reinstall photovideos`."
    says = f"missing: {', '.join(missing)}" if missing else "H.264, AAC, JPEG, PNG, WebP, HEIC and AVIF are here"
    return Finding(what="Codecs", is_well=not missing, says=says, cure=cure)


def _token(config: Config, environ: Mapping[str, str]) -> Iterator[Finding]:
    token = own_token(environ)
    if BackendKind(config.backend.kind) is BackendKind.STUDIO:
        if token is not None:
            yield Finding(
                what="Token", is_well=True, says="NEMO_TOKEN is set and not used: films are made on this machine"
            )
        return
    says = "your own NEMO_TOKEN is used" if token else "none of your own: the free one is used"
    yield Finding(what="Token", is_well=True, says=says)


def _backend(config: Config, environ: Mapping[str, str], state_dir: Path, clock: Callable[[], float]) -> Finding:
    """Asks the backend for the balance; the studio is started for it, in a store of its own."""
    kind = BackendKind(config.backend.kind)
    with Scratch() as store:
        backends = Backends(
            config,
            state_dir=store.path if kind is BackendKind.STUDIO else state_dir,
            environ=environ,
            stop=threading.Event(),
            clock=clock,
            monotonic=time.monotonic,
            own_token=own_token(environ),
        )
        what = "Backend: the studio on this machine" if kind is BackendKind.STUDIO else f"Backend: {config.backend.url}"
        try:
            with backends.lease(kind) as backend:
                balance = backend.client.credits(backend.tokens.token())
        except PhotoVideosError as error:
            return Finding(what=what, is_well=False, says=str(error), cure=error.advice or "Look into the log.")
        finally:
            backends.close()
    says = "answers" if kind is BackendKind.STUDIO else f"answers; {balance.available:g} credits available"
    cure = "Top up credits, or make films on this machine: backend.kind: studio."
    return Finding(what=what, is_well=balance.available > 0, says=says, cure=cure)
