// The calls of the web client's candidate pages, and exactly what it reads of each answer.
import type { Client, Schemas } from "./connection";
import { read } from "./connection";

interface Invite {
  candidateSessionId: number;
  simulationTitle: string;
  role: string;
  companyName: string;
  inviteToken: string | null;
  status: string;
  progress: { completed: number; total: number };
  expiresAt: string;
  lastActivityAt: string | null;
  isExpired: boolean;
}

export async function invites(client: Client): Promise<Invite[]> {
  return read(await client.GET("/api/candidate/invites"));
}

/// Claims the invite. The client tells invalid, expired and not verified by the status.
export async function follow(client: Client, token: string): Promise<number | string> {
  const { data, error, response } = await client.GET("/api/candidate/session/{token}", {
    params: { path: { token } },
  });
  if (data) {
    const shown: string[] = [data.status, data.simulation.title, data.simulation.role];
    return shown.length === 3 ? data.candidateSessionId : "";
  }
  return response.status === 410 ? "expired" : error.detail;
}

interface Task {
  id: number;
  dayIndex: number;
  title: string;
  description: string;
  type: string;
}

export async function currentTask(client: Client, session: number): Promise<Task | null> {
  const current = read(
    await client.GET("/api/candidate/session/{candidateSessionId}/current_task", {
      params: { path: { candidateSessionId: session } },
    }),
  );
  const done: number[] = current.completedTaskIds;
  return current.isComplete && done.length === 5 ? null : current.currentTask;
}

function on(session: number, taskId: number) {
  return { path: { taskId }, header: { "x-candidate-session-id": session } };
}

interface Workspace {
  repoUrl: string;
  repoFullName: string;
  codespaceUrl: string;
}

/// Asks for the workspace, and for its making where there is none.
export async function workspace(client: Client, session: number, taskId: number): Promise<Workspace | null> {
  const params = on(session, taskId);
  const status = await client.GET("/api/tasks/{taskId}/codespace/status", { params });
  if (status.data) return status.data;
  if (status.response.status !== 404) return null;
  return read(await client.POST("/api/tasks/{taskId}/codespace/init", { params, body: {} }));
}

export async function startRun(client: Client, session: number, taskId: number): Promise<number> {
  const params = on(session, taskId);
  return read(await client.POST("/api/tasks/{taskId}/run", { params, body: {} })).runId;
}

interface Run {
  status: "passed" | "failed" | "running" | "error";
  conclusion: Schemas["Conclusion"] | null;
  timeout: boolean;
  message: string | null;
  passed: number | null;
  failed: number | null;
  total: number | null;
  stdout: string | null;
  stderr: string | null;
  workflowUrl: string | null;
  commitSha: string | null;
}

export async function poll(client: Client, session: number, taskId: number, runId: number): Promise<Run> {
  const { header } = on(session, taskId);
  const params = { path: { taskId, runId }, header };
  return read(await client.GET("/api/tasks/{taskId}/run/{runId}", { params }));
}

interface HandedIn {
  submissionId: number;
  taskId: number;
  candidateSessionId: number;
  submittedAt: string;
  isComplete: boolean;
  progress: { completed: number; total: number };
}

export async function submit(
  client: Client,
  session: number,
  taskId: number,
  contentText?: string,
): Promise<HandedIn> {
  const body = contentText === undefined ? {} : { contentText };
  return read(await client.POST("/api/tasks/{taskId}/submit", { params: on(session, taskId), body }));
}
