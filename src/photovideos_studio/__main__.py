"""`python -m photovideos_studio`: reads the arguments and puts the studio together."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from photovideos_studio import server
from photovideos_studio.app import Director, Manner, create_app
from photovideos_studio.director import direct
from photovideos_studio.director.assistant import Endpoint
from photovideos_studio.director.edit import for_output
from photovideos_studio.farm import Farm, RenderError
from photovideos_studio.faults import FaultPlan, FaultsError, Villain, read_faults
from photovideos_studio.listening import ListenError, listen_private, listen_tcp, read_secret
from photovideos_studio.photos import Unreadable
from photovideos_studio.store import Store
from photovideos_studio.store.errors import StoreBusy
from photovideos_studio.store.references import Roots

log = logging.getLogger(__name__)

USAGE_STATUS = 2
ROOT_PATIENCE_SECONDS = 1.0
TOKENS_PER_ADDRESS = 10  # contract §2: about so many in the cloud


def read_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="photovideos studio", description="Makes films on this machine.")
    parser.add_argument(
        "--store",
        type=Path,
        help="folder for sessions, drafts and films (`photovideos studio`: studio-alone in the state directory)",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--socket", type=Path, help="Unix socket, for this user alone")
    where.add_argument("--listen", metavar="HOST:PORT", help="TCP address; one that is not loopback needs --token-file")
    parser.add_argument(
        "--file-root",
        type=Path,
        action="append",
        default=[],
        metavar="DIR",
        help="on the socket, files below DIR may be named instead of sent; may be given again",
    )
    parser.add_argument("--workers", type=int, metavar="N", help="processes a film; one per core")
    parser.add_argument(
        "--keep-days",
        type=float,
        default=30.0,
        metavar="DAYS",
        help="how long a session that nobody touches is kept (30)",
    )
    parser.add_argument(
        "--store-limit-gigabytes", type=float, default=20.0, metavar="GB", help="the oldest sessions go first (20)"
    )
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="its first line is the secret clients send as their token"
    )
    parser.add_argument(
        "--tokens-per-address",
        type=int,
        default=TOKENS_PER_ADDRESS,
        metavar="N",
        help=f"anonymous tokens an address gets in 7 days, on TCP ({TOKENS_PER_ADDRESS}, as in the cloud; 0: no limit)",
    )
    parser.add_argument("--faults", type=Path, metavar="FILE", help="answers that go wrong on purpose, for rehearsals")
    parser.add_argument("--exit-with-stdin", action="store_true", help="end when standard input closes")
    parser.add_argument(
        "--assistant-url",
        metavar="URL",
        help="an OpenAI-compatible endpoint for words nobody understood; it gets no photo",
    )
    parser.add_argument("--assistant-model", metavar="NAME", help="the model to ask there")
    parser.add_argument("--assistant-key-env", metavar="NAME", help="the environment variable that holds its key")
    options = parser.parse_args(arguments)
    if options.store is None:
        parser.error("the following arguments are required: --store")
    return options


class ArgumentsError(Exception):
    """Arguments that do not go together; the message is for a person."""


def now() -> float:
    """Seconds since the epoch: the studio's one clock."""
    return datetime.now(UTC).timestamp()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 2: it cannot start as it was told to; the reason is on stderr."""
    options = read_arguments(sys.argv[1:] if arguments is None else arguments)
    server.set_up_log()
    server.raise_descriptor_limit()
    try:
        run(options)
    except (ArgumentsError, ListenError, StoreBusy, FaultsError, OSError) as error:
        log.error("studio.refused", extra={"fields": {"reason": str(error)}})  # noqa: TRY400 -- a sentence, no trace
        return USAGE_STATUS
    return 0


def director_of(options: argparse.Namespace) -> Director:
    """The director, with an assistant beside it if one is configured: the only thing here that asks anybody."""
    if not options.assistant_url:
        return Director(direct=direct, for_output=for_output)
    if not options.assistant_model:
        raise ArgumentsError("--assistant-url needs --assistant-model beside it.")
    key = None
    if options.assistant_key_env:
        key = os.environ.get(options.assistant_key_env)
        if not key:
            raise ArgumentsError(f"--assistant-key-env: there is no {options.assistant_key_env} in the environment.")
    endpoint = Endpoint(url=options.assistant_url, model=options.assistant_model, key=key)
    return Director(direct=partial(direct, assistant=endpoint), for_output=for_output)


def run(options: argparse.Namespace) -> None:
    director = director_of(options)
    secret = read_secret(options.token_file)
    plan = read_faults(options.faults) if options.faults else FaultPlan()
    patience = ROOT_PATIENCE_SECONDS if options.exit_with_stdin else 0.0
    roots = Roots(tuple(options.file_root), patience_seconds=patience)
    store = Store(
        options.store,
        own_secret=secret,
        keep_days=options.keep_days,
        limit_bytes=round(options.store_limit_gigabytes * 1_000_000_000),
        roots=roots,
        **plan.store_options,
    )

    def end_token(token: str) -> None:
        store.tokens.end(token, now=now())

    try:
        if options.socket:
            listening = listen_private(options.socket)
        else:
            listening = listen_tcp(options.listen, has_secret=secret is not None)
        farm = Farm(options.workers)
        try:
            app = create_app(
                store=store,
                farm=farm,
                director=director,
                clock=now,
                manner=Manner(
                    takes_file_urls=listening.is_private,
                    gives_anonymous_tokens=listening.is_loopback,
                    tokens_per_address=None if listening.is_private else options.tokens_per_address or None,
                    hosts=listening.hosts,
                    **plan.manner_options,
                ),
                unreadable=(Unreadable,),
                render_errors=(RenderError,),
                around=partial(Villain, plan=plan, end_token=end_token) if options.faults else None,
            )
            server.serve(server.build(app, roots=roots, ends_with_stdin=options.exit_with_stdin), listening)
        finally:
            farm.close()
    finally:
        store.close()


if __name__ == "__main__":
    sys.exit(main())
