# SPDX-FileCopyrightText: 2026 the mcugen authors
# SPDX-License-Identifier: Apache-2.0
"""Results for continuous integration, in the XML that JUnit made common."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from mcugen.foreign_text import printable

Case = tuple[str, str]
"""Name, and why it failed: empty where it did not."""


def junit_xml(suite: str, cases: Sequence[Case]) -> bytes:
    """One test suite (schema of Jenkins' xUnit plugin; GitLab and GitHub read it)."""
    failed = sum(bool(why) for _, why in cases)
    root = ElementTree.Element("testsuites")
    counts = {"name": suite, "tests": str(len(cases)), "failures": str(failed), "errors": "0"}
    top = ElementTree.SubElement(root, "testsuite", counts)
    for name, why in cases:
        words = {"classname": suite, "name": printable(name)}
        case = ElementTree.SubElement(top, "testcase", words)
        if why:
            ElementTree.SubElement(case, "failure", message=printable(why))
    ElementTree.indent(root)
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + ElementTree.tostring(root) + b"\n"
