"""The studio on loopback TCP in the part of the cloud, playing the villain if asked to."""

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import yaml

from support import secrets_watch
from support.house import House, wait_for


class Cloud:
    """A backend process; `lines` is what it logged."""

    def __init__(self, root: Path, faults: Any = None, *arguments: str) -> None:
        command = [
            sys.executable,
            "-m",
            "photovideos_studio",
            "--listen",
            "127.0.0.1:0",
            "--store",
            str(root / "cloud"),
        ]
        if faults is not None:
            path = root / "faults.yaml"
            path.write_text(
                yaml.safe_dump(faults if isinstance(faults, dict) else {"faults": faults}), encoding="utf-8"
            )
            command += ["--faults", str(path)]
        self.lines: list[dict[str, Any]] = []
        self._process = subprocess.Popen([*command, *arguments], stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        listening = wait_for("the cloud to listen", lambda: self.told("studio.listening"), 60)
        self.url = f"http://{listening[0]['on']}"

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            secrets_watch.heard("the cloud's log", line)
            try:
                self.lines.append(json.loads(line))
            except ValueError:
                self.lines.append({"event": "noise", "line": line})

    def told(self, event: str, **fields: Any) -> list[dict[str, Any]]:
        return [
            line
            for line in list(self.lines)
            if line.get("event") == event and all(line.get(key) == value for key, value in fields.items())
        ]

    @property
    def instructions(self) -> int:
        """How many messages had their effect."""
        return len(self.told("message.directed"))

    def serve(self, house: House) -> None:
        house.settings["backend"] |= {
            "kind": "nemo",
            "url": self.url,
            "rate_limit_wait_seconds": 0.5,
        }

    def close(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._reader.join(5)
        if self._process.stderr:
            self._process.stderr.close()
