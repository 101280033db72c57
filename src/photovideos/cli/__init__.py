"""The commands. The only room that prints; what they do lives below."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterable
from contextlib import nullcontext
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer

from photovideos import __version__, config, demo, doctor, logs
from photovideos import explain as explaining
from photovideos.cli import beside, setup, shown
from photovideos.cli.progress import following
from photovideos.config import Config
from photovideos.daemon import Daemon, clock, stopped_by_signals, when_there_is_room
from photovideos.daemon.wishes import check_folder_of
from photovideos.errors import ConfigError, PhotoVideosError, UsageError

USAGE, UNDONE = 2, 1
MAX_LINE_CHARACTERS = 8192

app = typer.Typer(
    name="photovideos",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Watches inbox folders: photos and a prompt.txt go in, a film and a timeline summary come out.",
)

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        help="The config file; else $PHOTOVIDEOS_CONFIG, else the one in the home directory.",
    ),
]
FolderArgument = Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder of photos.")]


class BackendChoice(StrEnum):
    STUDIO = "studio"
    NEMO = "nemo"


def main() -> None:
    """The console script: errors become one clear text and an exit status."""
    try:
        app(standalone_mode=True)
    except ConfigError as error:
        where = f"{error.source}:\n" if error.source else ""
        _fail(where + "\n".join(f"  {problem}" for problem in error.problems), USAGE)
    except UsageError as error:
        _fail(f"{error} {error.advice}".strip(), USAGE)
    except PhotoVideosError as error:
        _fail(f"{error} {error.advice}".strip(), UNDONE)


@app.callback(invoke_without_command=True)
def _common(
    context: typer.Context,
    config_file: ConfigOption = None,
    version: Annotated[bool, typer.Option("--version", help="Says the version and exits.")] = False,
) -> None:
    if version:
        print(f"photovideos {__version__}")
        raise typer.Exit
    context.obj = config_file


@app.command()
def run(context: typer.Context, config_file: ConfigOption = None) -> None:
    """Watches the inboxes for ever: the service."""
    settings = _service_config(context, config_file)
    logs.set_up()
    daemon = when_there_is_room(settings, os.environ, pause=threading.Event())
    with daemon, stopped_by_signals(daemon), _bars(daemon):
        daemon.run()


@app.command(short_help="Makes what waits in the inboxes, then exits.")
def once(
    context: typer.Context,
    folders: Annotated[list[Path] | None, typer.Argument(metavar="FOLDER", help="Folders to make films of.")] = None,
    config_file: ConfigOption = None,
) -> None:
    """Makes what lies in the inboxes, or the films of these folders (taken as complete), then exits."""
    settings = _service_config(context, config_file, makes_inbox=not folders)
    logs.set_up()
    chosen = [check_folder_of(settings, folder) for folder in folders or []]
    if chosen and (holder := beside.running_daemon(settings)):
        print(f"photovideos runs already (process {holder}); it makes the film.", file=sys.stderr)
        raise typer.Exit(beside.once_through_daemon(settings, chosen))
    with Daemon(settings, os.environ, is_once=True) as daemon, stopped_by_signals(daemon), _bars(daemon):
        status = daemon.once_folders(chosen) if chosen else daemon.once()
    for line in _left_undone(settings) if status else []:
        _say(line, file=sys.stderr)
    raise typer.Exit(status)


@app.command(short_help="Makes a film of eight drawn pictures.", name="demo")
def run_demo(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to make it.")] = Path("photovideos-demo"),
) -> None:
    """Draws eight pictures, makes a film of them on this machine, and says where it is."""
    place = demo.prepare(directory)
    print(f"Eight pictures and a prompt.txt lie in {place.folder}. The film is made on this machine.")
    logs.set_up(level=30)
    settings = config.load(place.config, os.environ)
    with Daemon(settings, os.environ, is_once=True) as daemon, stopped_by_signals(daemon), _bars(daemon, always=True):
        status = daemon.once()
    film, summary = demo.results(place)
    if film is None:
        _fail("No film was made. The folder's status file says why.", UNDONE)
    print(f"The film:    {film}")
    print(f"Its summary: {summary}")
    raise typer.Exit(status)


@app.command(short_help="Says what would be made, without making it.")
def explain(
    context: typer.Context,
    folder: FolderArgument,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array: the wishes after each block.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Says what the studio would make of this prompt and these photos, without making it."""
    settings = config.load(config_file or context.obj, os.environ)
    logs.set_up(level=30)
    explanation = explaining.explain(_absolute(folder), settings, os.environ, clock=clock)
    if as_json:
        print(shown.as_json([dict(block.wishes) for block in explanation.blocks]))
        return
    for line in shown.explanation(explanation):
        _say(line)


@app.command(short_help="Writes a config and makes the inbox.")
def init(
    context: typer.Context,
    inbox: Annotated[Path | None, typer.Option("--inbox", metavar="PATH", help="The folder to watch.")] = None,
    backend: Annotated[BackendChoice, typer.Option("--backend", help="Who makes the films.")] = BackendChoice.STUDIO,
    config_file: ConfigOption = None,
) -> None:
    """Writes a config (never over one), makes the inbox, and says where the photos go."""
    for line in setup.init(config_file or context.obj, inbox, backend.value, os.environ):
        print(line)


@app.command()
def status(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    config_file: ConfigOption = None,
) -> None:
    """Jobs, their progress, and what each waits for."""
    settings = config.load(config_file or context.obj, os.environ)
    standing = shown.standing(
        beside.readable_ledger(settings), settings, is_running=beside.running_daemon(settings) is not None
    )
    if as_json:
        print(shown.as_json(standing))
        return
    for line in shown.standing_lines(standing):
        _say(line)


@app.command(short_help="Goes on with a failed folder, or begins anew.")
def retry(context: typer.Context, folder: FolderArgument, config_file: ConfigOption = None) -> None:
    """Goes on with a folder that failed, or makes a finished one from scratch."""
    _say(beside.control(config.load(config_file or context.obj, os.environ), "retry", folder))


@app.command()
def cancel(context: typer.Context, folder: FolderArgument, config_file: ConfigOption = None) -> None:
    """Stops a folder's job; nothing is published."""
    _say(beside.control(config.load(config_file or context.obj, os.environ), "cancel", folder))


@app.command(name="credits")
def run_credits(context: typer.Context, config_file: ConfigOption = None) -> None:
    """The credits of the account that makes the films."""
    settings = config.load(config_file or context.obj, os.environ)
    logs.set_up(level=30)
    print(setup.credits_line(settings, os.environ, clock=clock))


@app.command(short_help="Names what is wrong, and its cure.", name="doctor")
def run_doctor(context: typer.Context, config_file: ConfigOption = None) -> None:
    """Looks at config, folders, rights, watching, backend, token and codecs, and names a cure for what is wrong."""
    path = config_file or context.obj
    settings = config.load(path, os.environ)
    logs.set_up(level=40)
    all_well = True
    for finding in doctor.examine(settings, config.locate(path, os.environ), os.environ, clock=clock):
        all_well = all_well and finding.is_well
        _say(f"{'ok   ' if finding.is_well else 'WRONG'}  {finding.what}: {finding.says}")
        if not finding.is_well and finding.cure:
            _say(f"       {finding.cure}")
    raise typer.Exit(0 if all_well else UNDONE)


@app.command(
    short_help="The backend alone.",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def studio(context: typer.Context) -> None:
    """The backend alone (--listen HOST:PORT or --socket PATH; `photovideos studio --help` names the rest)."""
    environment = {name: value for name, value in os.environ.items() if name != "NEMO_TOKEN"}
    arguments = [sys.executable, "-m", "photovideos_studio", *context.args]
    if not any(argument == "--store" or argument.startswith("--store=") for argument in context.args):
        settings = config.load(context.obj, os.environ)
        arguments += ["--store", str(config.resolved_state_dir(settings, os.environ) / "studio-alone")]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 - no shell, our own interpreter


# --- what the commands share ------------------------------------------------------------------------------------------


def _say(line: str, *, file: TextIO | None = None) -> None:
    """One line: names of folders and words of servers stand in it, which must not command the terminal."""
    print(logs.clean(line, MAX_LINE_CHARACTERS), file=file)


def _fail(text: str, status: int) -> None:
    for line in f"photovideos: {text}".split("\n"):
        _say(line, file=sys.stderr)
    raise SystemExit(status)


def _absolute(folder: Path) -> Path:
    return Path(os.path.abspath(folder))


def _service_config(context: typer.Context, config_file: Path | None, *, makes_inbox: bool = True) -> Config:
    """The config; without any, the default inbox is made and said where it is (design §2.3)."""
    path = config_file or context.obj
    settings = config.load(path, os.environ)
    if config.locate(path, os.environ) is None and makes_inbox:
        for inbox in settings.inboxes:
            inbox.path.mkdir(parents=True, exist_ok=True)
            print(f"Drop folders of photos with a prompt.txt into {inbox.path}. Films are made on this machine.")
    return settings


def _bars(daemon: Daemon, *, always: bool = False) -> Any:
    """Progress bars on a terminal; otherwise the log tells."""
    if always or sys.stderr.isatty():
        return following(daemon.house.ledger)
    return nullcontext()


def _left_undone(settings: Config) -> Iterable[str]:
    ledger = beside.readable_ledger(settings)
    return shown.left_undone(ledger.jobs()) if ledger else ()
