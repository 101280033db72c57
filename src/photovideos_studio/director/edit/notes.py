"""Notes: what the edit could not do as asked, or had to decide. Data; `receipts` puts them into words."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """About a wish's `field`: `outcome` (adjusted, not_possible, contradiction), `reason` a key of the wording,
    `values`.
    """

    field: str
    outcome: str
    reason: str
    values: Mapping[str, object] = dataclasses.field(default_factory=dict)
