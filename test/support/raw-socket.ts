import net from "node:net";

/** One frame as it came in (RFC 6455 §5.2). */
export interface Frame {
  readonly fin: boolean;
  /** The three reserved bits, 0 to 7. */
  readonly reserved: number;
  readonly opcode: number;
  readonly isMasked: boolean;
  readonly payload: Buffer;
}

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** How a frame is written; what is left out is what a good client would write. */
export interface FrameOptions {
  readonly fin?: boolean;
  readonly reserved?: number;
  readonly opcode?: number;
  /** Null sends it unmasked, which a client must not. */
  readonly mask?: readonly [number, number, number, number] | null;
  /** Bits of the length field; the shortest that fits when left out. */
  readonly lengthBits?: 7 | 16 | 64;
  /** Length that is stated, where it is not that of the payload. */
  readonly statedLength?: bigint;
}

/** A handshake, which may be wrong on purpose. */
export interface HandshakeOptions {
  readonly method?: string;
  readonly version?: string;
  /** Replaces the usual ones; null leaves one out. */
  readonly headers?: Readonly<Record<string, string | null>>;
  /** Bytes sent in one piece with the handshake, before its answer. */
  readonly early?: Buffer;
}

/** Writes one frame. */
export function frame(payload: string | Uint8Array = "", options: FrameOptions = {}): Buffer {
  const body = Buffer.from(payload as Uint8Array);
  const { fin = true, reserved = 0, opcode = OPCODE.text, mask = [1, 2, 3, 4] } = options;
  const stated = options.statedLength ?? BigInt(body.length);
  const bits = options.lengthBits ?? (stated < 126n ? 7 : stated < 65_536n ? 16 : 64);
  const head = Buffer.alloc(bits === 7 ? 2 : bits === 16 ? 4 : 10);
  head[0] = (fin ? 0x80 : 0) | (reserved << 4) | opcode;
  head[1] = (mask === null ? 0 : 0x80) | (bits === 7 ? Number(stated) : bits === 16 ? 126 : 127);
  if (bits === 16) head.writeUInt16BE(Number(stated), 2);
  if (bits === 64) head.writeBigUInt64BE(stated, 2);
  if (mask === null) return Buffer.concat([head, body]);
  return Buffer.concat([head, Buffer.from(mask), body.map((byte, at) => byte ^ (mask[at & 3] as number))]);
}

/** Payload of a close frame. */
export function closePayload(code: number, reason: string | Uint8Array = ""): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(code);
  return Buffer.concat([head, Buffer.from(reason as Uint8Array)]);
}

/** A close frame as a good client sends it. */
export function closeFrame(code: number, reason: string | Uint8Array = ""): Buffer {
  return frame(closePayload(code, reason), { opcode: OPCODE.close });
}

/** A WebSocket client that does nothing by itself: no masking, no pong, no closing handshake. Ended by `await using`. */
export class RawSocket implements AsyncDisposable {
  /** Head of the answer to the handshake, and its body where there is one. */
  readonly answer: string;
  /** Frames that came in and have not been taken. */
  readonly frames: Frame[] = [];
  readonly #connection: net.Socket;
  #rest: Buffer = Buffer.alloc(0);
  #isClosed = false;
  #wake: () => void = () => {};

  private constructor(connection: net.Socket, answer: string, rest: Buffer) {
    this.#connection = connection;
    this.answer = answer;
    this.#take(rest);
    connection.on("data", (chunk) => this.#take(chunk as Buffer));
    connection.on("close", () => this.#close());
    // A reset is how some of these connections are meant to end.
    connection.on("error", () => this.#close());
    if (connection.destroyed) this.#close();
  }

  /** Connects and sends a handshake; answers once the head of the answer is there, whatever it says. */
  static async open(url: string, path: string, options: HandshakeOptions = {}): Promise<RawSocket> {
    const { hostname, port, host } = new URL(url);
    const connection = net.connect(Number(port), hostname);
    connection.setNoDelay(true);
    const { early = Buffer.alloc(0) } = options;
    connection.write(Buffer.concat([Buffer.from(toHandshake(path, host, options)), early]));
    const answered = Promise.withResolvers<Buffer>();
    let received = Buffer.alloc(0);
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      if (isWhole(received, options.method)) answered.resolve(received);
    };
    connection.on("data", onData);
    connection.on("error", () => answered.resolve(received));
    connection.on("close", () => answered.resolve(received));
    const bytes = await answered.promise;
    connection.off("data", onData);
    const text = bytes.toString("latin1");
    const end = /^HTTP\/1\.1 101/.test(text) ? text.indexOf("\r\n\r\n") + 4 : text.length;
    return new RawSocket(connection, text.slice(0, end), bytes.subarray(end));
  }

  get status(): number {
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.answer)?.[1] ?? 0);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  send(...chunks: readonly Buffer[]): void {
    this.#connection.write(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks));
  }

  /** From now on hands over the bytes as they come instead of parsing them: for loads. */
  tap(listener: (chunk: Buffer) => void): void {
    this.#connection.removeAllListeners("data");
    this.#connection.on("data", (chunk) => listener(chunk as Buffer));
  }

  /** Stops reading, as a client does that cannot keep up. */
  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    this.#connection.resume();
  }

  /** The next frame; null once the connection has ended without one. */
  async next(): Promise<Frame | null> {
    for (;;) {
      const frame = this.frames.shift();
      if (frame !== undefined) return frame;
      if (this.#isClosed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Text of the next frame. @throws {Error} When it is no text frame. */
  async text(): Promise<string> {
    const frame = await this.next();
    if (frame?.opcode !== OPCODE.text) throw new Error(`Expected text: ${inShort(frame)}`);
    return frame.payload.toString();
  }

  /** The JSON of the next text frame. */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
  async json(): Promise<any> {
    return JSON.parse(await this.text());
  }

  /** Waits for the end of the connection. @returns What came until then, in short: `text hi`, `close 1002`, `end`. */
  async untilEnd(): Promise<readonly string[]> {
    const seen: string[] = [];
    for (;;) {
      const frame = await this.next();
      seen.push(inShort(frame));
      if (frame === null) return seen;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#connection.destroy();
    while (!this.#isClosed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    for (;;) {
      const parsed = parseFrame(this.#rest);
      if (parsed === null) break;
      this.frames.push(parsed.frame);
      this.#rest = this.#rest.subarray(parsed.bytes);
    }
    this.#wake();
  }

  #close(): void {
    this.#isClosed = true;
    this.#wake();
  }
}

/** A frame in short: `text hi`, `binary 0102`, `close 1000 bye`, `end` for none. */
export function inShort(frame: Frame | null): string {
  if (frame === null) return "end";
  const { opcode, payload } = frame;
  const flags = `${frame.fin ? "" : "…"}${frame.isMasked ? " masked" : ""}${frame.reserved ? ` rsv${frame.reserved}` : ""}`;
  const name = Object.entries(OPCODE).find(([, code]) => code === opcode)?.[0] ?? String(opcode);
  const body =
    opcode === OPCODE.close
      ? payload.length < 2
        ? ""
        : `${payload.readUInt16BE()} ${payload.subarray(2)}`
      : opcode === OPCODE.text
        ? String(payload)
        : payload.toString("hex");
  return `${name}${flags} ${body}`.trim();
}

function toHandshake(
  path: string,
  host: string,
  { method = "GET", version = "1.1", headers }: HandshakeOptions,
) {
  const all: Record<string, string | null> = {
    Host: host,
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version": "13",
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return `${method} ${path} HTTP/${version}\r\n${lines.join("\r\n")}\r\n\r\n`;
}

/** Whether the head of an answer is there, and with it the body that it states. */
function isWhole(received: Buffer, method = "GET"): boolean {
  const text = received.toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  if (end < 0 || method === "HEAD") return end >= 0;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
  return received.length >= end + 4 + length;
}

function parseFrame(bytes: Buffer): { readonly frame: Frame; readonly bytes: number } | null {
  if (bytes.length < 2) return null;
  const [first = 0, second = 0] = bytes;
  const short = second & 0x7f;
  const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
  const isMasked = (second & 0x80) !== 0;
  const start = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < start) return null;
  const length =
    lengthBytes === 2 ? bytes.readUInt16BE(2) : lengthBytes === 8 ? Number(bytes.readBigUInt64BE(2)) : short;
  if (bytes.length < start + length) return null;
  const payload = Buffer.from(bytes.subarray(start, start + length));
  const frame = {
    fin: (first & 0x80) !== 0,
    reserved: (first >> 4) & 7,
    opcode: first & 15,
    isMasked,
    payload,
  };
  return { frame, bytes: start + length };
}
