// A typed connection to the API, by the types that openapi-typescript makes of docs/openapi.json.
import createClient from "openapi-fetch";
import type { components, paths } from "./api";

export type Schemas = components["schemas"];
export type Client = ReturnType<typeof connect>;

export function connect(baseUrl: string, token: string) {
  const headers = { authorization: `Bearer ${token}`, "x-tenon-request-id": crypto.randomUUID() };
  return createClient<paths>({ baseUrl, headers });
}

/// An error as the web client shows it.
export class Refused extends Error {
  constructor(readonly problem: Schemas["Problem"]) {
    super(problem.detail);
  }
}

type Answer<Data> = { data: Data; error?: never } | { data?: never; error: Schemas["Problem"] };

export function read<Data>(answer: Answer<Data>): Data {
  if (answer.error !== undefined) throw new Refused(answer.error);
  return answer.data;
}
