"""The crash matrix: a film is begun, everything is held still at one stage, somebody is killed, and it must end well.

Nothing in the product knows of this. The processes are held from outside: by a studio that hangs a call (`--faults`),
by strace, which makes one system call of the daemon last, or by SIGSTOP at the moment the stage is seen. Where they
stand is read from what they leave: the ledger (read-only), the log, the studio's store, the folder.
"""

from support.crashes.scene import Scene
from support.crashes.stages import STAGES, Stage
from support.crashes.verdict import Reference, Verdict, play

KINDS = ("studio", "nemo")
VICTIMS = ("daemon", "studio", "both")

__all__ = ["KINDS", "STAGES", "VICTIMS", "Reference", "Scene", "Stage", "Verdict", "play"]
