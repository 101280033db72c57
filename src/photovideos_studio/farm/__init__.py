"""Films and looks made by processes of their own, which may crash, hang or be killed and take nothing along."""

from __future__ import annotations

from photovideos_studio.farm.films import RenderError
from photovideos_studio.farm.foreman import Farm

__all__ = ["Farm", "RenderError"]
