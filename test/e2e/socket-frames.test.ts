import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type ServerProcess, startProcess } from "../support/process.ts";
import { closeFrame, closePayload, frame, inShort, OPCODE, RawSocket } from "../support/raw-socket.ts";

/**
 * Frames as a client may send them, right and wrong, against the real process (RFC 6455 §5 to §8).
 *
 * A row says what the standard asks for. Where the runtime does something else, `seen` says what, and `deviation` why
 * that is bearable.
 */
interface Row {
  readonly frames: readonly Buffer[];
  /** What comes back, in order; the socket must still work afterwards, unless the last one is a close. */
  readonly answers: readonly string[];
  /** What comes back instead. */
  readonly seen?: readonly string[];
  readonly deviation?: string;
}

/** Bytes that one message may have in these tests. */
const MESSAGE_BYTES_MAX = 70_000;

const ECHO = `// @mode worker
// @websocket
ws.message = (socket, data) => socket.send(data);
ws.close = (socket, code, reason) => console.log("closed with", code, JSON.stringify(reason));`;

const text = (payload: string | Uint8Array, options = {}) =>
  frame(payload, { opcode: OPCODE.text, ...options });
const binary = (payload: string | Uint8Array, options = {}) =>
  frame(payload, { opcode: OPCODE.binary, ...options });
const more = (payload: string | Uint8Array, options = {}) =>
  frame(payload, { opcode: OPCODE.continuation, ...options });
const ping = (payload: string | Uint8Array = "", options = {}) =>
  frame(payload, { opcode: OPCODE.ping, ...options });
const pong = (payload: string | Uint8Array = "", options = {}) =>
  frame(payload, { opcode: OPCODE.pong, ...options });
const bytes = (...values: number[]) => Buffer.from(values);
const hex = (value: string) => Buffer.from(value).toString("hex");
const START = { fin: false };

const PROTOCOL_ERROR = ["close 1002"];
const NOT_TEXT = ["close 1007"];
const TOO_LARGE = ["close 1009"];

const LENIENT =
  "Bun takes a length that is written with more bytes than it needs (RFC 6455 §5.2 asks for the shortest); the message is the same, and nothing in front of the server can take it for another";
const OTHER_CODE =
  "The connection ends as it should; only the code is the one of a message that is too large";

/** Texts whose bytes are no UTF-8 (Unicode 17 §3.9, table 3-7). */
const NO_UTF8: Readonly<Record<string, Uint8Array>> = {
  "a byte that begins nothing": bytes(0xff),
  "a continuation byte alone": bytes(0x80),
  "an overlong slash in two bytes": bytes(0xc0, 0xaf),
  "an overlong slash in three bytes": bytes(0xe0, 0x80, 0xaf),
  "an overlong slash in four bytes": bytes(0xf0, 0x80, 0x80, 0xaf),
  "an overlong NUL": bytes(0xc0, 0x80),
  "a high surrogate": bytes(0xed, 0xa0, 0x80),
  "a low surrogate": bytes(0xed, 0xbf, 0xbf),
  "a pair of surrogates": bytes(0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80),
  "a code point past U+10FFFF": bytes(0xf4, 0x90, 0x80, 0x80),
  "a sequence of five bytes": bytes(0xf8, 0x88, 0x80, 0x80, 0x80),
  "a character cut in the middle": bytes(0x68, 0xe2, 0x82),
  "a wrong second byte": bytes(0xe2, 0x28, 0xa1),
  "a good text with one bad byte at its end": Buffer.concat([Buffer.from("x".repeat(200)), bytes(0xfe)]),
};

const UTF8: Readonly<Record<string, string>> = {
  "one byte": "~",
  "two bytes": "é",
  "three bytes": "€",
  "four bytes": "😀",
  NUL: "\u0000",
  "the last before the surrogates": "\ud7ff",
  "the first after the surrogates": "\ue000",
  "U+FFFF, a noncharacter": "\uffff",
  "U+10FFFF": "\u{10ffff}",
};

const groups: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  messages: {
    text: { frames: [text("hello")], answers: ["text hello"] },
    binary: { frames: [binary("hello")], answers: [`binary ${hex("hello")}`] },
    "empty text": { frames: [text("")], answers: ["text"] },
    "empty binary": { frames: [binary("")], answers: ["binary"] },
    "a mask of zeros": { frames: [text("hello", { mask: [0, 0, 0, 0] })], answers: ["text hello"] },
    "a mask of ones": { frames: [text("hello", { mask: [255, 255, 255, 255] })], answers: ["text hello"] },
    "two messages in one packet": {
      frames: [Buffer.concat([text("a"), text("b")])],
      answers: ["text a", "text b"],
    },
    "twenty messages in one packet": {
      frames: [Buffer.concat(Array.from({ length: 20 }, (_, at) => text(String(at))))],
      answers: Array.from({ length: 20 }, (_, at) => `text ${at}`),
    },
    "text after binary": { frames: [binary("a"), text("b")], answers: [`binary ${hex("a")}`, "text b"] },
    ...Object.fromEntries(
      [125, 126, 127, 128, 65_535, 65_536, MESSAGE_BYTES_MAX].map((length) => [
        `${length} bytes`,
        { frames: [text("x".repeat(length))], answers: [`text ${"x".repeat(length)}`] },
      ]),
    ),
  },
  lengths: {
    "5 bytes with a length of 16 bits, which is not the shortest": {
      frames: [text("hello", { lengthBits: 16 })],
      answers: PROTOCOL_ERROR,
      seen: ["text hello"],
      deviation: LENIENT,
    },
    "5 bytes with a length of 64 bits": {
      frames: [text("hello", { lengthBits: 64 })],
      answers: PROTOCOL_ERROR,
      seen: ["text hello"],
      deviation: LENIENT,
    },
    "200 bytes with a length of 64 bits": {
      frames: [text("x".repeat(200), { lengthBits: 64 })],
      answers: PROTOCOL_ERROR,
      seen: [`text ${"x".repeat(200)}`],
      deviation: LENIENT,
    },
    "a length of 2^63, whose first bit must be 0": {
      frames: [text("", { statedLength: 2n ** 63n })],
      answers: PROTOCOL_ERROR,
      seen: TOO_LARGE,
      deviation: OTHER_CODE,
    },
    "a length of 2^64 - 1": {
      frames: [text("", { statedLength: 2n ** 64n - 1n })],
      answers: PROTOCOL_ERROR,
      seen: TOO_LARGE,
      deviation: OTHER_CODE,
    },
    "a length of 2^63 - 1": { frames: [text("", { statedLength: 2n ** 63n - 1n })], answers: TOO_LARGE },
    "a length of 2^32": { frames: [text("", { statedLength: 2n ** 32n })], answers: TOO_LARGE },
    "one byte more than the limit": {
      frames: [text("x".repeat(MESSAGE_BYTES_MAX + 1))],
      answers: TOO_LARGE,
    },
    "binary over the limit": { frames: [binary("x".repeat(MESSAGE_BYTES_MAX + 1))], answers: TOO_LARGE },
    "fragments that are over the limit together": {
      frames: [text("x".repeat(40_000), START), more("x".repeat(40_000))],
      answers: TOO_LARGE,
    },
    "many small fragments that are over the limit together": {
      frames: [
        text("x".repeat(10_000), START),
        ...Array.from({ length: 8 }, () => more("x".repeat(10_000), START)),
      ],
      answers: TOO_LARGE,
    },
  },
  fragments: {
    two: { frames: [text("hel", START), more("lo")], answers: ["text hello"] },
    three: { frames: [text("a", START), more("b", START), more("c")], answers: ["text abc"] },
    binary: { frames: [binary("a", START), more("b")], answers: [`binary ${hex("ab")}`] },
    "each of one byte": {
      frames: [text("h", START), ...[..."ell"].map((each) => more(each, START)), more("o")],
      answers: ["text hello"],
    },
    "an empty first one": { frames: [text("", START), more("hi")], answers: ["text hi"] },
    "an empty last one": { frames: [text("hi", START), more("")], answers: ["text hi"] },
    "all of them empty": { frames: [text("", START), more("", START), more("")], answers: ["text"] },
    "different masks": {
      frames: [text("a", { fin: false, mask: [9, 8, 7, 6] }), more("b", { mask: [5, 5, 5, 5] })],
      answers: ["text ab"],
    },
    "two messages after each other": {
      frames: [text("a", START), more("b"), text("c", START), more("d")],
      answers: ["text ab", "text cd"],
    },
    "a character cut between two": {
      frames: [text(bytes(0xe2, 0x82), START), more(bytes(0xac))],
      answers: ["text €"],
    },
    "200 of them": {
      frames: [text("x", START), ...Array.from({ length: 198 }, () => more("x", START)), more("x")],
      answers: [`text ${"x".repeat(200)}`],
    },
    "a continuation without a start": { frames: [more("x")], answers: PROTOCOL_ERROR },
    "a continuation without a start, not the last": { frames: [more("x", START)], answers: PROTOCOL_ERROR },
    "a continuation after a whole message": {
      frames: [text("a"), more("b")],
      answers: ["text a", ...PROTOCOL_ERROR],
    },
    "a new text inside of a text": { frames: [text("a", START), text("b")], answers: PROTOCOL_ERROR },
    "a new binary inside of a text": { frames: [text("a", START), binary("b")], answers: PROTOCOL_ERROR },
    "a new fragmented text inside of a text": {
      frames: [text("a", START), text("b", START)],
      answers: PROTOCOL_ERROR,
    },
  },
  "control frames": {
    "a ping is answered": { frames: [ping("are you there")], answers: [`pong ${hex("are you there")}`] },
    "an empty ping": { frames: [ping()], answers: ["pong"] },
    "a ping of 125 bytes": { frames: [ping("x".repeat(125))], answers: [`pong ${hex("x".repeat(125))}`] },
    "ten pings": {
      frames: Array.from({ length: 10 }, (_, at) => ping(String(at))),
      answers: Array.from({ length: 10 }, (_, at) => `pong ${hex(String(at))}`),
    },
    "a pong that nobody asked for": { frames: [pong("x")], answers: [] },
    "an empty pong": { frames: [pong()], answers: [] },
    "a ping between two fragments": {
      frames: [text("a", START), ping("p"), more("b")],
      answers: [`pong ${hex("p")}`, "text ab"],
    },
    "pings and pongs between fragments": {
      frames: [text("a", START), ping("1"), more("b", START), pong("x"), ping("2"), more("c")],
      answers: [`pong ${hex("1")}`, `pong ${hex("2")}`, "text abc"],
    },
    "a ping inside of a cut character": {
      frames: [text(bytes(0xe2), START), ping("p"), more(bytes(0x82, 0xac))],
      answers: [`pong ${hex("p")}`, "text €"],
    },
    "a close between two fragments": {
      frames: [text("a", START), closeFrame(1000), more("b")],
      answers: ["close 1000"],
    },
    "a ping of 126 bytes": { frames: [ping("x".repeat(126))], answers: PROTOCOL_ERROR },
    "a pong of 126 bytes": { frames: [pong("x".repeat(126))], answers: PROTOCOL_ERROR },
    "a close of 126 bytes": { frames: [closeFrame(1000, "x".repeat(124))], answers: PROTOCOL_ERROR },
    "a ping with a length of 16 bits": { frames: [ping("x", { lengthBits: 16 })], answers: PROTOCOL_ERROR },
    "a ping with a length of 64 bits": { frames: [ping("x", { lengthBits: 64 })], answers: PROTOCOL_ERROR },
    "a fragmented ping": { frames: [ping("x", START)], answers: PROTOCOL_ERROR },
    "a fragmented pong": { frames: [pong("x", START)], answers: PROTOCOL_ERROR },
    "a fragmented close": {
      frames: [frame(closePayload(1000), { opcode: OPCODE.close, fin: false })],
      answers: PROTOCOL_ERROR,
    },
  },
  masking: {
    "an unmasked text": { frames: [text("x", { mask: null })], answers: PROTOCOL_ERROR },
    "an unmasked binary": { frames: [binary("x", { mask: null })], answers: PROTOCOL_ERROR },
    "an unmasked ping": { frames: [ping("x", { mask: null })], answers: PROTOCOL_ERROR },
    "an unmasked empty ping": { frames: [ping("", { mask: null })], answers: PROTOCOL_ERROR },
    "an unmasked close": {
      frames: [frame(closePayload(1000), { opcode: OPCODE.close, mask: null })],
      answers: PROTOCOL_ERROR,
    },
    "an unmasked continuation": {
      frames: [text("a", START), more("b", { mask: null })],
      answers: PROTOCOL_ERROR,
    },
    "an unmasked long text": { frames: [text("x".repeat(300), { mask: null })], answers: PROTOCOL_ERROR },
  },
  "reserved bits and opcodes": {
    ...Object.fromEntries(
      [1, 2, 3, 4, 5, 6, 7].map((reserved) => [
        `text with the reserved bits ${reserved.toString(2).padStart(3, "0")}`,
        { frames: [text("x", { reserved })], answers: PROTOCOL_ERROR },
      ]),
    ),
    "a ping with a reserved bit": { frames: [ping("x", { reserved: 4 })], answers: PROTOCOL_ERROR },
    "a close with a reserved bit": {
      frames: [frame(closePayload(1000), { opcode: OPCODE.close, reserved: 2 })],
      answers: PROTOCOL_ERROR,
    },
    "a continuation with the bit of compression": {
      frames: [text("a", START), more("b", { reserved: 4 })],
      answers: PROTOCOL_ERROR,
    },
    ...Object.fromEntries(
      [3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map((opcode) => [
        `opcode ${opcode}`,
        { frames: [frame("x", { opcode })], answers: PROTOCOL_ERROR },
      ]),
    ),
    "a reserved opcode without payload": { frames: [frame("", { opcode: 3 })], answers: PROTOCOL_ERROR },
    "a reserved opcode inside of a message": {
      frames: [text("a", START), frame("x", { opcode: 4 })],
      answers: PROTOCOL_ERROR,
    },
  },
  "UTF-8": {
    ...Object.fromEntries(
      Object.entries(UTF8).map(([name, value]) => [
        name,
        { frames: [text(value)], answers: [`text ${value}`] },
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(NO_UTF8).map(([name, value]) => [name, { frames: [text(value)], answers: NOT_TEXT }]),
    ),
    "bytes that are no text, in a binary message": {
      frames: [binary(bytes(0xff, 0xc0, 0xaf))],
      answers: ["binary ffc0af"],
    },
    "a bad byte in the second fragment": {
      frames: [text("good", START), more(bytes(0xff))],
      answers: NOT_TEXT,
    },
    "a character cut by the end of the message": {
      frames: [text(bytes(0xe2), START), more(bytes(0x82))],
      answers: NOT_TEXT,
    },
    "a surrogate cut between two fragments": {
      frames: [text(bytes(0xed), START), more(bytes(0xa0, 0x80))],
      answers: NOT_TEXT,
    },
    "four bytes, each in a fragment of its own": {
      frames: [
        text(bytes(0xf0), START),
        more(bytes(0x9f), START),
        more(bytes(0x98), START),
        more(bytes(0x80)),
      ],
      answers: ["text 😀"],
    },
  },
  closing: {
    "without a code": { frames: [frame("", { opcode: OPCODE.close })], answers: ["close"] },
    ...Object.fromEntries(
      [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999].map(
        (code) => [`code ${code}`, { frames: [closeFrame(code)], answers: [`close ${code}`] }],
      ),
    ),
    "with a reason": { frames: [closeFrame(4000, "bye")], answers: ["close 4000"] },
    "with a reason of 123 bytes": { frames: [closeFrame(1000, "x".repeat(123))], answers: ["close 1000"] },
    "with a reason in four-byte characters": { frames: [closeFrame(1000, "😀")], answers: ["close 1000"] },
    "nothing after it is read": { frames: [closeFrame(1000), text("late")], answers: ["close 1000"] },
    "a payload of one byte": { frames: [frame("x", { opcode: OPCODE.close })], answers: PROTOCOL_ERROR },
    ...Object.fromEntries(
      [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535].map((code) => [
        `code ${code}, which must not be sent`,
        { frames: [closeFrame(code)], answers: PROTOCOL_ERROR },
      ]),
    ),
    ...Object.fromEntries(
      (["a byte that begins nothing", "a high surrogate", "a character cut in the middle"] as const).map(
        (name) => [
          `a reason with ${name}`,
          { frames: [closeFrame(1000, NO_UTF8[name] as Uint8Array)], answers: NOT_TEXT },
        ],
      ),
    ),
  },
};

let server: ServerProcess;
beforeAll(async () => {
  server = await startProcess({
    files: { "default/1/echo.js": ECHO },
    flags: ["--socket-message-max", String(MESSAGE_BYTES_MAX)],
  });
});
afterAll(() => server[Symbol.asyncDispose]());

/** Sends the frames of a row, each alone or byte by byte, and says what came back. */
async function run(
  { frames, answers, seen = answers }: Row,
  isBytewise: boolean,
): Promise<readonly string[]> {
  await using socket = await RawSocket.open(server.url, "/echo");
  expect(socket.status).toBe(101);
  for (const each of frames) {
    if (!isBytewise) socket.send(each);
    else for (const byte of each) socket.send(bytes(byte));
  }
  if (seen.at(-1)?.startsWith("close") || seen.at(-1) === "end") {
    const got = await socket.untilEnd();
    // The wording of a reason is free.
    return got.map((each) => each.replace(/^(close \d+) .*$/s, "$1"));
  }
  // What comes after proves that the socket works, and that nothing else came before.
  socket.send(text("still there"));
  const got: string[] = [];
  for (;;) {
    const next = inShort(await socket.next());
    if (next === "text still there") return got;
    got.push(next);
    if (next === "end" || next.startsWith("close")) return got;
  }
}

for (const [group, rows] of Object.entries(groups)) {
  describe(group, () => {
    test.concurrent.each(Object.entries(rows))("%s", async (_, row) => {
      const seen = row.seen ?? row.answers;
      const ended = seen.at(-1)?.startsWith("close") ? [...seen, "end"] : [...seen];
      expect(await run(row, false)).toEqual(ended);
      const length = row.frames.reduce((sum, each) => sum + each.length, 0);
      if (length < 600) expect(await run(row, true)).toEqual(ended);
    });
  });
}

test("there are at least 100 rows, and what deviates from the standard says why", () => {
  const rows = Object.values(groups).flatMap((group) => Object.values<Row>(group));
  expect(rows.length).toBeGreaterThanOrEqual(100);
  expect(rows.filter(({ seen, deviation }) => (seen === undefined) !== (deviation === undefined))).toEqual(
    [],
  );
  expect(rows.filter(({ seen }) => seen !== undefined).length).toBe(5);
});
