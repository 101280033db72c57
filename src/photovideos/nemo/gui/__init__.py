"""PURE. The backend talks as if a person sat at its screen: "click Export", "拖拽到时间线". Here that becomes calls.

What remains is what a person may read, in the backend's own words (contract §7).

    clauses   a text cut into lines, sentences and clauses, and put together again without some of them
    phrases   which clause is talk about the screen, and what it asks for, in English and Chinese
"""

from __future__ import annotations

from photovideos.nemo.gui.translation import Translation, translate

__all__ = ["Translation", "translate"]
