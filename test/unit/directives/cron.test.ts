import { expect, test } from "bun:test";
import { cron } from "../../../src/directives/cron.ts";

test.each(["* * * * *", "0 0 1 1 0", "59 23 31 12 7", "*/15 0-6/2 1,15 jan-mar,12 SUN,sat", "5/10 * * * *"])(
  "accepts %s",
  (expression) => {
    expect(cron.parse(expression)).toEqual({ kind: "value", value: expression });
  },
);

test.each([
  "",
  "* * * *",
  "* * * * * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * 32 * *",
  "* * * 13 * ",
  "* * * * 8",
  "5-1 * * * *",
  "*/0 * * * *",
  "*/60 * * * *",
  "*-5 * * * *",
  "1,,2 * * * *",
  "? * * * *",
  "mon * * * *",
  "-1 * * * *",
  "@every 5m",
  "every five minutes",
])("refuses %s", (expression) => {
  expect(cron.parse(expression).kind).toBe("unusable");
});

test.each(["@hourly", "@daily", "@weekly", "@monthly", "@yearly", "@annually", "@midnight"])(
  "accepts %s",
  (word) => {
    expect(cron.parse(word)).toEqual({ kind: "value", value: word });
  },
);

test.each([
  ['"*/5 * * * *"', "*/5 * * * *"],
  ["'@daily'", "@daily"],
  ["`0 9 * * 1`", "0 9 * * 1"],
  ["0   9 *\t* 1", "0 9 * * 1"],
])("strips quotes and surplus white space of %s", (text, value) => {
  expect(cron.parse(text)).toEqual({ kind: "value", value });
});

test("an opening quote alone is not stripped", () => {
  expect(cron.parse('"* * * * *').kind).toBe("unusable");
});
