"""Holds the list of .ci/sbom.py, on standard input, against CycloneDX's schema and against what cargo would compile.

What cargo would compile for a release of the functions is told by cargo's plan of the build, not by the tree that the
list is made from. Every crate of the plan must be on the list, and every crate of the list in the plan of one of the
architectures; what is linked into a function must be `required`, and have a licence and a checksum.
"""

import json
import os
import pathlib
import subprocess
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]


def crate(package):
    """Name and version of a package id: `registry+…#name@version`, `path+…/folder#version`, `path+…#name@version`."""
    place, _, named = package.partition("#")
    name, _, version = named.rpartition("@")
    return name or place.rsplit("/", 1)[-1], version


def planned(target):
    """The crates that cargo would compile, and those of them that are linked into a function."""
    packages = [path.parent.name for path in pathlib.Path("functions").glob("*/Cargo.toml")]
    command = ["cargo", "build", "--release", "--locked", "-Zunstable-options", "--unit-graph", "--target", target]
    command += [word for name in packages for word in ("--package", name)]
    # The plan is told to nightly only, and to this.
    environment = os.environ | {"RUSTC_BOOTSTRAP": "1"}
    told = subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout
    units = json.loads(told)["units"]
    linked = [one for one in units if one["platform"] == target and one["mode"] == "build"]
    return {crate(one["pkg_id"]) for one in units}, {crate(one["pkg_id"]) for one in linked}


def main():
    text = sys.stdin.read()
    broken = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    told = json.loads(text)
    listed = {(one["name"], one["version"]): one for one in told["components"]}
    required = {name for name, one in listed.items() if one["scope"] == "required"}
    plans = [planned(target) for target in TARGETS]
    compiled, linked = (set.union(*sets) for sets in zip(*plans))
    ours = {name for name in listed if pathlib.Path("functions", name[0]).is_dir() or name[0] == "shared"}
    known = {one["bom-ref"] for one in told["components"]} | {"tenon"}
    wrong = {
        "the schema": [str(broken)] if broken else [],
        "compiled and not listed": compiled - set(listed),
        "listed and not compiled": set(listed) - compiled,
        "linked and not required": linked - required,
        "required and not linked": required - linked,
        "without a licence": {name for name, one in listed.items() if not one.get("licenses")},
        "without a checksum": {name for name, one in listed.items() if not one.get("hashes")} - ours,
        "needed and not listed": {needed for one in told["dependencies"] for needed in one["dependsOn"]} - known,
        "listed twice": [len(told["components"])] if len(told["components"]) != len(listed) else [],
    }
    found = [f"{what}: {sorted(which)}" for what, which in wrong.items() if which]
    if found:
        sys.exit("the list of what the functions are built from is wrong\n" + "\n".join(found))
    print(f"{len(listed)} crates, {len(required)} of them in functions; valid CycloneDX 1.6")


main()
