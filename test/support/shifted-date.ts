/**
 * Preloaded into a process whose clock is to show another time: `CLOCK_OFFSET_MS` more than the machine's.
 *
 * @see `atSecond` in test/e2e/schedules.test.ts
 */
const offsetMs = Number(process.env["CLOCK_OFFSET_MS"] ?? 0);
const RealDate = Date;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args: [], newTarget) =>
    Reflect.construct(target, args.length === 0 ? [RealDate.now() + offsetMs] : args, newTarget),
  get: (target, key) => (key === "now" ? () => RealDate.now() + offsetMs : Reflect.get(target, key)),
});
