"""The prompt as steps (contract §10, design §2.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """Lines that go to the backend as one message."""

    text: str
    step: Literal["message"] = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A render of the timeline as it stands. `resolution` and `container` are what the line named, if it did."""

    line: str
    resolution: str | None = None
    container: str | None = None
    step: Literal["export"] = "export"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskCredits:
    line: str
    step: Literal["credits"] = "credits"


@dataclass(frozen=True, slots=True, kw_only=True)
class AskStatus:
    line: str
    step: Literal["status"] = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """Upload of what is new in the folder, or of the addresses the line named."""

    line: str
    urls: tuple[str, ...] = ()
    step: Literal["upload"] = "upload"


Step = Message | Export | AskCredits | AskStatus | Upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of the prompt; it ends in a render of its own.

    `text` is the block as written (what 'unchanged' compares). `label`: its name, or None. `files`: None, the block
    goes on from the one before; else the patterns of a fresh timeline about those files alone (`("*",)`: all).
    """

    text: str
    steps: tuple[Step, ...]
    label: str | None = None
    files: tuple[str, ...] | None = None

    @property
    def makes_film(self) -> bool:
        """Not for nothing but credits, status or upload lines."""
        return any(isinstance(step, Message | Export) for step in self.steps)

    @property
    def asks(self) -> bool:
        """Whether it holds a credits, status or upload line."""
        return any(not isinstance(step, Message | Export) for step in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """A prompt read as steps."""

    text: str
    blocks: tuple[Block, ...]
