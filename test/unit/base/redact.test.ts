import { expect, test } from "bun:test";
import { redactUrl } from "../../../src/base/redact.ts";

test.each([
  ["/hello?token=abc", "/hello?token=***"],
  ["/hello?name=Ada&API-Key=abc&x=1", "/hello?name=Ada&API-Key=***&x=1"],
  ["/hello?to%6ben=abc", "/hello?to%6ben=***"],
  ["/hello?token=a=b", "/hello?token=***"],
  ["/hello?%zz=abc", "/hello?%zz=abc"],
  ["/hello?tokens=3&token", "/hello?tokens=3&token"],
  ["/hello%3Ftoken=abc&x=1", "/hello%3Ftoken=***&x=1"],
  ["/hello%3fname%3DAda%26token%3Dabc%26x%3D1", "/hello%3fname%3DAda%26token%3D***%26x%3D1"],
  ["/hello?a=b?token=abc&key=c", "/hello?a=b?token=abc&key=***"],
  ["/token/abc", "/token/abc"],
])("%s is shown as %s", (url, shown) => {
  expect(redactUrl(url)).toBe(shown);
});
