"""The director: words become wishes, wishes and photos become a draft, and each clause gets a receipt.

`direct` is the entrance; `look` (in the farm's processes) finds out what is in a file. Everything but `look` and
`assistant` is PURE.
"""

from __future__ import annotations

from photovideos_studio.director.direction import Direction, direct

__all__ = ["Direction", "direct"]
