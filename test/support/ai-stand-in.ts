/** A request that the stand-in has received. */
export interface AiRequest {
  readonly path: string;
  readonly authorization: string | null;
  /** The JSON body: `model`, `messages`, `temperature`, `max_tokens`, `stream`, `response_format`, … */
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever was sent
  readonly body: any;
  /** Aborted when whoever sent it went away. */
  readonly signal: AbortSignal;
}

/** How the stand-in answers one request. */
export type AiAnswer =
  /** The whole text; to a request that asks for a stream, in one chunk. */
  | { readonly kind: "text"; readonly text: string }
  /** A stream of these chunks; `hold` is waited for before the chunk of its number. */
  | { readonly kind: "chunks"; readonly chunks: readonly string[]; readonly hold?: Hold }
  /**
   * The connection closes after these chunks, or in the middle of the JSON; `politely` as if that were all. What was
   * sent must have left before: `until` says when it has, else 20 ms have to do.
   */
  | {
      readonly kind: "cut";
      readonly chunks: readonly string[];
      readonly politely?: boolean;
      readonly until?: Promise<unknown>;
    }
  /** An error of the API; without a message its body is no JSON. */
  | {
      readonly kind: "error";
      readonly status: number;
      readonly message?: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Never answers. */
  | { readonly kind: "hang" };

interface Hold {
  readonly before: number;
  readonly until: Promise<unknown>;
}

/** A provider on loopback that speaks the OpenAI chat-completions protocol. */
export interface AiStandIn extends AsyncDisposable {
  /** For `--ai-url`. */
  readonly url: string;
  /** Every request so far. */
  readonly requests: readonly AiRequest[];
  /** Answers in the order given, one for each request; the last one for all that follow. */
  answer(...answers: readonly AiAnswer[]): void;
}

/** Starts a stand-in on a free port; it answers `Hello from the stand-in.` until told otherwise. */
export function aiStandIn(...answers: readonly AiAnswer[]): AiStandIn {
  const requests: AiRequest[] = [];
  let script: readonly AiAnswer[] = answers;
  let at = 0;
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    idleTimeout: 0,
    async fetch(request) {
      const { pathname } = new URL(request.url);
      const body = JSON.parse(await request.text());
      const authorization = request.headers.get("authorization");
      requests.push({ path: pathname, authorization, body, signal: request.signal });
      if (pathname !== "/api/v1/chat/completions" || request.method !== "POST")
        return Response.json({ error: { message: `Unknown path ${pathname}` } }, { status: 404 });
      const answer = script[at] ?? DEFAULT_ANSWER;
      if (at < script.length - 1) at++;
      return respond(answer, body);
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/api/v1`,
    requests,
    answer(...next) {
      script = next;
      at = 0;
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

const DEFAULT_ANSWER: AiAnswer = { kind: "text", text: "Hello from the stand-in." };

const USAGE = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 };

type ChatRequest = { readonly model: string; readonly stream?: boolean };

function respond(answer: AiAnswer, request: ChatRequest): Response | Promise<Response> {
  switch (answer.kind) {
    case "text":
      return request.stream
        ? stream(request, [answer.text])
        : Response.json(completion(request, answer.text));
    case "chunks":
      return stream(request, answer.chunks, { hold: answer.hold });
    case "cut":
      if (!request.stream) return cutCompletion(request, answer.chunks.join(""));
      return stream(request, answer.chunks, {
        cut: answer.politely === true ? "politely" : "abruptly",
        until: answer.until,
      });
    case "error": {
      const { status, message, headers = {} } = answer;
      const body =
        message === undefined ? "<html>out of order</html>" : JSON.stringify({ error: { message } });
      return new Response(body, { status, headers });
    }
    case "hang":
      return new Promise(() => undefined);
    default:
      return answer satisfies never;
  }
}

function completion({ model }: ChatRequest, text: string): object {
  const message = { role: "assistant", content: text };
  const choices = [{ index: 0, message, finish_reason: "stop" }];
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1_700_000_000,
    model,
    choices,
    usage: USAGE,
  };
}

/** The half of an answer, and then the end of the connection. */
function cutCompletion(request: ChatRequest, text: string): Response {
  const whole = JSON.stringify(completion(request, text));
  const body = new ReadableStream({
    async start(controller) {
      controller.enqueue(new TextEncoder().encode(whole.slice(0, whole.length / 2)));
      await Bun.sleep(20);
      controller.error();
    },
  });
  return new Response(body, { headers: { "content-type": "application/json" } });
}

interface StreamEnd {
  readonly hold?: Hold | undefined;
  readonly cut?: "politely" | "abruptly";
  /** The cut comes then. */
  readonly until?: Promise<unknown> | undefined;
}

function stream(
  { model }: ChatRequest,
  chunks: readonly string[],
  { hold, cut, until }: StreamEnd = {},
): Response {
  const encoder = new TextEncoder();
  const event = (choices: readonly object[], usage?: object) =>
    encoder.encode(
      `data: ${JSON.stringify({ id: "chatcmpl-1", object: "chat.completion.chunk", created: 1_700_000_000, model, choices, usage })}\n\n`,
    );
  const body = new ReadableStream({
    async start(controller) {
      for (const [at, content] of chunks.entries()) {
        if (hold?.before === at) await hold.until;
        controller.enqueue(event([{ index: 0, delta: { role: "assistant", content }, finish_reason: null }]));
      }
      if (cut === "abruptly") {
        await (until ?? Bun.sleep(20));
        return controller.error(); // With a value the runtime would print it.
      }
      if (cut === undefined) {
        controller.enqueue(event([{ index: 0, delta: {}, finish_reason: "stop" }]));
        controller.enqueue(event([], USAGE));
        controller.enqueue(encoder.encode("data: [DONE]\n\n"));
      }
      controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}
