"""photovideos under libfaketime: `python -m support.awake python -m photovideos run …`.

libfaketime lets `time.sleep` fail, and with it whoever waits for a child with a deadline; an event can be waited for.
"""

import runpy
import sys
import threading
import time

if __name__ == "__main__":
    time.sleep = threading.Event().wait  # type: ignore[assignment]  # noqa: TID251  # see above
    sys.argv = sys.argv[3:]  # from the module's name on
    runpy.run_module("photovideos", run_name="__main__", alter_sys=True)
