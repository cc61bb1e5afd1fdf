"""Writes what each target begins with into FOLDER/TARGET/: python3 fuzz/seed.py FOLDER.

Ordinary inputs and the ones that once mattered, so that few seconds are enough to come far. Everything is made here or
taken from tests/vectors; the same files come out each time.
"""

import hashlib
import io
import json
import pathlib
import sys
import zipfile

VECTORS = pathlib.Path(__file__).parent.parent / "tests" / "vectors"
EVENTS = ["push", "workflow_run", "member", "repository", "installation", "issues"]
REPORT = (
    '{"passed": 3, "failed": 1, "total": 4, "stdout": "ok ghp_0123456789abcdef\\n", '
    '"stderr": "token=abc \\ud800", "summary": {"suite": "api", "password": [1, "x"]}}'
)
JUNIT = (
    '<?xml version="1.0"?><testsuites><testsuite tests="9"><testcase name="a"/><testcase name="b"><failure>no'
    '</failure></testcase><testcase><skipped/></testcase><j:testcase xmlns:j="urn:j"><error/></j:testcase>'
    "<system-out><![CDATA[<testcase/>]]>&lt;&unknown;<!-- x --></system-out></testsuite></testsuites>"
)


def archive(*files, method=zipfile.ZIP_DEFLATED):
    """The bytes of an archive of `files`, each a name and a text."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as writer:
        for name, text in files:
            writer.writestr(zipfile.ZipInfo(name), text, method)
    return packed.getvalue()


def archives():
    named = "tenon-test-results.json"
    yield archive((named, REPORT))
    yield archive(("x/other.json", REPORT), ("junit.XML", JUNIT), method=zipfile.ZIP_STORED)
    yield archive(("a.xml", JUNIT), ("b.xml", JUNIT.encode("utf-16")))
    yield archive((named, " " * 70_000))
    # Files whose checksums are right whatever is in them: a name, how long in sixteens and whether deflated, text.
    for name, text in [(named, REPORT), ("a.json", REPORT), ("a.xml", JUNIT), ("../../etc/x.xml", "<testsuite/>")]:
        sixteens = len(text) // 16 + 1
        yield name.encode() + b"\n" + bytes([sixteens << 1 | 1]) + text.ljust(sixteens * 16).encode()


def webhooks():
    examples = json.loads((VECTORS / "github-webhooks" / "examples.json").read_text(encoding="utf-8"))
    for name, found in examples.items():
        said = EVENTS.index(name) if name in EVENTS else len(EVENTS) - 1
        for one in found:
            yield bytes([said]) + json.dumps(kept(one), separators=(",", ":")).encode()


def kept(body):
    """Of a webhook what is small or read: bytes that nobody looks at cost the fuzzer its time."""
    read = {"action", "ref", "after", "deleted", "forced", "commits", "id", "event", "login", "member"}
    small = {}
    for name, value in body.items():
        if name in read or not isinstance(value, (dict, list)):
            small[name] = [] if name == "commits" else value
        if isinstance(value, dict):
            small[name] = {inner: value[inner] for inner in value if inner in read}
    return small


def tokens():
    claims = {
        "iss": "https://i/", "aud": ["a", "b"], "sub": "github|7", "exp": 1_800_000_100, "iat": 1_800_000_000,
        "https://tenon.ai/email": "Ada@Example.com", "name": "Ada", "permissions": ["recruiter:access"],
        "https://tenon.ai/roles": ["candidate"], "email_verified": True, "https://tenon.ai/github": "ada-l",
    }
    header = {"alg": "RS256", "kid": "k", "typ": "at+jwt"}
    for more in [{}, {"aud": "a", "nbf": 1}, {"exp": 1.5}, {"nonce": "x"}, {"permissions": "candidate:access a b"}]:
        payload = json.dumps(claims | more).encode()
        yield b"\3" + payload
        yield b"\2" + json.dumps(header).encode() + b"\n" + payload
    for odd in [{"crit": []}, {"b64": False}, {"typ": "JWE"}, {"alg": "none"}, {"kid": ""}, {"kid": 7}]:
        yield b"\2" + json.dumps(header | odd).encode() + b"\n" + json.dumps(claims).encode()
    groups = json.loads((VECTORS / "wycheproof" / "json_web_signature.json").read_text(encoding="utf-8"))
    for group in groups[::4]:
        for test in group["tests"][:3]:
            yield b"\0" + test["jws"].encode()
            yield b"\1" + test["jws"].rpartition(".")[0].encode()


def comparisons():
    changed = {"filename": "src/a b.py", "status": "modified", "additions": 1, "deletions": 0, "changes": 1}
    for files in [[], [changed | {"patch": "@@ -1 +1 @@\n+password=abc ghp_0123456789"}, changed | {"patch": None}]]:
        diff = {"ahead_by": 1, "behind_by": 0, "total_commits": 1, "base": "a" * 40, "head": "b" * 40}
        yield json.dumps(diff | {"files": files, "truncated": False}).encode()


def requests():
    body = {
        "title": "Payments", "email": "ada@example.com", "focus": "a\n", "name": "x", "company": 7, "replace": True,
        "number": "60", "texts": ["a"],
    }
    head = "POST /api/things/{}?{}\nx-line: hello\ncontent-type: application/json; charset=utf-8\n{}\n\n{}"
    cursor = "AQAAAAAAAAAH"
    for path, query, header, sent in [
        ("7/admin", f"limit=50&cursor={cursor}&kind=go-gin&offset=0", "accept: */*", json.dumps(body)),
        ("7/job:00000000-0000-0000-0000-000000000007/", "type=go-gin&kind=go-gin", "if-none-match: *", json.dumps(body)),
        ("x%00/%ff", "limit=0&limit=1&%zz", "content-length: 9999", '{"a":1,"a":2}'),
        ("7/admin", "", "x-forwarded-for: 1.2.3.4, ::1", "[" * 200),
        ("7/admin", "", "origin: http://localhost:3000", '{"number": 1e999, "title": "\\ud800"}'),
    ]:
        yield head.format(path, query, header, sent).encode()
    yield b"OPTIONS /api/things/1/admin\norigin: https://portal.example.com\naccess-control-request-method: POST"
    yield b"GET /api/nothing\nauthorization: Bearer a.b.c\nx-tenon-request-id: 00000000-0000-4000-8000-000000000000"
    yield b"POST /api/admin/jobs\nx-admin-key: x"


TEXTS = """Ada Example <ada@example.com>
jürgen@bücher.example
"a b"@example.com
a@[127.0.0.1]
Tenon <no-reply@tenon.example>
xn--bcher-kva.example
ｇmail.com
acme-templates/tenon-ws-12-task41
feature/a_b.c-d
main.lock
da39a3ee5e6b4b0d3255bfef95601890afd80709
ada-l0velace
go-gin
 python-fastapi
recruiter:7
job:00000000-0000-0000-0000-000000000007
"an \\"escaped\\" key"
8e03978e-40d5-43e8-bc93-6894a57f9324
9007199254740991
0200
12-3
12-+3
github|1234
prepare_workspace
startup_failure
password=hunter2 token abcdefghijkl "client_secret": "x" eyJhbGciOiJ9.e30.sig
Authorization: Bearer ghs_0123456789abcdef github_pat_0123456789
203.0.113.7, 10.0.0.1
sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17
{"jobId":"00000000-0000-4000-8000-000000000000","delaySeconds":9}
{"source":"aws.ses","detail":{"mail":{"messageId":"1","tags":{"key":["12-3"]}},"bounce":{"bounceType":"Permanent"}}}"""


def all_seeds():
    return {
        "artifact_zip": archives(),
        "results_xml": [JUNIT.encode(), b"<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite/>", b"<testsuite>" + b"<a>" * 40],
        "results_json": [REPORT.encode(), b'{"passed":1,"failed":0,"total":4294967295}', b'{"total":1e3}', b"{ }"],
        "webhook_body": webhooks(),
        "access_token": tokens(),
        "invite_token": [b"\1" * 13 + b"\5AA", b"AQAAAAAAAAAHAAAAAQ" + b"A" * 25],
        "cursor": [bytes([kind] * 25) + b"A" for kind in range(12)] + [b"AQAAAAAAAAAHAAAA"],
        "text_parsers": [line.encode() for line in TEXTS.splitlines()],
        "diff": comparisons(),
        "http_input": requests(),
    }


def main():
    into = pathlib.Path(sys.argv[1])
    for target, seeds in all_seeds().items():
        folder = into / target
        folder.mkdir(parents=True, exist_ok=True)
        for seed in seeds:
            (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)


main()
