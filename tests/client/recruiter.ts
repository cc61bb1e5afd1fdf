// The calls of the web client's recruiter pages, and exactly what it reads of each answer.
import type { Client, Schemas } from "./connection";
import { read } from "./connection";

export async function me(client: Client): Promise<{ name: string; email: string; role: string }> {
  return read(await client.GET("/api/auth/me"));
}

type Row = Pick<
  Schemas["SimulationRow"],
  "id" | "title" | "role" | "createdAt" | "templateKey" | "candidateCount"
>;

export async function simulations(client: Client): Promise<Row[]> {
  return read(await client.GET("/api/simulations"));
}

export async function createSimulation(client: Client, focus: string): Promise<number> {
  const body = {
    title: "Payments API",
    role: "Backend Engineer",
    techStack: "Python, FastAPI",
    seniority: "Mid",
    templateKey: "python-fastapi" as const,
    ...(focus === "" ? {} : { focus }),
  };
  const made = read(await client.POST("/api/simulations", { body }));
  return made.id;
}

interface PlanDay {
  dayIndex: number;
  title: string;
  type: "design" | "code" | "debug" | "handoff" | "documentation";
  description: string;
  rubric: Record<string, unknown> | null;
  repoUrl?: string;
  repoFullName?: string;
}

export async function plan(client: Client, simulationId: number): Promise<PlanDay[]> {
  const path = { simulationId };
  const simulation = read(await client.GET("/api/simulations/{simulationId}", { params: { path } }));
  const shown: string[] = [simulation.title, simulation.role, simulation.techStack];
  shown.push(simulation.focus, simulation.scenario, simulation.templateKey);
  return simulation.tasks;
}

interface Candidate {
  candidateSessionId: number;
  inviteEmail: string;
  candidateName: string;
  status: "not_started" | "in_progress" | "completed" | "expired";
  startedAt: string | null;
  completedAt: string | null;
  inviteEmailStatus: string;
  inviteEmailSentAt: string | null;
  inviteUrl: string | null;
  hasReport: boolean;
  verified: boolean;
  progress: { current: number; total: number };
}

export async function candidates(client: Client, simulationId: number): Promise<Candidate[]> {
  const path = { simulationId };
  return read(await client.GET("/api/simulations/{simulationId}/candidates", { params: { path } }));
}

interface Invited {
  inviteUrl: string;
  token: string;
  candidateSessionId: number;
}

/// The one code that the client knows is `candidate_already_completed`.
export async function invite(
  client: Client,
  simulationId: number,
): Promise<Invited | "completed" | "refused"> {
  const { data, error, response } = await client.POST("/api/simulations/{simulationId}/invite", {
    params: { path: { simulationId } },
    body: { candidateName: "Ada Example", inviteEmail: "ada@example.com" },
  });
  if (data) return data;
  const code: string | undefined = error.error?.code;
  return response.status === 409 && code === "candidate_already_completed" ? "completed" : "refused";
}

/// The state of the mail, or how many seconds to wait.
export async function resend(
  client: Client,
  simulationId: number,
  candidateSessionId: number,
): Promise<Schemas["InviteMail"] | number> {
  const { data, error } = await client.POST(
    "/api/simulations/{simulationId}/candidates/{candidateSessionId}/invite/resend",
    { params: { path: { simulationId, candidateSessionId } } },
  );
  return data ?? error.retryAfterSeconds ?? 30;
}

interface Submitted {
  submissionId: number;
  dayIndex: number;
  submittedAt: string;
  type: string;
}

export async function submissions(client: Client, session: number, simulation: number): Promise<Submitted[]> {
  const query = {
    candidateSessionId: session,
    candidate_session_id: session,
    simulationId: simulation,
    simulation_id: simulation,
  };
  const { items } = read(await client.GET("/api/submissions", { params: { query } }));
  return items;
}

export async function submission(client: Client, submissionId: number): Promise<string[]> {
  const path = { submissionId };
  const found = read(await client.GET("/api/submissions/{submissionId}", { params: { path } }));
  const { task, code, diffSummary, testResults: tests } = found;
  const lines: string[] = [`${task.dayIndex} ${task.type} ${task.title} ${task.prompt}`];
  lines.push(found.contentText ?? "", found.submittedAt, found.commitUrl ?? "", found.diffUrl ?? "");
  if (code) lines.push(code.repoPath, code.repoFullName, code.repoUrl);
  for (const [key, value] of Object.entries(diffSummary ?? {})) lines.push(`${key}: ${String(value)}`);
  if (tests) {
    const counts: (number | null)[] = [tests.passed, tests.failed, tests.total];
    lines.push(counts.join("/"), tests.stdout ?? "", tests.stderr ?? "");
    lines.push(tests.workflowRunId ?? "", tests.runStatus ?? "", tests.conclusion ?? "");
    lines.push(String(tests.timeout), tests.workflowUrl ?? "", tests.commitUrl);
  }
  return lines;
}
