"""Writes what the functions are built from, as a CycloneDX list, to standard output.

Of the crates that Cargo.lock names, those that a function for Lambda is built from: no tests, no development
stack. Names, versions, licences and checksums are cargo's own.
"""

import json
import pathlib
import subprocess
import tomllib

TARGET = "x86_64-unknown-linux-gnu"


def metadata():
    command = ["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform", TARGET]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def checksums():
    packages = tomllib.loads(pathlib.Path("Cargo.lock").read_text(encoding="utf-8"))["package"]
    return {(one["name"], one["version"]): one.get("checksum") for one in packages}


def built_from(found):
    """The ids of all that the functions need, the functions themselves among them."""
    needs = {
        node["id"]: [
            dependency["pkg"]
            for dependency in node["deps"]
            if any(kind["kind"] != "dev" for kind in dependency["dep_kinds"])
        ]
        for node in found["resolve"]["nodes"]
    }
    functions = f"{found['workspace_root']}/functions/"
    waiting = [one["id"] for one in found["packages"] if one["manifest_path"].startswith(functions)]
    seen = set()
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting.extend(needs[one])
    return seen


def component(package, checksum):
    name, version = package["name"], package["version"]
    purl = f"pkg:cargo/{name}@{version}"
    told = {"type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl}
    if package["license"]:
        told["licenses"] = [{"expression": package["license"].replace("/", " OR ")}]
    if checksum:
        told["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return told


def main():
    found = metadata()
    inside, sums = built_from(found), checksums()
    packages = [one for one in found["packages"] if one["id"] in inside]
    components = [component(one, sums.get((one["name"], one["version"]))) for one in packages]
    components.sort(key=lambda one: one["bom-ref"])
    print(json.dumps({"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1, "components": components}, indent=1))


main()
