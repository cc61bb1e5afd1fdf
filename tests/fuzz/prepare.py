"""Makes people and things to fuzz with: prepare.py API PAGES FOLDER

A recruiter with a simulation; Ada, who has claimed her invite and is on day 2 with a test run; Bob,
who has not. Writes the settings, a token for each role, and the document with examples that exist.
"""

import json
import pathlib
import sys
import time
import urllib.error
import urllib.request

api, pages, folder = sys.argv[1:]
PATIENCE_S = 60


def call(method, url, token=None, body=None, session=None):
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    if session:
        headers["x-candidate-session-id"] = str(session)
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def mint(email, role):
    minutes = 24 * 60
    return call("POST", f"{pages}/mint", body={"email": email, "role": role, "minutes": minutes})["token"]


def patiently(method, url, **what):
    """Asks again while the answer is 409: what is asked for is being made."""
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            return call(method, url, **what)
        except urllib.error.HTTPError as error:
            if error.code != 409 or time.monotonic() > until:
                raise
            time.sleep(0.2)


recruiter = mint("recruiter1@local.test", "recruiter")
ada = mint("ada@example.com", "candidate")
brief = {
    "title": "Payments API",
    "role": "Backend Engineer",
    "techStack": "Python",
    "seniority": "Mid",
    "templateKey": "python-fastapi",
}
simulation = call("POST", f"{api}/api/simulations", recruiter, brief)["id"]


def invite(name, email):
    body = {"candidateName": name, "inviteEmail": email}
    return call("POST", f"{api}/api/simulations/{simulation}/invite", recruiter, body)


invited, waiting = invite("Ada", "ada@example.com"), invite("Bob", "bob@example.com")
session = invited["candidateSessionId"]
call("GET", f"{api}/api/candidate/session/{invited['token']}", ada)
current = call("GET", f"{api}/api/candidate/session/{session}/current_task", ada)
first = current["currentTask"]["id"]
text = {"contentText": "A plan."}
submission = call("POST", f"{api}/api/tasks/{first}/submit", ada, text, session)["submissionId"]
code = f"{api}/api/tasks/{first + 1}"
patiently("GET", f"{code}/codespace/status", token=ada, session=session)
run = patiently("POST", f"{code}/run", token=ada, body={}, session=session)["runId"]

known = {
    "simulations": [simulation],
    "sessions": [session, waiting["candidateSessionId"]],
    "own_sessions": [session],
    "submissions": [submission],
    "tasks": list(range(first, first + 5)),
    "runs": [run],
    "tokens": [invited["token"], waiting["token"]],
    "files": ["start.js", "swagger-ui.css"],
}
bindings = {
    "path.simulationId": "simulations",
    "path.candidateSessionId": "sessions",
    "path.submissionId": "submissions",
    "path.taskId": "tasks",
    "path.runId": "runs",
    "path.token": "tokens",
    "path.file": "files",
    "query.candidateSessionId": "sessions",
    "query.simulationId": "simulations",
    "query.taskId": "tasks",
    "header.x-candidate-session-id": "own_sessions",
}
settings = pathlib.Path(__file__).with_name("schemathesis.toml").read_text()
settings += "".join(f"\n[dictionaries.{name}]\nvalues = {json.dumps(values)}\n" for name, values in known.items())
settings += "\n[parameters]\n"
settings += "".join(
    f'"{name}" = {{ dictionary = "{values}", probability = 0.8 }}\n' for name, values in bindings.items()
)
document = call("GET", f"{api}/api/openapi.json")
# Systematic cases are built around the examples: with these they reach behind the first 404.
examples = {
    "SimulationId": simulation,
    "CandidateSessionId": session,
    "SubmissionId": submission,
    "TaskId": first + 1,
    "RunId": run,
}
for name, example in examples.items():
    document["components"]["schemas"][name]["example"] = example
for item in document["paths"].values():
    for operation in item.values():
        for parameter in operation.get("parameters", []):
            if parameter["name"] == "token":
                parameter["example"] = invited["token"]
document["servers"] = [{"url": "/"}]

into = pathlib.Path(folder)
(into / "openapi.json").write_text(json.dumps(document))
(into / "schemathesis.toml").write_text(settings)
(into / "recruiter.token").write_text(recruiter)
(into / "candidate.token").write_text(ada)
# The administrator shows a key, and no token.
(into / "administrator.token").write_text("none")
