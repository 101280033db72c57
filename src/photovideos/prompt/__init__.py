"""The prompt read as steps, and what a saved prompt changed. Pure: text in, frozen data out.

`read` turns a `prompt.txt` into blocks of steps (design §2.1, contract §10), `change` compares two of its versions,
`select` says which files a block is about. What the messages *mean* is the backend's business, never this room's.
"""

from __future__ import annotations

from photovideos.prompt.blocks import read
from photovideos.prompt.revision import Added, Change, Edited, Replaced, Same, change
from photovideos.prompt.selection import Selection, select

__all__ = ["Added", "Change", "Edited", "Replaced", "Same", "Selection", "change", "read", "select"]
