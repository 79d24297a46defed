import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { cron } from "../../../src/directives/cron.ts";
import { NextFire } from "../../../src/schedules/next-fire.ts";

const MINUTE_MS = 60_000;
const at = (text: string) => Date.parse(text);
const next = (expression: string, after: string) => {
  const found = new NextFire().after(expression, at(after));
  return found === null ? null : new Date(found).toISOString().slice(0, 16);
};

describe("the next fire", () => {
  test.each([
    ["* * * * *", "2026-01-15T10:30:00Z", "2026-01-15T10:31"],
    ["* * * * *", "2026-01-15T10:29:59.999Z", "2026-01-15T10:30"],
    ["*/5 * * * *", "2026-01-15T10:31:12Z", "2026-01-15T10:35"],
    ["5/20 * * * *", "2026-01-15T10:31:12Z", "2026-01-15T10:45"],
    ["0 9 * * mon-fri", "2026-01-16T09:00:00Z", "2026-01-19T09:00"],
    ["0 0 * * 7", "2026-01-15T00:00:00Z", "2026-01-18T00:00"],
    ["0 0 13 * fri", "2026-01-15T00:00:00Z", "2026-01-16T00:00"], // either of them, as cron does
    ["0 0 29 2 *", "2026-01-15T00:00:00Z", "2028-02-29T00:00"],
    ["0 0 29 2 *", "2096-03-01T00:00:00Z", "2104-02-29T00:00"],
    ["@hourly", "2026-01-15T10:30:00Z", "2026-01-15T11:00"],
    ["@daily", "2026-01-15T10:30:00Z", "2026-01-16T00:00"],
    ["@midnight", "2026-01-15T10:30:00Z", "2026-01-16T00:00"],
    ["@weekly", "2026-01-15T10:30:00Z", "2026-01-18T00:00"],
    ["@monthly", "2026-01-15T10:30:00Z", "2026-02-01T00:00"],
    ["@yearly", "2026-01-15T10:30:00Z", "2027-01-01T00:00"],
    ["@annually", "2026-01-15T10:30:00Z", "2027-01-01T00:00"],
    ["0 0 30 2 *", "2026-01-15T00:00:00Z", null],
    ["0 0 31 4,6,9,11 *", "2026-01-15T00:00:00Z", null],
  ])("of %s after %s is %s", (expression, after, expected) => {
    expect(next(expression, after)).toBe(expected);
  });

  test("knows no daylight saving time", () => {
    const zone = process.env["TZ"];
    process.env["TZ"] = "Europe/Berlin";
    try {
      expect(next("30 2 * * *", "2026-03-29T00:00:00Z")).toBe("2026-03-29T02:30");
      expect(next("30 2 * * *", "2026-10-25T00:00:00Z")).toBe("2026-10-25T02:30");
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });

  test("is what a look at every minute finds, for every expression that the directive takes", () => {
    const field = (min: number, max: number) => {
      const value = fc.integer({ min, max });
      const range = fc.tuple(value, value).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`);
      const step = fc.integer({ min: 1, max });
      const item = fc.oneof(value.map(String), range);
      const stepped = fc
        .tuple(item, fc.option(step))
        .map(([what, by]) => (by === null ? what : `${what}/${by}`));
      return fc.oneof(
        fc.constant("*"),
        step.map((by) => `*/${by}`),
        stepped,
        fc.tuple(stepped, stepped).map((both) => both.join(",")),
      );
    };
    const expression = fc
      .tuple(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 7))
      .map((fields) => fields.join(" "));
    const moment = fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2029-01-01T00:00:00Z") });
    fc.assert(
      fc.property(expression, moment, (text, afterMs) => {
        expect(cron.parse(text).kind).toBe("value");
        const found = new NextFire().after(text, afterMs);
        expect(found === null || found > afterMs).toBe(true);
        if (found !== null) expect(isDue(text, found)).toBe(true);
        // The first day; further ones would take long to look at.
        const lastMs = Math.min(found ?? Number.POSITIVE_INFINITY, afterMs + 1440 * MINUTE_MS);
        for (let ms = Math.floor(afterMs / MINUTE_MS + 1) * MINUTE_MS; ms < lastMs; ms += MINUTE_MS) {
          if (isDue(text, ms)) throw new Error(`${text} is due at ${new Date(ms).toISOString()}`);
        }
      }),
      { numRuns: 40 },
    );
  });

  test("is the same whether or not the expression was asked for before, later and earlier", () => {
    const one = new NextFire();
    for (const after of [
      "2026-01-15T10:31:00Z",
      "2026-01-15T10:34:59Z",
      "2026-01-15T10:35:00Z",
      "2026-01-15T09:00:00Z",
    ]) {
      expect(one.after("*/5 * * * *", at(after))).toBe(new NextFire().after("*/5 * * * *", at(after)));
    }
  });

  test("more expressions than are kept are computed all the same", () => {
    const one = new NextFire();
    for (let round = 0; round < 2; round++) {
      for (let minute = 0; minute < 60; minute++) {
        for (const hour of [3, 4]) {
          const expected = Date.UTC(2026, 0, 16, hour, minute);
          expect(one.after(`${minute} ${hour} * * *`, at("2026-01-15T10:30:00Z"))).toBe(expected);
        }
      }
    }
  });
});

/** The rules of cron, read slowly: fields in UTC, and either of day and weekday when both are restricted. */
function isDue(expression: string, ms: number): boolean {
  const date = new Date(ms);
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = expression.split(" ");
  const isDay = holds(day, date.getUTCDate(), 1, 31);
  const isWeekday =
    holds(weekday, date.getUTCDay(), 0, 6) || (date.getUTCDay() === 0 && holds(weekday, 7, 0, 6));
  const isEither = day === "*" || weekday === "*" ? isDay && isWeekday : isDay || isWeekday;
  return (
    ms % MINUTE_MS === 0 &&
    holds(minute, date.getUTCMinutes(), 0, 59) &&
    holds(hour, date.getUTCHours(), 0, 23) &&
    holds(month, date.getUTCMonth() + 1, 1, 12) &&
    isEither
  );
}

function holds(field: string, value: number, min: number, max: number): boolean {
  return field.split(",").some((item) => {
    const [what = "", step] = item.split("/");
    const [from, to] =
      what === "*"
        ? [min, max]
        : what.includes("-")
          ? what.split("-").map(Number)
          : [Number(what), step ? max : Number(what)];
    if (from === undefined || to === undefined || value < from || value > to) return false;
    return step === undefined || (value - from) % Number(step) === 0;
  });
}
