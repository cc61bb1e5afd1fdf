// Cuts GitHub's own OpenAPI description to the operations that Tenon calls, and turns it into plain
// JSON Schema: one line per operation and per definition.
//
//   cd infra/local/github-api
//   npm pack @octokit/openapi@23.0.2 && tar xzf octokit-openapi-23.0.2.tgz
//   node extract.mjs package/generated/api.github.com.json > github.json
//   rm -r package *.tgz
//
// `.ci/github-api` does that elsewhere and compares. No build and no test needs node or npm.

import { readFileSync } from "node:fs";

// THE list. An operation that is not in it is one the local GitHub may not offer.
const OPERATIONS = [
  "GET /app",
  "POST /app/installations/{installation_id}/access_tokens",
  "GET /orgs/{org}/installation",
  "GET /repos/{owner}/{repo}/installation",
  "GET /users/{username}/installation",
  "GET /user",
  "GET /user/{account_id}",
  "GET /users/{username}",
  "GET /rate_limit",
  "GET /repos/{owner}/{repo}",
  "PATCH /repos/{owner}/{repo}",
  "DELETE /repos/{owner}/{repo}",
  "POST /repos/{template_owner}/{template_repo}/generate",
  "GET /repos/{owner}/{repo}/branches/{branch}",
  "GET /repos/{owner}/{repo}/collaborators",
  "GET /repos/{owner}/{repo}/collaborators/{username}",
  "PUT /repos/{owner}/{repo}/collaborators/{username}",
  "DELETE /repos/{owner}/{repo}/collaborators/{username}",
  "GET /repos/{owner}/{repo}/collaborators/{username}/permission",
  "GET /repos/{owner}/{repo}/invitations",
  "PATCH /repos/{owner}/{repo}/invitations/{invitation_id}",
  "DELETE /repos/{owner}/{repo}/invitations/{invitation_id}",
  "GET /repos/{owner}/{repo}/contents/{path}",
  "PUT /repos/{owner}/{repo}/contents/{path}",
  "POST /repos/{owner}/{repo}/git/refs",
  "GET /repos/{owner}/{repo}/git/ref/{ref}",
  "GET /repos/{owner}/{repo}/git/trees/{tree_sha}",
  "GET /repos/{owner}/{repo}/commits/{ref}",
  "GET /repos/{owner}/{repo}/compare/{basehead}",
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}",
  "POST /repos/{owner}/{repo}/actions/workflows/{workflow_id}/dispatches",
  "GET /repos/{owner}/{repo}/actions/workflows/{workflow_id}/runs",
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}",
  "GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts",
  "GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}",
];

// What GitHub serves and does not describe, and the operation that it is like.
const LIKE = {
  // Every repository's own `url` redirects there once it was renamed.
  "GET /repositories/{repository_id}": "GET /repos/{owner}/{repo}",
  // The root of a repository, with and without the slash.
  "GET /repos/{owner}/{repo}/contents": "GET /repos/{owner}/{repo}/contents/{path}",
};

// Words of a schema that say nothing about a value's validity, or that OpenAPI 3.0 alone knows.
const SILENT = new Set(["description", "example", "examples", "title", "default", "externalDocs",
  "deprecated", "discriminator", "readOnly", "writeOnly", "nullable", "xml"]);

const description = JSON.parse(readFileSync(process.argv[2], "utf8"));
const wanted = new Set();

const resolved = (value) =>
  value?.$ref ? resolved(value.$ref.slice(2).split("/").reduce((at, name) => at[name], description)) : value;

function schema(from) {
  if (from === undefined) return undefined;
  if (from.$ref) {
    const name = from.$ref.replace("#/components/schemas/", "");
    wanted.add(name);
    return { $ref: `#/$defs/${name}` };
  }
  const to = {};
  for (const [word, value] of Object.entries(from)) {
    if (SILENT.has(word) || word.startsWith("x-")) continue;
    if (word === "properties") {
      to[word] = Object.fromEntries(Object.entries(value).map(([name, of]) => [name, schema(of)]));
    } else if (["items", "not", "additionalProperties"].includes(word)) {
      to[word] = typeof value === "object" ? schema(value) : value;
    } else if (["allOf", "anyOf", "oneOf"].includes(word)) {
      // A defect of the description: its alternatives overlap (a plain error is both forms of the 409 of
      // `PUT contents`), so that what GitHub does answer fits more than one.
      to[word === "oneOf" ? "anyOf" : word] = value.map(schema);
    } else {
      to[word] = value;
    }
  }
  return from.nullable ? { anyOf: [{ type: "null" }, to] } : to;
}

const json = (content) => schema(Object.entries(content ?? {}).find(([type]) => /json/.test(type))?.[1].schema);

function operation(name, of = name) {
  const [method, path] = name.split(" ");
  const [ofMethod, ofPath] = of.split(" ");
  const item = description.paths[ofPath];
  const from = item?.[ofMethod.toLowerCase()];
  if (!from) throw new Error(`GitHub describes no ${of}`);
  const parameters = [...(item.parameters ?? []), ...(from.parameters ?? [])].map(resolved);
  const named = (place) => Object.fromEntries(parameters.filter((it) => it.in === place)
    .map((it) => [it.name, schema(it.schema)]));
  const inPath = Object.entries(named("path")).filter(([name]) => path.includes(`{${name}}`));
  const body = resolved(from.requestBody);
  const responses = Object.entries(from.responses).map(([status, it]) => {
    return [status, json(resolved(it).content) ?? null];
  });
  return {
    method,
    path,
    pathParameters: path === ofPath ? Object.fromEntries(inPath) : {},
    queryParameters: named("query"),
    body: json(body?.content) ?? null,
    bodyRequired: body?.required ?? false,
    responses: Object.fromEntries(responses),
  };
}

const operations = [
  ...OPERATIONS.map((name) => operation(name)),
  ...Object.entries(LIKE).map(([name, of]) => operation(name, of)),
];
wanted.add("basic-error");
const definitions = {};
// A set is walked to its end, what is added on the way included.
for (const name of wanted) definitions[name] = schema(description.components.schemas[name]);

const lines = (rows) => rows.map((row) => `    ${row}`).join(",\n");
const { version, license } = description.info;
process.stdout.write(`{
  "source": ${JSON.stringify({ package: "@octokit/openapi", version, license: license.name })},
  "operations": [
${lines(operations.map((it) => JSON.stringify(it)))}
  ],
  "$defs": {
${lines(Object.entries(definitions).sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, it]) => `${JSON.stringify(name)}: ${JSON.stringify(it)}`))}
  }
}
`);
