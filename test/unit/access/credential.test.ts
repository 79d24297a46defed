import { describe, expect, test } from "bun:test";
import { presentedToken } from "../../../src/access/credential.ts";

const find = (headers: Record<string, string>, query = "", isStream = false) =>
  presentedToken({ headers: new Headers(headers), url: `http://localhost/x${query}`, isStream });

const ALL = {
  authorization: "Bearer a",
  "x-api-key": "b",
  "sec-websocket-protocol": "chat, api-key.e",
};

describe("the first place that holds a token decides", () => {
  test.each<[string | null, Record<string, string>, string]>([
    ["a", ALL, "?api_key=c&token=d"],
    ["b", { ...ALL, authorization: "" }, "?api_key=c&token=d"],
    ["b", { ...ALL, authorization: "Basic eDp5" }, "?api_key=c&token=d"],
    ["c", { "sec-websocket-protocol": "api-key.e" }, "?token=d&api_key=c"],
    ["d", { "sec-websocket-protocol": "api-key.e" }, "?api_key=&token=d"],
    ["a b", {}, "?token=a%20b"],
    ["e", { "sec-websocket-protocol": "chat, api-key.e" }, ""],
    [null, { "sec-websocket-protocol": "chat, api-key." }, ""],
    [null, {}, "?tokens=x"],
  ])("%p for a stream", (token, headers, query) => {
    expect(find(headers, query, true)).toBe(token);
  });

  test("what a header can carry is looked for in no URL", () => {
    expect(find({}, "?api_key=c&token=d")).toBeNull();
    expect(find({ "sec-websocket-protocol": "api-key.e" })).toBeNull();
  });
});

describe("Authorization", () => {
  test.each([
    ["Bearer abc", "abc"],
    ["bearer   abc", "abc"],
    ["Bearer a b", "a b"],
    ["Bearer a, Bearer b", "a, Bearer b"],
  ])("%j presents %j", (authorization, token) => {
    expect(find({ authorization })).toBe(token);
  });

  test.each(["Bearer", "Bearer ", "Bearerabc", "Basic abc", "abc"])(
    "%j presents nothing",
    (authorization) => {
      expect(find({ authorization })).toBeNull();
    },
  );
});
