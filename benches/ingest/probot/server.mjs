// Probot with a handler that does nothing, at an address that it prints.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createNodeMiddleware, createProbot } from "probot";

const pem = (type) => ({ type, format: "pem" });
const { privateKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  privateKeyEncoding: pem("pkcs1"),
  publicKeyEncoding: pem("spki"),
});
const probot = createProbot({
  overrides: { appId: 1, privateKey, secret: process.env.WEBHOOK_SECRET, logLevel: "error" },
});
const middleware = await createNodeMiddleware((app) => app.on("pull_request", () => {}), {
  probot,
  webhooksPath: "/webhooks/github",
});
const server = createServer((request, response) => middleware(request, response, () => response.writeHead(404).end()));
server.listen(0, "127.0.0.1", () => console.log(`127.0.0.1:${server.address().port}`));
