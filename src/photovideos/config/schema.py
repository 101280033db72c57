"""The keys of the config file, their defaults and their limits (design §2.4). What is not a key here is an error.

Units are in the names; seconds, minutes, hours, days and gigabytes may be fractions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

DEFAULT_INBOX = "~/PhotoVideos/inbox"


def _expanded(value: object) -> object:
    """A path as written: `~` is the home directory; relative ones would depend on where the service was started."""
    if not isinstance(value, str):
        return value
    if not value.strip():
        raise ValueError("is empty; give a directory")
    expanded = Path(os.path.expanduser(value))
    if not expanded.is_absolute():
        raise ValueError(f"must be an absolute path or begin with ~ (is {value})")
    return Path(os.path.normpath(expanded))


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"must be an http or https address (is {value})")
    if parts.username or parts.password:
        raise ValueError("must hold no user name or password")
    return value.rstrip("/")


def _not_the_cloud_s(value: str) -> str:
    if value == "NEMO_TOKEN":
        raise ValueError("must not be NEMO_TOKEN: that belongs to the cloud, and the studio never sees it")
    return value


AbsolutePath = Annotated[Path, BeforeValidator(_expanded), Field(strict=False)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=1, le=64)]
HeaderValue = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class InboxConfig(_Section):
    """One watched folder. `settle_seconds` None: 30 on local disks, 60 on network file systems."""

    path: AbsolutePath
    watch: Literal["auto", "inotify", "poll"] = "auto"
    settle_seconds: Positive | None = None
    existing: Literal["leave", "take"] = "leave"


class BackendConfig(_Section):
    """Who makes the films, and how long the daemon waits for what."""

    kind: Literal["studio", "nemo"] = "studio"
    url: WebAddress = "https://mega-api-prod.nemovideo.ai"
    skill_source: HeaderValue = "fast-photo-video-maker"
    skill_version: HeaderValue = "1.0.0"
    language: Annotated[str, Field(pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] | None = None
    poll_seconds: Positive = 30
    rate_limit_wait_seconds: NotNegative = 30
    recovery_waits_seconds: Annotated[tuple[NotNegative, ...], Field(min_length=1, max_length=20, strict=False)] = (
        30,
        60,
        60,
        60,
        60,
    )
    still_working_seconds: Positive = 120
    stream_timeout_seconds: Positive = 900
    render_timeout_seconds: Positive = 3600
    token_lifetime_days: Positive = 7


class AssistantConfig(_Section):
    """An OpenAI-compatible endpoint for clauses that the grammar did not understand. `key_env` names a variable."""

    url: WebAddress | None = None
    model: str | None = None
    key_env: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]*$"), AfterValidator(_not_the_cloud_s)] | None = None


class StudioConfig(_Section):
    """The backend that ships with the product."""

    workers: Count | None = None
    keep_days: Positive = 30
    store_limit_gigabytes: Positive = 20
    assistant: AssistantConfig = AssistantConfig()


class UploadConfig(_Section):
    """What happens to photos on their way to the backend."""

    parallel: Count = 2
    longest_edge_pixels: Annotated[int, Field(ge=0, le=20000)] = 3840
    strip_metadata: bool = True
    allow_urls: bool = False


class JobsConfig(_Section):
    """How many jobs at a time, and how long a job is tried again by itself."""

    parallel: Count = 2
    retry_hours: NotNegative = 24


class Config(_Section):
    """The whole config file."""

    inboxes: Annotated[tuple[InboxConfig, ...], Field(min_length=1, strict=False)] = (
        InboxConfig.model_validate({"path": DEFAULT_INBOX}),
    )
    default_prompt: Annotated[str, Field(min_length=1, max_length=65536)] | None = None
    default_prompt_after_minutes: NotNegative = 10
    backend: BackendConfig = BackendConfig()
    studio: StudioConfig = StudioConfig()
    upload: UploadConfig = UploadConfig()
    jobs: JobsConfig = JobsConfig()
    state_dir: AbsolutePath | None = None
