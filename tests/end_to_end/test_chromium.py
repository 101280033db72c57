"""A finished film plays in a browser: time goes on, and there is a picture to see (issue: R06)."""

import json
import shutil
import subprocess
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from support.house import House, wait_for

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PAGE = b"""<!doctype html><meta charset="utf-8"><video id="film" muted playsinline src="/film.mp4"></video><script>
const film = document.getElementById("film"), canvas = document.createElement("canvas");
const tell = what => fetch("/told", {method: "POST", body: JSON.stringify(what)});
film.addEventListener("error", () => tell({error: film.error.message}));
film.addEventListener("loadedmetadata", () => film.play().catch(error => tell({error: String(error)})));
const look = () => {
  if (film.currentTime < 1.2) return setTimeout(look, 50);
  canvas.width = film.videoWidth; canvas.height = film.videoHeight;
  const pen = canvas.getContext("2d"); pen.drawImage(film, 0, 0);
  const data = pen.getImageData(0, 0, canvas.width, canvas.height).data;
  let sum = 0; for (let i = 0; i < data.length; i += 4) sum += data[i] + data[i + 1] + data[i + 2];
  tell({time: film.currentTime, width: canvas.width, height: canvas.height, duration: film.duration,
        brightness: sum / (data.length / 4) / 3});
};
look();
</script>"""


class _Server(ThreadingHTTPServer):
    film: bytes
    told: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        is_film = self.path == "/film.mp4"
        body = self.server.film if is_film else PAGE
        self.send_response(200)
        self.send_header("Content-Type", "video/mp4" if is_film else "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.server.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """The test's output is enough."""


def test_r06_a_film_plays_in_chromium(house: House, tmp_path: Path) -> None:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed")
    folder = house.drop("Played", "3 seconds, 720p", photos=2)
    assert house.once() == 0, house.log()
    server = _Server(("127.0.0.1", 0), _Handler)
    server.film, server.told = (folder / "Played.mp4").read_bytes(), []
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    browser = subprocess.Popen(
        [
            *(chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
            *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--mute-audio"),
            *("--autoplay-policy=no-user-gesture-required", f"--user-data-dir={tmp_path / 'profile'}"),
            f"http://127.0.0.1:{server.server_address[1]}/",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        told = wait_for("the browser to play", lambda: list(server.told), 60)[0]
    finally:
        browser.kill()
        browser.wait()
        server.shutdown()
        server.server_close()
        thread.join(5)
    assert "error" not in told, told
    assert (told["width"], told["height"]) == (1280, 720)
    assert told["duration"] == pytest.approx(3, abs=0.1)
    assert told["time"] >= 1.2
    assert told["brightness"] > 20
