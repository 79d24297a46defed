import { expect, test } from "bun:test";
import { toRuntimeKey } from "../../../src/api/runtime-key.ts";

test.each<[string, string | undefined, string]>([
  ["default/1", undefined, "default/1"],
  ["app/2", "9", "app/2"],
  ["default", undefined, "default/1"],
  ["default", "7", "default/7"],
  ["my.app", undefined, "my.app/1"],
  ["localhost", undefined, "default/1"],
  ["localhost:8081", "3", "default/3"],
  ["10.0.0.1:80", undefined, "default/1"],
  ["[::1]:80", undefined, "default/1"],
  ["p-c-exec-5.node.example.com:443", undefined, "default/5"],
  ["app.p-c-exec-5.node.example.com", undefined, "app/5"],
  ["app.p-c-exec-5.node.example.com", "6", "app/6"],
  ["a-exec-b", undefined, "a-exec-b"],
  ["example.com:8081", undefined, "example.com:8081"],
])("hostname %s with execId %s means %s", (hostname, execId, key) => {
  expect(toRuntimeKey(hostname, execId)).toBe(key);
});
