"""Edit: wishes and materials become a draft. PURE: order, pacing, framing, text and sound; reads no words and no
files.
"""

from __future__ import annotations

from photovideos_studio.director.edit.compose import Edited, edit, for_output

__all__ = ["Edited", "edit", "for_output"]
