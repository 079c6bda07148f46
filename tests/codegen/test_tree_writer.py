# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""A tree is written whole, at any moment of a kill, and never over what mcugen did not write."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest

from mcugen.codegen import tree_writer
from mcugen.codegen.tree import MARKER, SourceTree, read_tree, tree_sha256
from mcugen.codegen.tree_writer import is_half_written, write_tree
from mcugen.errors import ConfigError, EnvironmentError_
from tests.codegen.kill_writer import NEW, OLD, sealed


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A folder that holds OLD."""
    write_tree(OLD, tmp_path / "out")
    return tmp_path / "out"


def refused(tree: SourceTree, out: Path, match: str) -> None:
    """The write is refused, and every file and link is as before."""
    before = {path: path.is_symlink() or path.read_bytes() for path in files(out)}
    with pytest.raises(ConfigError, match=match):
        write_tree(tree, out)
    assert before == {path: path.is_symlink() or path.read_bytes() for path in files(out)}


def files(out: Path) -> list[Path]:
    return [path for path in out.rglob("*") if path.is_file() or path.is_symlink()]


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_tree(NEW, tmp_path / "above" / "out")
    assert read_tree(tmp_path / "above" / "out") == NEW
    assert [path.name for path in (tmp_path / "above").iterdir()] == ["out"]


def test_an_earlier_export_is_replaced_and_leaves_nothing_behind(out: Path) -> None:
    same = (out / "same.c").stat().st_mtime_ns
    write_tree(NEW, out)
    assert read_tree(out) == NEW and not (out / "gone").exists()
    assert (out / "same.c").stat().st_mtime_ns == same, "what is alike is not compiled again"


def test_files_of_the_user_stay_in_an_export(out: Path) -> None:
    mine = {"notes.txt": b"mine", "src/mine.c": b"int x;", "build/firmware.elf": b"\x7fELF"}
    for name, content in mine.items():
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(content)
    write_tree(NEW, out)
    assert read_tree(out) == {**NEW, **mine}


@pytest.mark.parametrize("name", ["a.c", "gone/old.c", "manifest.json"])
def test_a_generated_file_that_was_edited_is_kept_and_named(out: Path, name: str) -> None:
    content = (out / name).read_bytes()
    (out / name).write_bytes(content.replace(b'"mcugen 0"', b'"mcugen 0", "a": 1') + b" ")
    refused(NEW, out, f"{name} would be overwritten, and is changed since")


def test_a_file_of_the_user_where_a_new_one_goes_is_kept_and_named(out: Path) -> None:
    (out / "new").mkdir()
    (out / "new" / "deep").write_bytes(b"a file where a folder goes")
    refused(NEW, out, "new/deep would be overwritten, and is not mcugen's")


def test_a_deleted_or_equal_file_is_in_nobodys_way(out: Path) -> None:
    (out / "a.c").unlink()
    (out / "src" / "b.c").write_bytes(NEW["src/b.c"])
    write_tree(NEW, out)
    assert read_tree(out) == NEW


@pytest.mark.parametrize("name", ["src", "a.c"])
def test_links_inside_are_not_followed(out: Path, tmp_path: Path, name: str) -> None:
    (out / name).rename(tmp_path / "elsewhere")
    (out / name).symlink_to(tmp_path / "elsewhere")
    refused(NEW, out, f"{name} would be overwritten")


def test_a_link_to_a_folder_is_written_through_and_stays(out: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(out, target_is_directory=True)
    write_tree(NEW, link)
    assert link.is_symlink() and read_tree(out) == NEW
    assert {path.name for path in tmp_path.iterdir()} == {"link", "out"}


def test_what_is_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    for name, what in (("file", "is a file"), ("dangling", "is a link to nothing")):
        with pytest.raises(ConfigError, match=what):
            write_tree(NEW, tmp_path / name)
    with pytest.raises(EnvironmentError_, match="cannot write"):
        write_tree(NEW, tmp_path / "file" / "below")


@pytest.mark.parametrize(
    "manifest",
    [
        None,
        b"{}",
        b"not JSON",
        b'{"tool": "webpack", "files": {"a": "b"}}',
        b'{"tool": "mcugen 0"}',
    ],
)
def test_a_folder_that_is_not_mcugens_is_refused(tmp_path: Path, manifest: bytes | None) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    if manifest is not None:
        (tmp_path / MARKER).write_bytes(manifest)
    refused(NEW, tmp_path, "is not empty")


def test_a_manifest_cannot_list_files_outside_its_folder(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_bytes(b"years of work")
    listed = {"../thesis.txt": b"years of work", str(tmp_path / "thesis.txt"): b"years of work"}
    out = tmp_path / "out"
    out.mkdir()
    (out / MARKER).write_bytes(sealed(listed)[MARKER])
    write_tree(NEW, out)
    assert read_tree(out) == NEW and (tmp_path / "thesis.txt").read_bytes() == b"years of work"


def test_an_export_of_before_manifests_had_a_hash_of_their_own_is_replaced(out: Path) -> None:
    data = json.loads((out / MARKER).read_bytes())
    del data["manifest_sha256"]
    data["files"] = {path: tree_sha256({path: OLD[path]}) for path in data["files"]}
    (out / MARKER).write_text(json.dumps(data))
    write_tree(NEW, out)
    assert read_tree(out) == NEW


def test_a_kill_at_any_moment_loses_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.codegen.kill_writer", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    fresh, again = map(int, done.stdout.split())
    assert fresh > 15 and again > 20, "every change on the disk was a moment"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_a_disk_that_takes_no_more_leaves_the_old_tree(
    out: Path, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = []

    def write_bytes(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) == 3:
            path.touch()  # a full disk takes the name, and nothing of the content
            raise OSError(code, "the disk takes no more")
        with path.open("wb") as file:
            return file.write(content)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    for folder in (out, out.parent / "fresh"):
        written.clear()
        with pytest.raises(EnvironmentError_, match="the disk takes no more"):
            write_tree(NEW, folder)
    assert read_tree(out) == OLD and [path.name for path in out.parent.iterdir()] == ["out"]


def test_a_rename_that_fails_is_completed_by_the_next_write(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = Path.replace

    def replace(path: Path, target: Path) -> Path:
        if path.name == "b.c":
            raise OSError(errno.EIO, "the disk is broken")
        return rename(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(EnvironmentError_, match="the disk is broken"):
        write_tree(NEW, out)
    assert is_half_written(out)
    monkeypatch.undo()
    write_tree(NEW, out)
    assert read_tree(out) == NEW


def test_two_writers_do_not_mix(out: Path) -> None:
    with tree_writer._locked(out), pytest.raises(ConfigError, match="another mcugen writes"):
        write_tree(NEW, out)
    assert read_tree(out) == OLD
