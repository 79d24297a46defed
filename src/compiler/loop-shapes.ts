import { forEachChild, isFunction, isTypeOnly, memberName, type Node } from "./syntax-tree.ts";

/** Methods of built-in values whose time does not grow with anything; a method of the script's own may bear the name too. */
const CHEAP_METHODS = new Set([
  "at",
  "charAt",
  "charCodeAt",
  "codePointAt",
  "endsWith",
  "fromCharCode",
  "padEnd",
  "padStart",
  "pop",
  "push",
  "startsWith",
  "toFixed",
  "toLowerCase",
  "toUpperCase",
  "trim",
]);

/** Loops that end by themselves within so many rounds of no calls have no guard. */
export const UNGUARDED_ROUNDS_MAX = 10_000;

/** Whether a node is a loop statement. */
export function isLoop(node: Node): boolean {
  return /^(For|ForIn|ForOf|While|DoWhile)Statement$/.test(node.type);
}

/** Loops within loops beyond this are taken for anything: each one is read once for every loop around it. */
const DEPTH_MAX = 8;

/**
 * Rounds until a loop that calls nothing ends by itself, those of loops inside it multiplied in; read from its syntax
 * alone.
 *
 * @param depth Number of loops around it.
 * @returns Infinity when nobody can tell.
 */
export function roundsMaxOf(loop: Node, depth: number): number {
  if (depth > DEPTH_MAX || loop.type !== "ForStatement" || asksForMore(loop)) return Infinity;
  const counted = countedBy(loop);
  return counted === null ? Infinity : roundsOf(loop, counted, depth);
}

/**
 * Whether a loop calls nothing, makes no function (so that nobody else could tell how its variables come by their values)
 * and has no loop inside of it but such as need no guard.
 *
 * @param depth Number of loops around it.
 */
export function isBare(loop: Node, depth: number): boolean {
  if (depth > DEPTH_MAX || asksForMore(loop) || hasFunction(loop)) return false;
  return innerRounds(loop["body"] as Node, depth + 1) <= UNGUARDED_ROUNDS_MAX;
}

function hasFunction(node: Node): boolean {
  if (isFunction(node)) return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= hasFunction(child);
  });
  return found;
}

/** Whether some part of a node, inner functions aside, may run code that is not seen here, or wait. */
function asksForMore(node: Node): boolean {
  if (isFunction(node) || isTypeOnly(node)) return false;
  switch (node.type) {
    case "CallExpression":
      if (!isCheapCall(node)) return true;
      break;
    // The values of `for…of` may come from a generator.
    case "ForOfStatement":
    case "NewExpression":
    case "TaggedTemplateExpression":
    case "ImportExpression":
    case "AwaitExpression":
    case "YieldExpression":
    case "SpreadElement":
    case "ArrayPattern":
    case "ClassDeclaration":
    case "ClassExpression":
      return true;
    default:
  }
  let found = false;
  forEachChild(node, (child) => {
    found ||= asksForMore(child);
  });
  return found;
}

function isCheapCall(call: Node): boolean {
  const callee = call["callee"] as Node;
  if (callee.type !== "MemberExpression") return false;
  if ((callee["object"] as Node)["name"] === "Math") return callee["computed"] !== true;
  return CHEAP_METHODS.has(memberName(callee) ?? "");
}

interface Counted {
  readonly name: string;
  readonly from: number;
}

/** `for (let i = 0; …; i++)` where nothing else sets `i`. */
function countedBy(loop: Node): Counted | null {
  const init = loop["init"] as Node | null;
  const update = loop["update"] as Node | null;
  if (init?.type !== "VariableDeclaration" || init["kind"] !== "let") return null;
  if (update?.type !== "UpdateExpression" || update["operator"] !== "++") return null;
  const name = (update["argument"] as Node)["name"];
  const declarator = (init["declarations"] as Node[]).find(({ id }) => (id as Node)["name"] === name);
  const from = numberIn(declarator?.["init"]);
  if (typeof name !== "string" || from === null) return null;
  const isWritten = [loop["test"], loop["body"]].some(
    (part) => part !== null && setsName(part as Node, name),
  );
  return isWritten ? null : { name, from };
}

/** A whole number as the source spells it, small enough to be counted up for years. */
function numberIn(node: unknown): number | null {
  const value = (node as Node | null | undefined)?.["value"];
  return typeof value === "number" && Number.isInteger(value) && value < 2 ** 31 ? value : null;
}

/** Places where a name is declared or written; whatever else stands there counts as well, to be on the safe side. */
const WRITING: Readonly<Record<string, readonly string[]>> = {
  AssignmentExpression: ["left"],
  UpdateExpression: ["argument"],
  ForInStatement: ["left"],
  ForOfStatement: ["left"],
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id", "params"],
  FunctionExpression: ["id", "params"],
  ArrowFunctionExpression: ["params"],
  ClassDeclaration: ["id"],
  ClassExpression: ["id"],
  CatchClause: ["param"],
};

function setsName(node: Node, name: string): boolean {
  const places = WRITING[node.type] ?? [];
  let found = false;
  forEachChild(node, (child, key) => {
    found ||= (places.includes(key) && mentions(child, name)) || setsName(child, name);
  });
  return found;
}

function mentions(node: Node, name: string): boolean {
  if (node.type === "Identifier" && node["name"] === name) return true;
  let found = false;
  forEachChild(node, (child) => {
    found ||= mentions(child, name);
  });
  return found;
}

/** `i < 8` or `i <= 8` says how often; loops inside must say so, too. */
function roundsOf(loop: Node, { name, from }: Counted, depth: number): number {
  const test = loop["test"] as Node | null;
  if (test?.type !== "BinaryExpression" || (test["left"] as Node)["name"] !== name) return Infinity;
  const to = numberIn(test["right"]);
  const last = { "<": 0, "<=": 1 }[test["operator"] as string];
  if (to === null || last === undefined) return Infinity;
  return Math.max(1, to - from + last) * innerRounds(loop["body"] as Node, depth + 1);
}

function innerRounds(node: Node, depth: number): number {
  if (isFunction(node)) return 1;
  if (isLoop(node)) return roundsMaxOf(node, depth);
  let rounds = 1;
  forEachChild(node, (child) => {
    rounds = Math.max(rounds, innerRounds(child, depth));
  });
  return rounds;
}
