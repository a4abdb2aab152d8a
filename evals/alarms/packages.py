"""Whose functions are compared with themselves: small pure-Python packages whose sdists hold tests that run in seconds."""

from __future__ import annotations

from dataclasses import dataclass

from evals.packages.sdists import Release


@dataclass(frozen=True)
class Package:
    """A release, and what it needs beside pytest to run from its source tree."""

    release: Release
    requires: tuple[str, ...] = ()


def _package(name: str, version: str, *requires: str) -> Package:
    return Package(Release(name=name, version=version), requires)


# in this order until there are enough functions: the last ones are for what cannot be prepared
PACKAGES = (
    _package("inflection", "0.5.1"),
    _package("toolz", "1.1.0"),
    _package("boltons", "25.0.0", "pytest<9"),  # its conftest takes an argument that pytest 9 no longer gives
    _package("tabulate", "0.9.0"),
    _package("humanize", "4.12.3", "freezegun"),
    _package("jmespath", "1.0.1"),
    _package("sqlparse", "0.5.0"),
    _package("mistune", "3.0.2"),
    _package("natsort", "8.4.0", "hypothesis", "pytest-mock"),
    _package("parse", "1.20.2"),
    _package("semver", "3.0.4", "pytest-cov"),
    _package("webcolors", "24.11.1"),
    _package("packaging", "25.0", "pretend"),
    _package("more-itertools", "10.8.0"),  # its suite takes half a minute
)
