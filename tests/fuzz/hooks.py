"""What schemathesis must know of the API that OpenAPI cannot say."""

import schemathesis


@schemathesis.hook
def filter_case(context, case):
    """Leaves out requests whose refusal no schema can foretell."""
    query = case.query if isinstance(case.query, dict) else {}
    pairs = [
        ("candidateSessionId", "candidate_session_id"),
        ("simulationId", "simulation_id"),
        ("taskId", "task_id"),
    ]
    # Each filter has two names, which must agree.
    return not any(a in query and b in query and query[a] != query[b] for a, b in pairs)
