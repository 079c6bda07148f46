# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Downloads from a server on this machine that breaks off, resumes, lies and is not there."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from mcugen.errors import DataError, EnvironmentError_
from mcugen.train.download import Archive, fetch_set

ARCHIVE = Archive(1, "set.zip")


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


class Handler(BaseHTTPRequestHandler):
    content: ClassVar[bytes] = b""
    md5: ClassVar[str] = ""
    break_after: ClassVar[int | None] = None
    takes_ranges: ClassVar[bool] = True
    ranges: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        port = self.server.server_address[1]
        if self.path.startswith("/api/"):
            entry = {
                "key": ARCHIVE.name,
                "size": len(self.content),
                "checksum": f"md5:{self.md5}",
                "links": {"self": f"http://127.0.0.1:{port}/set.zip"},
            }
            body = json.dumps({"files": [entry]}).encode()
            self.send_response(200)
        else:
            wanted = self.headers.get("Range")
            type(self).ranges.append(wanted)
            start = int(wanted.split("=")[1].rstrip("-")) if wanted and self.takes_ranges else 0
            body = self.content[start:]
            self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        cut = self.break_after if self.path == "/set.zip" else None
        self.wfile.write(body if cut is None else body[:cut])

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Handler.content = zipped({"ToyCar/train/normal_id_01_0.wav": bytes(range(256)) * 64})
    Handler.md5 = hashlib.md5(Handler.content).hexdigest()
    Handler.break_after, Handler.takes_ranges = None, True
    Handler.ranges = []
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=httpd.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def test_a_set_arrives_once(server: str, tmp_path: Path) -> None:
    parts: list[float] = []
    fetch_set(ARCHIVE, tmp_path, parts.append, server)
    assert (tmp_path / "ToyCar" / "train" / "normal_id_01_0.wav").stat().st_size == 16384
    assert not (tmp_path / "set.zip").exists()
    assert parts[-1] == 1.0
    fetch_set(ARCHIVE, tmp_path, server=server)
    assert Handler.ranges == [None]


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_broken_download_goes_on(server: str, tmp_path: Path, takes_ranges: bool) -> None:
    Handler.break_after, Handler.takes_ranges = 1000, takes_ranges
    with pytest.raises(EnvironmentError_, match="broke off") as error:
        fetch_set(ARCHIVE, tmp_path, server=server)
    assert "continues" in error.value.hint
    assert not list(tmp_path.rglob("*.wav"))
    Handler.break_after = None
    fetch_set(ARCHIVE, tmp_path, server=server)
    assert Handler.ranges == [None, "bytes=1000-"]
    assert (tmp_path / "ToyCar" / "train" / "normal_id_01_0.wav").stat().st_size == 16384


def test_a_wrong_checksum_leaves_nothing(server: str, tmp_path: Path) -> None:
    Handler.md5 = "0" * 32
    with pytest.raises(DataError, match="damaged"):
        fetch_set(ARCHIVE, tmp_path, server=server)
    assert list(tmp_path.iterdir()) == []


def test_paths_outside_the_folder_are_refused(server: str, tmp_path: Path) -> None:
    Handler.content = zipped({"../evil.wav": b"x"})
    Handler.md5 = hashlib.md5(Handler.content).hexdigest()
    with pytest.raises(DataError, match="outside"):
        fetch_set(ARCHIVE, tmp_path / "in", server=server)
    assert not (tmp_path / "evil.wav").exists()


def test_offline_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentError_, match="cannot be reached") as error:
        fetch_set(ARCHIVE, tmp_path, server="http://127.0.0.1:9")
    assert "check the connection" in error.value.hint


def test_a_file_that_the_record_does_not_list(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"does not list other\.zip"):
        fetch_set(Archive(1, "other.zip"), tmp_path, server=server)
