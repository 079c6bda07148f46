# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Data sets from Zenodo: downloads that resume, are checked, and unpack whole or not at all."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import stat
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path, PurePosixPath
from typing import Any

from mcugen.errors import DataError, EnvironmentError_
from mcugen.foreign_text import one_line

ZENODO = "https://zenodo.org"
ANSWER_TIMEOUT_S = 60.0
BLOCK_BYTES = 1 << 20
MAX_RATIO = 200
"""Sounds shrink to a half at best, silence to a hundredth; a bomb to a thousandth and less."""

Progress = Callable[[float], None]
"""Called with the part that is done, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Archive:
    """One file of one Zenodo record, and the MD5 that Zenodo publishes for it.

    Pinned here, so that nobody on the way and no change of the record puts another file in its place.
    """

    record: int
    name: str
    md5: str


ARCHIVES = {
    # What MLPerf Tiny trains on: development data (ids 01 to 04) and additional training (05 to 07).
    "toycar": (
        Archive(3678171, "dev_data_ToyCar.zip", "4dec75ca8d9f666aa9e4c1894a740501"),
        Archive(3727685, "eval_data_train_ToyCar.zip", "a5d4ccd498af70b04dd74b644b820006"),
    ),
}


@dataclass(frozen=True, slots=True)
class Remote:
    """Where a file is and how it must look."""

    url: str
    size_bytes: int
    md5: str


def fetch_set(
    archive: Archive, folder: Path, progress: Progress = lambda _: None, server: str = ZENODO
) -> None:
    """Downloads and unpacks an archive into a folder; does nothing when that was done before.

    EnvironmentError_ when there is no connection or it breaks: what arrived is kept, and the same
    call goes on from there. DataError when the checksum is wrong.
    """
    done = folder / f".{archive.name}.complete"
    if done.is_file():
        progress(1.0)
        return
    _make_folder(folder)
    remote = find_file(archive, server)
    zipped = folder / archive.name
    download(remote, zipped, progress)
    unpack(zipped, folder)
    done.write_text(remote.md5 + "\n", encoding="utf-8")
    zipped.unlink()


def find_file(archive: Archive, server: str) -> Remote:
    """Address and size as the Zenodo record gives them; its checksum must be the pinned one."""
    url = f"{server}/api/records/{archive.record}"
    try:
        with _open(url) as answer:
            files = json.load(answer)["files"]
        entry: dict[str, Any] = next(file for file in files if file["key"] == archive.name)
        kind, _, digest = str(entry["checksum"]).partition(":")
        remote = Remote(str(entry["links"]["self"]), int(entry["size"]), digest)
    except (ValueError, KeyError, TypeError, StopIteration) as error:
        raise DataError(f"{url} does not list {archive.name} as expected") from error
    if (kind, digest) != ("md5", archive.md5):
        raise DataError(
            f"{url} lists {archive.name} with {kind} {digest}, not with md5 {archive.md5}",
            hint="the data set has changed or something is between you and Zenodo: do not use it",
        )
    return remote


def download(remote: Remote, target: Path, progress: Progress) -> None:
    """Fetches a file through target.part, continuing one that is there."""
    part = target.with_name(target.name + ".part")
    have = part.stat().st_size if part.exists() else 0
    if have > remote.size_bytes:
        part.unlink()
        have = 0
    if have < remote.size_bytes:
        _append(remote, part, have, progress)
    found = _md5(part)
    if found != remote.md5:
        part.unlink()
        raise DataError(
            f"{target.name} arrived damaged (md5 {found}, expected {remote.md5}) and was removed",
            hint="the same command downloads it again",
        )
    part.replace(target)


def _append(remote: Remote, part: Path, have: int, progress: Progress) -> None:
    with _open(remote.url, have) as answer:
        if answer.status != 206:  # the server sends everything from the start
            have = 0
        with part.open("ab" if have else "wb") as file:
            try:
                while block := answer.read(BLOCK_BYTES):
                    file.write(block)
                    have += len(block)
                    progress(have / remote.size_bytes)
            except (OSError, HTTPException) as error:
                raise _broken(remote.url, str(error)) from error
    if have < remote.size_bytes:
        raise _broken(remote.url, f"{have} of {remote.size_bytes} bytes arrived")


def _open(url: str, start: int = 0) -> Any:
    headers = {"User-Agent": "mcugen"} | ({"Range": f"bytes={start}-"} if start else {})
    try:
        return urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=ANSWER_TIMEOUT_S
        )
    except urllib.error.HTTPError as error:
        raise EnvironmentError_(f"{url}: the server answers {error.code} {error.reason}") from error
    except (OSError, HTTPException) as error:
        raise EnvironmentError_(
            f"{url} cannot be reached: {getattr(error, 'reason', error)}",
            hint="check the connection; `mcugen data synth DIR` needs none",
        ) from error


def _broken(url: str, reason: str) -> EnvironmentError_:
    return EnvironmentError_(
        f"the download of {url} broke off: {reason}", hint="the same command continues it"
    )


def _md5(path: Path) -> str:
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def unpack(zipped: Path, folder: Path) -> None:
    """Extracts every file block by block, each renamed into place when whole.

    DataError, before anything is written, for names that leave the folder on any system, for links
    and devices, and for an archive that would unpack to more than MAX_RATIO times its size.
    """
    try:
        with zipfile.ZipFile(zipped) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            limit = MAX_RATIO * max(zipped.stat().st_size, 1)
            for entry in entries:
                _check_entry(entry, zipped.name)
            if sum(entry.file_size for entry in entries) > limit:
                raise DataError(f"{zipped.name} would unpack to more than {limit} bytes")
            for entry in entries:
                _extract(archive, entry, folder / PurePosixPath(entry.filename))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as error:
        raise DataError(f"{zipped.name} cannot be unpacked: {error}") from error


def _check_entry(entry: zipfile.ZipInfo, archive: str) -> None:
    """DataError unless the entry is a plain file below the folder, on Windows as well."""
    name = entry.orig_filename  # zipfile cuts filename at a NUL
    parts = re.split(r"[/\\]", name)
    leaves = "\\" in name or ":" in name or "\0" in name or ".." in parts or parts[0] == ""
    if leaves or any(part.rstrip(". ") == "" for part in parts):
        raise DataError(f"{archive} holds {one_line(name)}, outside its folder")
    mode = entry.external_attr >> 16
    if mode and stat.S_IFMT(mode) not in (0, stat.S_IFREG):
        raise DataError(f"{archive} holds {one_line(name)}, which is no plain file")


def _extract(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    """One file; zipfile checks its CRC, and never gives more than the size that it states."""
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_name(target.name + ".part")
    with archive.open(entry) as packed, part.open("wb") as file:
        shutil.copyfileobj(packed, file, BLOCK_BYTES)
    part.replace(target)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise EnvironmentError_(
            f"cannot create {folder}: {error.strerror}", hint="choose another with --out"
        ) from error
