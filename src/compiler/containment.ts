import {
  firstMember,
  isMethodThis,
  isOperandOf,
  isPlainProcessUse,
  isPlainRealmRead,
  isPlainUse,
  keyName,
  literalOf,
  memberChainOf,
  REALM_MEMBERS,
} from "./name-uses.ts";
import { isWriteTarget, type Reference } from "./scopes.ts";
import { memberName, type Node, unwrapExpression } from "./syntax-tree.ts";

/**
 * Where a serverless script may run so that its author sees a world of its own and the next request sees nothing.
 *
 * Safety never rests on this analysis: the realm that contained scripts share is frozen to the last object
 * (`engine/frozen-realm.ts`), so nothing can be left in it whatever the source says. What the analysis decides is
 * whether the script could *notice* that it is frozen; if so, it gets a realm that it may change.
 */
export type Containment =
  /** Touches nothing that outlives it: runs in the shared frozen realm. */
  | { readonly kind: "contained"; readonly reachesSlots: boolean }
  /** Sets global names only: runs there too, with a global object of its own for each request. */
  | { readonly kind: "own-global"; readonly reachesSlots: boolean; readonly implicitNames: readonly string[] }
  /** Might change or inspect built-ins: takes a fresh context. */
  | { readonly kind: "fresh"; readonly reason: string };

/*
 * `reachesSlots`: whether the script could, by a computed name or through code we do not see, get hold of the members
 * that stay writable in the frozen realm (`engine/open-slots.ts`); they are compared before such a script runs.
 */

/** The names under which a script reaches its global object. */
const GLOBAL_OBJECT = new Set(["globalThis", "global", "self"]);

/** Names given to each execution anew, so whatever is done to them ends with it. */
const PER_EXECUTION = new Set([
  "req",
  "res",
  "metadata",
  "shared",
  "console",
  "module",
  "exports",
  "mainResult",
  "undefined",
  "NaN",
  "Infinity",
]);

/** Names that run text as code or look into the realm. */
const REFLECTIVE = new Set(["eval", "Function", "ShadowRealm"]);

/** Built-in functions that hand out a prototype, or tell a frozen object from another. */
const REFLECTIVE_MEMBERS = new Set(["getPrototypeOf", "isFrozen", "isSealed", "isExtensible"]);

/** RegExp's legacy statics remember the last match of the realm; the frozen realm has none. */
const REGEXP_STATICS = /^(\$[1-9_&+`']|input|lastMatch|lastParen|leftContext|rightContext)$/;

/** Built-in modules through which code reaches another realm. */
const REALM_MODULES =
  /^(node:)?(vm|module|v8|inspector|repl|worker_threads|process)(\/|$)|^bun:(jsc|ffi|test)$/;

/**
 * Names of methods that stay plain data properties in the frozen realm, because a getter would slow them: assigning
 * one on an array or function of the script's own would be ignored there.
 */
export const HOT_METHODS: ReadonlySet<string> = new Set([
  "push",
  "pop",
  "shift",
  "unshift",
  "slice",
  "splice",
  "concat",
  "join",
  "indexOf",
  "includes",
  "call",
  "apply",
  "bind",
]);

/**
 * Names of the getters that stay replaceable in the frozen realm for speed, and whose replacement no cheap glance shows.
 * A field of a class defines a member on whatever its base class returns, so also on their holder.
 */
export const REGEXP_GETTERS: ReadonlySet<string> = new Set([
  "dotAll",
  "flags",
  "global",
  "hasIndices",
  "ignoreCase",
  "multiline",
  "source",
  "sticky",
  "unicode",
  "unicodeSets",
]);

/** Collects what a walk sees and decides at its end. */
export class ContainmentAnalysis {
  #reason: string | null = null;
  #usesGlobalObject = false;
  #reachesSlots = false;
  /** Whether some of the code is strict: there a name without a declaration cannot be set. */
  #isStrict = false;
  readonly #implicitNames = new Set<string>();
  readonly #probedNames = new Set<string>();
  readonly #handedOn = new Set<string>();
  readonly #globalMembers = new Set<string>();

  /** A use of a name. */
  reference({ name, binding, ancestors, node, written }: Reference): void {
    if (name.startsWith("$$") || name === "$importMeta")
      return this.#refuse(`uses the reserved name ${name}`);
    const target = memberChainOf(node, ancestors);
    if (binding !== null) {
      if (binding === "builtin" && target.written)
        this.#refuse(`writes to a member of the built-in module ${name}`);
      return;
    }
    if (isOperandOf(node, ancestors, ["delete"])) return this.#refuse(`deletes ${name}`);
    if (GLOBAL_OBJECT.has(name)) {
      if (written) return this.#refuse(`assigns ${name}`);
      this.#usesGlobalObject = true;
      return this.#globalObject(name, node, ancestors);
    }
    if (written) {
      this.#implicitNames.add(name);
      return;
    }
    if (isOperandOf(node, ancestors, ["typeof"])) this.#probedNames.add(name);
    if (PER_EXECUTION.has(name)) return;
    if (target.written) return this.#refuse(`writes to a member of ${name}`);
    if (REFLECTIVE.has(name) && !isOperandOf(node, ancestors, ["instanceof", "typeof"])) {
      return this.#refuse(`uses ${name}`);
    }
    if (name === "Object" || name === "Reflect") this.#reachesSlots = true;
    if (name === "process" && !isPlainProcessUse(node, ancestors)) return this.#refuse("hands process on");
    if (name === "RegExp" && REGEXP_STATICS.test(firstMember(node, ancestors) ?? "")) {
      return this.#refuse("reads what RegExp remembers of the last match");
    }
    if (!isPlainUse(node, ancestors)) this.#handedOn.add(name);
  }

  /** A use of the global object; the own one of an execution has members, but is no ordinary object. */
  #globalObject(name: string, node: Node, ancestors: readonly Node[]): void {
    const { depth, written } = memberChainOf(node, ancestors);
    if (depth > 1 && written) return this.#refuse(`writes below a member of ${name}`);
    let at = ancestors.length - 1;
    while (unwrapExpression(ancestors[at] as Node) !== ancestors[at]) at--;
    const parent = ancestors[at] as Node;
    if (parent.type === "BinaryExpression" && parent["operator"] === "in") return;
    if (parent.type === "UnaryExpression" && parent["operator"] === "typeof") return;
    const isPicked = parent.type === "VariableDeclarator" && (parent["id"] as Node).type === "ObjectPattern";
    if (isPicked) return;
    const member = parent.type === "MemberExpression" && depth > 0 ? memberName(parent) : null;
    if (member === null) return this.#refuse(`hands ${name} on, or a computed member of it`);
    if (member in Object.prototype || GLOBAL_OBJECT.has(member))
      return this.#refuse(`uses ${name}.${member}`);
    if (isOperandOf(parent, ancestors.slice(0, at), ["delete"])) this.#refuse(`deletes a member of ${name}`);
    this.#globalMembers.add(member);
  }

  /** Any other node. */
  enter(node: Node, ancestors: readonly Node[]): void {
    switch (node.type) {
      case "MemberExpression": {
        const name = memberName(node);
        if (name === null) this.#reachesSlots = true;
        if (name !== null && REALM_MEMBERS.has(name) && !isPlainRealmRead(node, ancestors)) {
          this.#refuse(`reaches for ${name}`);
        } else if (name !== null && REFLECTIVE_MEMBERS.has(name)) {
          this.#refuse(`calls ${name}`);
        } else if (name !== null && HOT_METHODS.has(name) && isWriteTarget(node, ancestors)) {
          this.#refuse(`assigns a member named ${name}`);
        }
        return;
      }
      case "Property":
        if (node["computed"] === true) this.#reachesSlots = true;
        if ((ancestors.at(-1) as Node).type === "ObjectPattern") this.#pickedMember(keyName(node) ?? "");
        return;
      case "ExpressionStatement":
        if (node["directive"] === "use strict") this.#isStrict = true;
        return;
      case "ClassBody":
        this.#isStrict = true;
        return;
      case "AccessorProperty":
      case "PropertyDefinition":
        return this.#field(node, ancestors.at(-2) as Node);
      case "ThisExpression":
        if (!isMethodThis(ancestors)) this.#refuse("uses this outside of a method");
        return;
      case "WithStatement":
        return this.#refuse("uses with");
      case "CallExpression":
        if ((node["callee"] as Node)["name"] === "require") this.#refuseWriteTo(node, ancestors);
        return;
      case "ImportExpression":
        this.#refuseWriteTo(node, ancestors);
        return this.module(literalOf(node["source"]));
      default:
    }
  }

  #field(field: Node, ofClass: Node): void {
    const key = field["key"] as Node;
    const isOwn =
      ofClass["superClass"] === null || field["static"] === true || key.type === "PrivateIdentifier";
    const isSymbol = key.type === "MemberExpression" && (key["object"] as Node)["name"] === "Symbol";
    if (isOwn || isSymbol) return;
    const name = keyName(field);
    if (name === null) this.#refuse("computes the name of a field of a subclass");
    else if (REGEXP_GETTERS.has(name)) this.#refuse(`has a subclass with a field named ${name}`);
  }

  /** A module the script loads; null when the name is computed. */
  module(specifier: string | null): void {
    this.#reachesSlots = true;
    if (specifier === null) this.#refuse("computes the name of a module");
    else if (REALM_MODULES.test(specifier)) this.#refuse(`loads ${specifier}`);
  }

  /** The verdict after the whole script was walked. */
  verdict(): Containment {
    if (this.#reason !== null) return { kind: "fresh", reason: this.#reason };
    // A name that the script itself sets is its own, whatever it does with it.
    const isOwn = (name: string) => this.#implicitNames.has(name) || this.#globalMembers.has(name);
    const builtin = [...this.#handedOn].find((name) => !isOwn(name));
    if (builtin !== undefined) return { kind: "fresh", reason: `hands ${builtin} on as a value` };
    const reachesSlots = this.#reachesSlots;
    if (!this.#usesGlobalObject && this.#implicitNames.size === 0) return { kind: "contained", reachesSlots };
    for (const name of this.#implicitNames) {
      if (PER_EXECUTION.has(name)) continue;
      if (this.#isStrict) return { kind: "fresh", reason: `sets ${name}, which strict code may not` };
      if (this.#probedNames.has(name))
        return { kind: "fresh", reason: `asks whether ${name} is defined and sets it` };
      if (this.#globalMembers.has(name)) {
        return { kind: "fresh", reason: `sets ${name} both as a name and as a member of the global object` };
      }
    }
    const implicitNames = [...this.#implicitNames].filter((name) => !PER_EXECUTION.has(name));
    if (!this.#usesGlobalObject && implicitNames.length === 0) return { kind: "contained", reachesSlots };
    return { kind: "own-global", reachesSlots: true, implicitNames };
  }

  #pickedMember(name: string): void {
    if (REALM_MEMBERS.has(name) || REFLECTIVE_MEMBERS.has(name))
      this.#refuse(`takes ${name} out of an object`);
  }

  /** `require("fs").readFile = …`: the shared view of a module ignores it. */
  #refuseWriteTo(module: Node, ancestors: readonly Node[]): void {
    if (memberChainOf(module, ancestors).written) this.#refuse("writes to a member of a module");
  }

  #refuse(reason: string): void {
    this.#reason ??= reason;
  }
}
