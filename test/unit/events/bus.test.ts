import { expect, test } from "bun:test";
import { EventBus, type ServerEvent } from "../../../src/events/bus.ts";
import { FakeClock } from "../../support/fake-clock.ts";

const busOf = (queueMax = 10) => new EventBus({ clock: new FakeClock(), node: "here", queueMax });

const say = (bus: EventBus, path: string) =>
  bus.emit("script.deleted", { path, scope: "default/1", source: "api" }, "req-1");

async function take(events: AsyncIterable<ServerEvent>, count: number): Promise<ServerEvent[]> {
  const taken: ServerEvent[] = [];
  for await (const event of events) if (taken.push(event) === count) break;
  return taken;
}

test("a subscriber reads every event since it began, in order, in the envelope of the contract", async () => {
  const bus = busOf();
  say(bus, "before");
  using events = bus.subscribe();
  for (const path of ["a", "b"]) say(bus, path);
  const [first, second] = await take(events, 2);
  expect(first).toEqual({
    type: "script.deleted",
    payload: { path: "a", scope: "default/1", source: "api" },
    timestamp: new FakeClock().now().toISOString(),
    sequence: 2,
    channel: "scripts",
    correlation_id: "req-1",
    node: "here",
  });
  expect(second?.sequence).toBe(3);
});

test("a reader that waits is woken by the next event", async () => {
  const bus = busOf();
  using events = bus.subscribe();
  const read = take(events, 1);
  await Promise.resolve();
  say(bus, "late");
  expect((await read)[0]?.payload).toMatchObject({ path: "late" });
});

test("a slow subscriber loses the newest and is told how many; others lose nothing", async () => {
  const bus = busOf(2);
  using slow = bus.subscribe();
  using quick = bus.subscribe();
  const read = take(quick, 3);
  for (const path of ["a", "b", "c"]) {
    say(bus, path);
    await Bun.sleep(0);
  }
  expect((await read).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
  expect([slow.dropped, quick.dropped, bus.dropped]).toEqual([1, 0, 1]);
  expect((await take(slow, 2)).map(({ sequence }) => sequence)).toEqual([1, 2]);
});

test("a subscription that has ended takes nothing any more, and its reader comes to an end", async () => {
  const bus = busOf();
  const events = bus.subscribe();
  say(bus, "a");
  const read = take(events, 10);
  events[Symbol.dispose]();
  say(bus, "b");
  expect((await read).map(({ payload }) => payload)).toMatchObject([{ path: "a" }]);
  expect(bus.subscribers).toBe(0);
});
