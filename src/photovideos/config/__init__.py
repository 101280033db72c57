"""Reads the config file into `Config`; every problem is found in one go and named by its key's path."""

from __future__ import annotations

import os
from collections.abc import Hashable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from photovideos.config.schema import (
    DEFAULT_INBOX,
    AssistantConfig,
    BackendConfig,
    Config,
    InboxConfig,
    JobsConfig,
    StudioConfig,
    UploadConfig,
)
from photovideos.errors import ConfigError

__all__ = [
    "DEFAULT_INBOX",
    "AssistantConfig",
    "BackendConfig",
    "Config",
    "InboxConfig",
    "JobsConfig",
    "StudioConfig",
    "UploadConfig",
    "default_path",
    "load",
    "locate",
    "parse",
    "resolved_state_dir",
]

MAX_CONFIG_BYTES = 1024 * 1024


class _StrictLoader(yaml.SafeLoader):
    """YAML in which a key stands once: the second of two would silently win."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if isinstance(key, Hashable):
                if key in seen:
                    raise yaml.MarkedYAMLError(
                        problem=f"the key {key!r} stands twice", problem_mark=key_node.start_mark
                    )
                seen.add(key)
        return super().construct_mapping(node, deep)


def default_path(environ: Mapping[str, str]) -> Path:
    """Where a config file is looked for when none is named."""
    base = environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    return Path(base) / "photovideos" / "config.yaml"


def locate(path: Path | None, environ: Mapping[str, str]) -> Path | None:
    """The config file that counts, or None for the defaults. One that was named counts even if it is not there."""
    if path is not None:
        return path
    if named := environ.get("PHOTOVIDEOS_CONFIG"):
        return Path(named)
    default = default_path(environ)
    return default if default.exists() else None


def load(path: Path | None, environ: Mapping[str, str]) -> Config:
    """The config of `path` (else where it is looked for, else the defaults). Raises ConfigError with all problems."""
    found = locate(path, environ)
    if found is None:
        return Config()
    try:
        with found.open("rb") as stream:
            text = stream.read(MAX_CONFIG_BYTES + 1)
    except OSError as error:
        raise ConfigError([f"{found}: cannot be read ({error.strerror})"], source=str(found)) from error
    if len(text) > MAX_CONFIG_BYTES:
        raise ConfigError([f"{found}: larger than a config file can be (1 MiB)"], source=str(found))
    return parse(text, source=str(found))


def parse(text: bytes | str, *, source: str = "config") -> Config:
    """Reads YAML text. Raises ConfigError with all problems, one line each."""
    try:
        value = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader that also refuses double keys
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError([f"{source}: is not readable YAML: {_one_line(error)}"], source=source) from error
    if value is None:
        value = {}
    if not isinstance(value, dict):
        raise ConfigError([f"{source}: must hold keys and values, such as `inboxes:`"], source=source)
    try:
        config = Config.model_validate(value)
    except ValidationError as error:
        raise ConfigError(_problems(error), source=source) from error
    if problems := _contradictions(config):
        raise ConfigError(problems, source=source)
    return config


def resolved_state_dir(config: Config, environ: Mapping[str, str]) -> Path:
    """Where ledger, token and the studio's store live (design §2.4)."""
    if config.state_dir is not None:
        return config.state_dir
    if given := environ.get("STATE_DIRECTORY"):
        return Path(given.split(":")[0])
    base = environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
    return Path(base) / "photovideos"


def _contradictions(config: Config) -> list[str]:
    problems = []
    paths = [(f"inboxes[{index}].path", inbox.path) for index, inbox in enumerate(config.inboxes)]
    for (first_key, first), (second_key, second) in combinations(paths, 2):
        if first == second:
            problems.append(f"{second_key}: is the same folder as {first_key} ({first})")
        elif first in second.parents or second in first.parents:
            problems.append(f"{second_key}: one inbox lies inside another ({first_key}); keep them apart")
    if config.state_dir is not None:
        for key, path in paths:
            if config.state_dir == path or path in config.state_dir.parents:
                problems.append(f"state_dir: lies inside an inbox ({key}); put it on a local disk outside")
    if config.studio.assistant.url and not config.studio.assistant.model:
        problems.append("studio.assistant.model: is needed where studio.assistant.url is given")
    return problems


def _problems(error: ValidationError) -> list[str]:
    """A list is not called too short because its items are wrong: they are told themselves."""
    told = error.errors()
    places = [each["loc"] for each in told]

    def _follows(each: ErrorDetails) -> bool:
        loc = each["loc"]
        return each["type"] == "too_short" and any(loc == place[: len(loc)] != place for place in places)

    return [_problem(each) for each in told if not _follows(each)]


def _problem(error: ErrorDetails) -> str:
    path = ""
    for part in error["loc"]:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    kind, given = error["type"], error["input"]
    if kind == "extra_forbidden":
        return f"{path}: is no key that photovideos knows"
    if kind == "missing":
        return f"{path}: is missing"
    if kind == "too_short":
        return f"{path}: needs one entry at least"
    if kind == "string_type" and isinstance(given, int | float) and not isinstance(given, bool):
        return f"{path}: must be text: put it in quotes (is {given})"
    message = error["msg"].removeprefix("Value error, ")
    message = message[0].lower() + message[1:]
    if isinstance(given, str | int | float) and kind != "value_error":
        message += f" (is {str(given)[:80]})"
    return f"{path}: {message}"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
