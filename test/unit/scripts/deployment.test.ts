import { describe, expect, test } from "bun:test";
import { parseDeployment } from "../../../src/scripts/deployment.ts";

describe("parseDeployment", () => {
  const rows: readonly [host: string, key: string | null][] = [
    ["localhost", "default/1"],
    ["localhost:8081", "default/1"],
    ["127.0.0.1:80", "default/1"],
    ["[::1]:8081", "default/1"],
    ["", "default/1"],
    ["example.com", "default/1"],
    ["a/../b", "default/1"],
    ["u@evil", "default/1"],
    ["x".repeat(10_000), "default/1"],
    ["p1-c1-exec-2.node.hoody.icu", "default/2"],
    ["P1-C1-EXEC-A9.Node.Hoody.icu:443", "default/a9"],
    ["p1-c1-exec-2", "default/2"],
    ["app.p1-c1-exec-2.node.hoody.icu", "app/2"],
    ["a.b.p1-c1-exec-2.node.hoody.icu", "a.b/2"],
    ["default.p1-c1-exec-2.node.hoody.icu", "default/2"],
    ["default.app.p1-c1-exec-2.node.hoody.icu", "app/2"],
    ["x-exec-1.p1-c1-exec-2.node.hoody.icu", "x-exec-1/2"],
    ["p1-c1-exec-.node.hoody.icu", null],
    ["p1-exec-1.node.hoody.icu", null],
    ["-exec-1.node.hoody.icu", null],
    ["p1-c1-exec-a-b.node.hoody.icu", null],
    [`p1-c1-exec-${"a".repeat(65)}.node.hoody.icu`, null],
    ["a/../p1-c1-exec-2.node.hoody.icu", null],
    ["u@p1-c1-exec-2.node.hoody.icu", null],
    ["p1-c1-exec-2.node.hoody.icu, p1-c1-exec-3.node.hoody.icu", null],
    [".p1-c1-exec-2.node.hoody.icu", null],
    ["a..p1-c1-exec-2.node.hoody.icu", null],
    ["node_modules.p1-c1-exec-2.node.hoody.icu", null],
    ["_hoody.p1-c1-exec-2.node.hoody.icu", null],
    [`${"a.".repeat(5000)}p1-c1-exec-2.node`, null],
  ];
  test.each(rows)("%.60s leads to %s", (host, key) => {
    expect(parseDeployment(host)?.key ?? null).toBe(key);
  });

  test("a Host that names project and container says which", () => {
    expect(parseDeployment("app.p1-c1-exec-2.node.hoody.icu")).toEqual({
      subdomain: "app",
      execId: "2",
      key: "app/2",
      projectId: "p1",
      containerId: "c1",
    });
    expect(parseDeployment("localhost")).toMatchObject({ projectId: null, containerId: null });
  });
});
