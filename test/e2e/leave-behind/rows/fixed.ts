import type { LeaveBehindRow } from "../row.ts";

const NOTICED = "what everybody shares can be neither fixed nor redefined";

/** Whether an object can have a member of its own in place of an inherited one. */
const overrides = (object: string, key: string) =>
  `(() => { const o = ${object}; try { o.${key} = () => null } catch {} return Object.hasOwn(o, "${key}") })()`;

/** Whether nobody fixed the prototype of such an object; `hasOwn` tells, since `isExtensible` asks for a fresh context. */
const takesMembers = (object: string) =>
  `(() => { const p = ${object}["__pro" + "to__"]; try { p.left = 1; return delete p.left } catch { return false } })()`;

/** Changes that nobody could take back: frozen objects, members that are not configurable, other prototypes. */
export const FIXED: readonly LeaveBehindRow[] = [
  {
    name: "Object.freeze on a prototype",
    leave: "Object.freeze(RegExp.prototype)",
    look: overrides("/a/", "exec"),
    seen: false,
  },
  {
    name: "Object.freeze by a computed name",
    leave: "try { Object['fre' + 'eze'](/x/['__pro' + 'to__']) } catch {}",
    look: overrides("/a/", "exec"),
    noticed: NOTICED,
  },
  {
    name: "a member that is read-only from now on",
    leave:
      "try { Object['defi' + 'neProperty'](Promise.resolve()['__pro' + 'to__'], 'then', { writable: false }) } catch {}",
    look: overrides("Promise.resolve()", "then"),
    noticed: NOTICED,
  },
  {
    name: "a getter of regular expressions, redefined after an await",
    leave:
      "const p = /x/['__pro' + 'to__']; await null; try { Object['defi' + 'neProperty'](p, 'flags', { get: () => 'left' }) } catch {}",
    look: "/a/g.flags",
    noticed: NOTICED,
  },
  {
    name: "a getter of regular expressions, redefined by a method of objects",
    leave:
      "const p = /x/['__pro' + 'to__']; await null; try { p['__define' + 'Getter__']('flags', () => 'left') } catch {}",
    look: "/a/g.flags",
    noticed: NOTICED,
  },
  {
    name: "a getter of regular expressions, redefined by a method of the server's objects",
    leave:
      "const p = /x/['__pro' + 'to__']; await null; try { structuredClone({})['__define' + 'Getter__'].call(p, 'flags', () => 'left') } catch {}",
    look: "/a/g.flags",
    noticed: NOTICED,
  },
  {
    name: "a getter of regular expressions, redefined by a field of a class",
    leave:
      "const p = /x/['__pro' + 'to__']; await null; class A { constructor(o) { return o } } class B extends A { flags = 'left' } new B(p)",
    look: "/a/g.flags",
    seen: "left",
  },
  {
    name: "Object.freeze on the arrays that structuredClone makes",
    leave: "try { Object.freeze(Object.getPrototypeOf(structuredClone([]))) } catch {}",
    look: overrides("structuredClone([])", "map"),
  },
  {
    name: "Object.seal on the maps that structuredClone makes",
    leave: "try { Object.seal(Object.getPrototypeOf(structuredClone(new Map()))) } catch {}",
    look: takesMembers("structuredClone(new Map())"),
  },
  {
    name: "Reflect.preventExtensions on the dates that structuredClone makes",
    leave: "Reflect.preventExtensions(Object.getPrototypeOf(structuredClone(new Date())))",
    look: takesMembers("structuredClone(new Date())"),
  },
  {
    name: "a method of the server's arrays, replaced for good",
    leave:
      "try { Object.defineProperty(Object.getPrototypeOf(structuredClone([])), 'flatMap', { value: () => 'left', configurable: false, writable: false }) } catch {}",
    look: "structuredClone([1]).flatMap(String)",
  },
  {
    name: "a member of the server's arrays, added for good",
    leave:
      "try { Object.defineProperties(Object.getPrototypeOf(structuredClone([])), { left: { value: 1 } }) } catch {}",
    look: "structuredClone([1]).left ?? null",
  },
  {
    name: "a method of the server's arrays, replaced for good by the server's own function",
    leave:
      "const { constructor } = structuredClone({}); try { constructor.defineProperty(Object.getPrototypeOf(structuredClone([])), 'flatMap', { value: () => 'left', configurable: false, writable: false }) } catch {}",
    look: "structuredClone([1]).flatMap(String)",
    seen: "left",
  },
  {
    name: "another prototype of the server's arrays",
    leave:
      "const p = Object.getPrototypeOf(structuredClone([])); try { Object.setPrototypeOf(p, { left: 1 }) } catch {} try { p.__proto__ = { left: 1 } } catch {} Reflect.setPrototypeOf(p, { left: 1 })",
    look: "structuredClone([1]).left ?? null",
  },
  {
    name: "a constructor deleted from the server's objects",
    leave: "delete Object.getPrototypeOf(structuredClone({})).constructor",
    look: "Object.hasOwn(structuredClone({})['__pro' + 'to__'], 'constructor')",
  },
  {
    name: "a constructor deleted from the server's objects by a computed name",
    leave: "try { delete structuredClone({})['__pro' + 'to__']['con' + 'structor'] } catch {}",
    look: "Object.hasOwn(structuredClone({})['__pro' + 'to__'], 'constructor')",
  },
  {
    name: "a method of the server's arrays by a computed name",
    leave: "structuredClone([])['__pro' + 'to__'].flatMap = () => 'left'",
    look: "structuredClone([1]).flatMap(String)",
    seen: "left",
  },
  {
    name: "a method deleted from the server's arrays by a computed name, after an await",
    leave: "const p = structuredClone([])['__pro' + 'to__']; await null; delete p.flatMap",
    look: "typeof structuredClone([1]).flatMap",
    seen: "undefined",
  },
  {
    name: "a member added to the server's arrays by a computed name",
    leave: "structuredClone([])['__pro' + 'to__'].left = 1",
    look: "structuredClone([1]).left ?? null",
    seen: 1,
  },
  {
    name: "a member added to the server's arrays while the script still waits",
    leave:
      "const p = Object.getPrototypeOf(structuredClone([])); (async () => { await null; p.flatMap = () => 'left'; p.left = 1; await Bun.sleep(50) })()",
    look: "[structuredClone([1]).left ?? null, structuredClone([1]).flatMap(String)].flat()",
  },
  {
    name: "how the server's errors write their stack",
    leave:
      "try { new URL('') } catch (error) { Object.getPrototypeOf(error.constructor).prepareStackTrace = () => 'left' }",
    look: "(() => { try { new URL('') } catch (error) { return error.stack === 'left' } })()",
    seen: true,
  },
];
