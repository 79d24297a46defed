import { expect, test } from "bun:test";
import { OPERATIONS } from "../../../src/api/operations.ts";
import { ExecApiError, HoodyClient } from "../../../src/client/index.ts";
import { listeningApp } from "../../support/listening-app.ts";

test("there is a method for each operation, under the name that the documents give it", () => {
  const { exec } = new HoodyClient({ baseUrl: "http://127.0.0.1:1" });
  const ids = Object.entries(exec).flatMap(([group, methods]) =>
    Object.keys(methods).map((method) => `${group}.${method}`),
  );
  expect(ids.toSorted()).toEqual([...OPERATIONS.map(({ id }) => id), "execution.call"].toSorted());
});

test("the generated code is what bun run client writes, and its generator has nothing to complain about", async () => {
  const check = Bun.spawn([process.execPath, "scripts/client.ts", "--check"], {
    cwd: new URL("../../..", import.meta.url).pathname,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [said, complaints] = await Promise.all([
    new Response(check.stdout).text(),
    new Response(check.stderr).text(),
  ]);
  expect({ exitCode: await check.exited, said, complaints }).toEqual({
    exitCode: 0,
    said: expect.not.stringMatching(/warn|deprecat|error|⚠/i),
    complaints: "",
  });
}, 60_000);

test("a method sends its body and its query, and answers the success body", async () => {
  await using app = await listeningApp({});
  const { exec } = new HoodyClient({ baseUrl: `${app.url}/` });
  const written = await exec.scripts.write({ path: "hi.js", content: "return req.method" }, { execId: "2" });
  expect(written).toMatchObject({ created: true, resolvedPath: "default/2/hi.js" });
  expect((await exec.scripts.list({ execId: "2" })).count).toBe(1);
  expect((await exec.health.check()).status).toBe("ok");
  expect(await exec.system.openapiYaml()).toStartWith("openapi:");
});

test("a refusal is thrown with its status, code, details and the id of the request", async () => {
  await using app = await listeningApp({});
  const { exec } = new HoodyClient({ baseUrl: app.url });
  const refusal = await exec.scripts.read({ path: "../x" }).catch((thrown: unknown) => thrown);
  expect(refusal).toBeInstanceOf(ExecApiError);
  expect(refusal).toMatchObject({ status: 403, code: "ERROR_403", requestId: expect.any(String) });
});

test("an answer that is not in our envelope is explained by its status", async () => {
  using proxy = Bun.serve({ port: 0, fetch: () => new Response("<h1>Bad gateway</h1>", { status: 502 }) });
  const { exec } = new HoodyClient({ baseUrl: proxy.url.href });
  await expect(exec.health.check()).rejects.toMatchObject({ status: 502, code: "" });
});

test("the token and further headers go along with every call", async () => {
  using server = Bun.serve({
    port: 0,
    fetch: (request) => Response.json(Object.fromEntries(request.headers)),
  });
  const { exec } = new HoodyClient({ baseUrl: server.url.href, token: "t0ken", headers: { "x-team": "a" } });
  expect(await exec.validate.script({ code: "" })).toMatchObject({
    authorization: "Bearer t0ken",
    "x-team": "a",
    "content-type": "application/json",
  } as never);
});

test("a call that takes longer than its limit is given up", async () => {
  using server = Bun.serve({ port: 0, fetch: () => new Promise<Response>(() => undefined) });
  const { exec } = new HoodyClient({ baseUrl: server.url.href, timeoutMs: 20 });
  await expect(exec.health.check()).rejects.toMatchObject({ name: "TimeoutError" });
  await server.stop(true);
});

test("a stream lasts longer than the limit of a call", async () => {
  await using app = await listeningApp({ "logged.js": "// @log-level standard\nreturn 1" });
  const { exec } = new HoodyClient({ baseUrl: app.url, timeoutMs: 300 });
  await app.get("/logged");
  const stream = (await exec.logs.stream({ file: "default-1.log" })) as unknown as Response;
  const reader = (stream.body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  await Bun.sleep(500);
  await app.get("/logged?n=2");
  expect(new TextDecoder().decode((await reader.read()).value)).toContain("/logged?n=2");
  await reader.cancel();
});

test("a script is called by its path, and its answer is whatever it is", async () => {
  await using app = await listeningApp({ "echo.js": "return Response.json(req.body, { status: 418 })" });
  const { exec } = new HoodyClient({ baseUrl: app.url });
  const answer = await exec.execution.call("/echo?x=1", {
    method: "POST",
    headers: { "content-type": "text/plain" },
    body: "tea",
  });
  expect([answer.status, await answer.json()]).toEqual([418, "tea"]);
});

test("a client for a container has the address that the configuration makes of it", async () => {
  const asked: string[] = [];
  const record = (async (url: string) => {
    asked.push(url);
    return Response.json({});
  }) as unknown as typeof fetch;
  const client = new HoodyClient({
    baseUrl: "http://one.example",
    containerUrl: "https://{projectId}-{containerId}-exec-{execId}.{node}.example.com",
    fetch: record,
  });
  const scoped = await client.withContainer({ containerId: "c", projectId: "p", node: "n" });
  await scoped.exec.health.check();
  await client.exec.health.check();
  expect(asked).toEqual([
    "https://p-c-exec-1.n.example.com/api/v1/exec/health",
    "http://one.example/api/v1/exec/health",
  ]);
  await expect(client.withContainer("c")).rejects.toThrow("withContainer needs projectId");
  const alone = await new HoodyClient({ baseUrl: "http://one.example", fetch: record }).withContainer("c");
  await alone.exec.health.check();
  expect(asked.at(-1)).toBe("http://one.example/api/v1/exec/health");
});

test("without an address there is no client", () => {
  expect(() => new HoodyClient({} as never)).toThrow("baseUrl");
});
