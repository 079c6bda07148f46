# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""The one way a generated project reaches the disk: whole, and never over what is not mcugen's.

manifest.json lists every file with its sha256, so that mcugen knows its own files again. A folder is
changed in place: it is there at every moment, and files of the user and of compilers stay in it.

1. Anything in the way that is not as mcugen wrote it is refused, before anything changes.
2. New contents are staged in OUT/.mcugen-update/new. A full disk ends it here: OUT is as it was.
3. The journal, OUT/.mcugen-update/files.json, says which files, old and new, are mcugen's from now on.
4. Stale files are removed, staged ones renamed into place, manifest.json last; the journal goes.

Ended between 3 and 4, OUT is a mixture: `is_half_written` says so, and the next write completes it.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any

from mcugen.codegen.tree import MARKER, SourceTree, tree_sha256
from mcugen.errors import ConfigError, EnvironmentError_
from mcugen.system import HAS_FOLDER_LOCKS, lock

UPDATE = ".mcugen-update"
JOURNAL = f"{UPDATE}/files.json"
OTHER_FOLDER = "pass another folder with --out"
_SHOWN = 5

Hashes = Mapping[str, frozenset[str]]
"""Relative POSIX path -> the contents with which it is mcugen's own, as hexadecimal sha256."""


def seal_manifest(facts: Mapping[str, Any], tree: SourceTree) -> bytes:
    """manifest.json: the facts, the sha256 of every file of `tree`, and that of the manifest itself."""
    files = {path: _sha256(content) for path, content in sorted(tree.items())}
    body = {**facts, "files": files}
    return _json({**body, "manifest_sha256": _sha256(_json(body))})


def is_half_written(out: Path) -> bool:
    """Whether a write of `out` was interrupted where it mattered."""
    return (out / JOURNAL).exists()


def write_tree(tree: SourceTree, out: Path) -> None:
    """Makes folder `out` hold the tree, its manifest made by `seal_manifest`; other files stay.

    ConfigError, and nothing changed, when one of them is in the way: a folder or file of the user,
    or a generated file that was edited since. EnvironmentError_ when `out` cannot be written.
    """
    if (out.exists() and not out.is_dir()) or (out.is_symlink() and not out.exists()):
        what = "a link to nothing" if out.is_symlink() else "a file"
        raise ConfigError(f"{out} is {what}", hint=OTHER_FOLDER)
    try:
        with _made(out), _locked(out):
            ours = _ours(out)
            _refuse_what_is_not_ours(tree, out, ours)
            staged = _stage(tree, out)
            _write_journal(tree, out, ours)
            _commit(tree, out, ours, staged)
    except OSError as error:
        raise EnvironmentError_(
            f"cannot write {out}: {error.strerror}", hint="pass a writable folder with --out"
        ) from error


@contextmanager
def _made(out: Path) -> Iterator[None]:
    """The folder exists; one that was made for nothing is taken away again."""
    is_new = not out.exists()
    out.mkdir(parents=True, exist_ok=True)
    try:
        yield
    except BaseException:
        if is_new:
            with contextlib.suppress(OSError):
                out.rmdir()
        raise


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    """Keeps a second mcugen off while this one writes; the system drops the lock with the process."""
    if not HAS_FOLDER_LOCKS:
        yield
        return
    handle = os.open(out, os.O_RDONLY)
    try:
        try:
            lock(handle)
        except BlockingIOError:
            raise ConfigError(
                f"another mcugen writes {out} at this moment", hint=f"wait, or {OTHER_FOLDER}"
            ) from None
        yield
    finally:
        os.close(handle)


# --- whose files these are ------------------------------------------------------------------------


def _ours(out: Path) -> Hashes:
    """What mcugen wrote into `out`; ConfigError when it holds something and mcugen wrote nothing."""
    journal, manifest = out / JOURNAL, out / MARKER
    if journal.is_file():
        return _journaled(journal)
    if all(path.name == UPDATE for path in out.iterdir()):
        return {}
    if not manifest.is_file():
        raise ConfigError(f"{out} is not empty and was not made by mcugen", hint=OTHER_FOLDER)
    return _listed(manifest)


def _journaled(journal: Path) -> Hashes:
    """What an interrupted write left behind."""
    try:
        listed = json.loads(journal.read_bytes())
        return {path: frozenset(hashes) for path, hashes in listed.items() if _is_inside(path)}
    except (ValueError, TypeError, AttributeError):
        raise ConfigError(f"{journal} is damaged", hint=OTHER_FOLDER) from None


def _listed(manifest: Path) -> Hashes:
    """The files in a manifest of mcugen, and the manifest itself."""
    content = manifest.read_bytes()
    try:
        data = json.loads(content)
        is_mcugens = str(data["tool"]).startswith("mcugen ")
        files = {str(path): str(digest) for path, digest in data["files"].items()}
        own = data.pop("manifest_sha256", None)
    except (ValueError, KeyError, TypeError, AttributeError):
        is_mcugens = False
    if not is_mcugens:
        raise ConfigError(
            f"{manifest.parent} is not empty, and its {MARKER} is none that lists mcugen's files",
            hint=f"{OTHER_FOLDER}, or remove the old one yourself if nothing in it is yours",
        )
    ours = {path: frozenset({digest}) for path, digest in files.items() if _is_inside(path)}
    is_intact = own in (
        None,
        _sha256(_json(data)),
    )  # None: before manifests had a hash of their own
    return ours | {MARKER: frozenset({_sha256(content)} if is_intact else ())}


def _is_inside(path: str) -> bool:
    """Whether a listed path stays in its folder: a manifest may come from anybody."""
    parts = PurePosixPath(path).parts
    return bool(parts) and ".." not in parts and not PurePosixPath(path).is_absolute()


def _is_ours(target: Path, path: str, ours: Hashes) -> bool:
    """Whether a file is as mcugen wrote it."""
    if target.is_symlink() or not target.is_file():
        return False
    content = target.read_bytes()
    # The second form: of each file as a tree, in manifests before manifest_sha256.
    return bool({_sha256(content), tree_sha256({path: content})} & ours.get(path, frozenset()))


def _refuse_what_is_not_ours(tree: SourceTree, out: Path, ours: Hashes) -> None:
    """ConfigError that names what a write would overwrite or remove, though it is not mcugen's."""
    in_the_way = dict.fromkeys(
        name for path in sorted({*tree, *ours}) if (name := _in_the_way(tree, out, path, ours))
    )
    changed = [name for name in in_the_way if name in ours]
    foreign = [name for name in in_the_way if name not in ours]
    for names, what in ((changed, "changed since mcugen wrote it"), (foreign, "not mcugen's")):
        if names:
            more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            raise ConfigError(
                f"{out} is left as it is: {', '.join(names[:_SHOWN])}{more} would be overwritten, "
                f"and is {what}",
                hint=f"move it elsewhere and run this again, or {OTHER_FOLDER}",
            )


def _in_the_way(tree: SourceTree, out: Path, path: str, ours: Hashes) -> str | None:
    """The path, or the part of it that is a link or a file where a folder must be; None: all well."""
    target = out / path
    blocked = _blocked(out, path, ours)
    if blocked is not None:
        return blocked if path in tree else None
    if not os.path.lexists(target) or _is_ours(target, path, ours):
        return None
    is_as_wanted = path in tree and not target.is_symlink() and _holds(target, tree[path])
    return None if is_as_wanted else path


def _blocked(out: Path, path: str, ours: Hashes) -> str | None:
    """The part of a path that is a link, or not a file of mcugen, where a folder must be."""
    parts = PurePosixPath(path).parts
    for count in range(1, len(parts)):
        above = str(PurePosixPath(*parts[:count]))
        target = out / above
        if target.is_symlink() or (target.exists() and not target.is_dir() and above not in ours):
            return above
    return None


# --- changing the folder --------------------------------------------------------------------------


def _stage(tree: SourceTree, out: Path) -> list[str]:
    """Writes what is new beside the old; the paths, manifest.json last. Undone when it fails."""
    staging = out / UPDATE / "new"
    staged = [path for path in tree if path != MARKER and not _holds(out / path, tree[path])]
    staged += [MARKER] if MARKER in tree and not _holds(out / MARKER, tree[MARKER]) else []
    try:
        shutil.rmtree(staging, ignore_errors=True)
        for path in staged:
            (staging / path).parent.mkdir(parents=True, exist_ok=True)
            (staging / path).write_bytes(tree[path])
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        with contextlib.suppress(OSError):
            staging.parent.rmdir()  # stays when it holds the journal of an earlier write
        raise
    return staged


def _write_journal(tree: SourceTree, out: Path, ours: Hashes) -> None:
    """From here on old and new contents are mcugen's, whichever of them a file has."""
    known = {
        path: sorted({*ours.get(path, ()), *([_sha256(tree[path])] if path in tree else [])})
        for path in sorted({*tree, *ours})
    }
    journal = out / JOURNAL
    journal.parent.mkdir(exist_ok=True)
    part = journal.with_suffix(".part")
    part.write_bytes(_json(known))
    part.replace(journal)


def _commit(tree: SourceTree, out: Path, ours: Hashes, staged: list[str]) -> None:
    for path in sorted({*ours} - {*tree}):
        if _blocked(out, path, ours) is None:
            (out / path).unlink(missing_ok=True)
            _remove_empty(out, (out / path).parent)
    for path in staged:
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        (out / UPDATE / "new" / path).replace(out / path)
    shutil.rmtree(out / UPDATE / "new", ignore_errors=True)
    (out / JOURNAL).unlink()
    (out / UPDATE).rmdir()


def _remove_empty(out: Path, folder: Path) -> None:
    with contextlib.suppress(OSError):  # not empty
        while folder != out:
            folder.rmdir()
            folder = folder.parent


def _holds(target: Path, content: bytes) -> bool:
    return target.is_file() and target.read_bytes() == content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, indent=2).encode() + b"\n"
