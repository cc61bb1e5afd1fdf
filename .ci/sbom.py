"""Writes what the functions are built from, as a CycloneDX list, to standard output.

Of the crates that Cargo.lock names, those that a function for Lambda is built from, on either architecture: no tests,
no development stack, and nothing that only these switch on. What is compiled into a function is `required`; what only
helps to compile it (macros, build scripts and what they need) is `excluded`. Names, versions, licences, checksums and
edges are cargo's own. The same commit gives the same list. `.ci/deny` checks it.
"""

import json
import pathlib
import re
import subprocess
import tomllib
import uuid

TARGETS = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"]
LINE = re.compile(r"^(\d+)(\S+) v(\S+)")


def told(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def metadata():
    return json.loads(told("cargo", "metadata", "--format-version", "1", "--locked"))


def functions():
    return sorted(path.parent.name for path in pathlib.Path("functions").glob("*/Cargo.toml"))


def checksums():
    packages = tomllib.loads(pathlib.Path("Cargo.lock").read_text(encoding="utf-8"))["package"]
    return {(one["name"], one["version"]): one.get("checksum") for one in packages}


def edges(kinds):
    """Who needs whom, by name and version, for the functions alone: cargo prints what a crate needs where it comes first."""
    needs = {}
    packages = [word for name in functions() for word in ("--package", name)]
    for target in TARGETS:
        path = []
        for line in told("cargo", "tree", "--locked", "--prefix", "depth", "--edges", kinds, "--target", target, *packages).splitlines():
            found = LINE.match(line)
            if not found:
                continue
            depth, crate = int(found[1]), (found[2], found[3])
            path[depth:] = [crate]
            needs.setdefault(crate, set())
            if depth:
                needs[path[depth - 1]].add(crate)
    return needs


def purl(crate):
    return "pkg:cargo/{}@{}".format(*crate)


def component(package, checksum, inside):
    name, version = package["name"], package["version"]
    reference = purl((name, version))
    one = {"type": "library", "bom-ref": reference, "name": name, "version": version, "purl": reference}
    one["scope"] = "required" if inside else "excluded"
    if package["license"]:
        one["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum:
        one["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return one


def described():
    """What the list is of: the functions, as of this commit."""
    commit, at = told("git", "log", "-1", "--format=%H %cI").split()
    names = [{"type": "application", "bom-ref": f"tenon/{name}", "name": name} for name in functions()]
    tenon = {"type": "application", "bom-ref": "tenon", "name": "tenon", "version": commit, "components": names}
    return {"timestamp": at, "component": tenon}, uuid.uuid5(uuid.NAMESPACE_URL, commit)


def main():
    needs, compiled_in, sums = edges("normal,build"), edges("normal,no-proc-macro"), checksums()
    packages = [one for one in metadata()["packages"] if (one["name"], one["version"]) in needs]
    components = []
    for one in packages:
        crate = (one["name"], one["version"])
        components.append(component(one, sums.get(crate), crate in compiled_in))
    components.sort(key=lambda one: one["bom-ref"])
    about, serial = described()
    graph = [{"ref": purl(one), "dependsOn": sorted(map(purl, needed))} for one, needed in sorted(needs.items())]
    version = {crate[0]: crate for crate in needs}
    graph.append({"ref": "tenon", "dependsOn": [purl(version[name]) for name in functions()]})
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "serialNumber": f"urn:uuid:{serial}", "version": 1}
    print(json.dumps(bom | {"metadata": about, "components": components, "dependencies": graph}, indent=1))


main()
