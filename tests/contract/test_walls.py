"""What stands on both sides word for word, because neither package imports the other."""

from __future__ import annotations

import inspect

from photovideos.media.child import walls as walls_of_the_daemon
from photovideos_studio.farm import walls as walls_of_the_studio


def test_the_walls_around_processes_that_decode_are_the_same_on_both_sides() -> None:
    assert inspect.getsource(walls_of_the_daemon) == inspect.getsource(walls_of_the_studio)
