# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Downloads from a server on this machine that breaks off, resumes, lies and is not there."""

from __future__ import annotations

import hashlib
import io
import json
import stat
import tracemalloc
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from mcugen.errors import DataError, EnvironmentError_
from mcugen.train.download import Archive, fetch_set, unpack

NAME = "set.zip"


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
                "key": NAME,
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


def archive() -> Archive:
    return Archive(1, NAME, Handler.md5)


def test_a_set_arrives_once(server: str, tmp_path: Path) -> None:
    parts: list[float] = []
    fetch_set(archive(), tmp_path, parts.append, server)
    assert (tmp_path / "ToyCar" / "train" / "normal_id_01_0.wav").stat().st_size == 16384
    assert not (tmp_path / "set.zip").exists()
    assert parts[-1] == 1.0
    fetch_set(archive(), tmp_path, server=server)
    assert Handler.ranges == [None]


@pytest.mark.parametrize("takes_ranges", [True, False])
def test_a_broken_download_goes_on(server: str, tmp_path: Path, takes_ranges: bool) -> None:
    Handler.break_after, Handler.takes_ranges = 1000, takes_ranges
    with pytest.raises(EnvironmentError_, match="broke off") as error:
        fetch_set(archive(), tmp_path, server=server)
    assert "continues" in error.value.hint
    assert not list(tmp_path.rglob("*.wav"))
    Handler.break_after = None
    fetch_set(archive(), tmp_path, server=server)
    assert Handler.ranges == [None, "bytes=1000-"]
    assert (tmp_path / "ToyCar" / "train" / "normal_id_01_0.wav").stat().st_size == 16384


def test_a_wrong_checksum_leaves_nothing(server: str, tmp_path: Path) -> None:
    Handler.md5 = "0" * 32
    with pytest.raises(DataError, match="damaged"):
        fetch_set(archive(), tmp_path, server=server)
    assert list(tmp_path.iterdir()) == []


def test_a_record_that_lists_another_file_is_refused(server: str, tmp_path: Path) -> None:
    pinned = Archive(1, NAME, "f" * 32)
    with pytest.raises(DataError, match=f"not with md5 {pinned.md5}"):
        fetch_set(pinned, tmp_path, server=server)
    assert list(tmp_path.iterdir()) == [] and Handler.ranges == []


NAMES = (
    *("../evil.wav", "..\\evil.wav", "C:\\evil.wav", "C:evil.wav", "/evil.wav", "\\evil.wav"),
    *("a/. ./b", "x\0.wav"),
)


@pytest.mark.parametrize("name", NAMES)
def test_names_outside_the_folder_are_refused(name: str, tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("sound.wav")
    entry.filename = name
    with zipfile.ZipFile(tmp_path / NAME, "w") as made:
        made.writestr("first.wav", b"x")
        made.writestr(entry, b"x")
    with pytest.raises(DataError, match="outside"):
        unpack(tmp_path / NAME, tmp_path / "in")
    assert not (tmp_path / "in").exists()


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(kind: int, tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("sound.wav")
    entry.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / NAME, "w") as made:
        made.writestr(entry, "/etc/passwd")
    with pytest.raises(DataError, match="no plain file"):
        unpack(tmp_path / NAME, tmp_path / "in")


def test_a_bomb_is_refused_and_large_files_pass_through_little_memory(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / NAME, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("zeros.wav", bytes(64 << 20))
    with pytest.raises(DataError, match="would unpack to more than"):
        unpack(tmp_path / NAME, tmp_path / "in")
    with zipfile.ZipFile(tmp_path / NAME, "w", zipfile.ZIP_STORED) as made:
        made.writestr("noise.wav", bytes(64 << 20))
    tracemalloc.start()
    unpack(tmp_path / NAME, tmp_path / "in")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "in" / "noise.wav").stat().st_size == 64 << 20
    assert peak < 8 << 20


def test_an_entry_that_lies_about_its_size_or_content_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / NAME, "w") as made:
        made.writestr("sound.wav", b"content" * 100)
    content = bytearray((tmp_path / NAME).read_bytes())
    content[content.index(b"content")] ^= 1
    (tmp_path / NAME).write_bytes(content)
    with pytest.raises(DataError, match="cannot be unpacked"):
        unpack(tmp_path / NAME, tmp_path / "in")
    assert not list((tmp_path / "in").glob("*.wav"))


def test_offline_is_said_clearly(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentError_, match="cannot be reached") as error:
        fetch_set(archive(), tmp_path, server="http://127.0.0.1:9")
    assert "check the connection" in error.value.hint


def test_a_file_that_the_record_does_not_list(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"does not list other\.zip"):
        fetch_set(Archive(1, "other.zip", Handler.md5), tmp_path, server=server)
