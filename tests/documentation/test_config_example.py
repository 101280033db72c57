"""The example config names every key, with its default."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel

from photovideos import config

EXAMPLE = Path(__file__).resolve().parents[2] / "config.example.yaml"


def test_the_example_is_the_defaults() -> None:
    assert config.parse(EXAMPLE.read_bytes()) == config.Config()


def test_the_example_names_every_key_and_no_other() -> None:
    written = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    assert set(_keys_written(written)) == set(_keys_known(config.Config()))


def _keys_known(section: BaseModel, above: str = "") -> Iterator[str]:
    for name, value in section:
        path = f"{above}{name}"
        yield path
        if isinstance(value, BaseModel):
            yield from _keys_known(value, f"{path}.")
        elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
            yield from _keys_known(value[0], f"{path}[].")


def _keys_written(section: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, value in section.items():
        path = f"{above}{name}"
        yield path
        if isinstance(value, dict):
            yield from _keys_written(value, f"{path}.")
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            yield from _keys_written(value[0], f"{path}[].")
