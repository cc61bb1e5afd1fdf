"""What schemathesis must know of the API that OpenAPI cannot say."""

import itertools

import schemathesis

ALIASES = [
    ("candidateSessionId", "candidate_session_id"),
    ("simulationId", "simulation_id"),
    ("taskId", "task_id"),
]
RESERVED = (".test", ".local", ".invalid", ".localhost")
NOBODYS_JOB = "00000000-0000-4000-8000-000000000000"
keys = itertools.count()


def is_good(case):
    return case.meta is None or case.meta.generation.mode.is_positive


@schemathesis.hook
def filter_case(context, case):
    """Each filter has two names, which must agree: no schema can say so."""
    query = case.query if isinstance(case.query, dict) else {}
    return not any(a in query and b in query and query[a] != query[b] for a, b in ALIASES)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Makes a good request really good."""
    if not is_good(case):
        return
    # A cursor is what an earlier page said: none can be made up.
    for place in (case.query, case.body):
        if isinstance(place, dict):
            place.pop("cursor", None)
    # An id that was read from an earlier answer, where it was null: as good as one that is not there.
    path = case.path_parameters
    if isinstance(path, dict) and path.get("jobId", "") in (None, "None", "null"):
        path["jobId"] = NOBODYS_JOB
    # A key that was used for other values is refused: every request has its own.
    if case.headers and "Idempotency-Key" in case.headers:
        case.headers["Idempotency-Key"] = f"fuzz-{next(keys)}"
    # Names that never receive mail are no addresses, for whose form they would be good.
    body = case.body if isinstance(case.body, dict) else {}
    address = body.get("inviteEmail")
    if isinstance(address, str) and address.lower().endswith(RESERVED):
        body["inviteEmail"] = f"{address}.example.com"
