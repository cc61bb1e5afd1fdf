import { createServer } from "node:http";

export const app = createServer((request, response) => {
  if (request.url === "/health") {
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify({ status: "ok" }));
    return;
  }
  response.statusCode = 404;
  response.end();
});
