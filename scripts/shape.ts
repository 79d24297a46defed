/** `bun run shape`: the largest files and the longest functions of src/, for whoever looks for a second noun. */
import { parseSync, Visitor } from "oxc-parser";

const ROWS_MAX = 15;

interface Shape {
  readonly name: string;
  readonly lines: number;
}

const files: Shape[] = [];
const functions: Shape[] = [];
for (const path of new Bun.Glob("src/**/*.ts").scanSync(".")) {
  const source = await Bun.file(path).text();
  files.push({ name: path, lines: source.split("\n").length - 1 });
  functions.push(...functionsOf(path, source));
}
print("Largest files", files);
print("Longest functions", functions);

function functionsOf(path: string, source: string): readonly Shape[] {
  const found: Shape[] = [];
  const note = (node: { start: number; end: number }) => {
    const line = source.slice(0, node.start).split("\n").length;
    const head = source.slice(node.start).split("\n", 1)[0] ?? "";
    found.push({
      name: `${path}:${line} ${head.trim().slice(0, 60)}`,
      lines: source.slice(node.start, node.end).split("\n").length,
    });
  };
  new Visitor({
    FunctionDeclaration: note,
    FunctionExpression: note,
    ArrowFunctionExpression: note,
  }).visit(parseSync(path, source).program);
  return found;
}

function print(title: string, shapes: readonly Shape[]): void {
  console.log(`${title}\n`);
  for (const { name, lines } of shapes.toSorted((a, b) => b.lines - a.lines).slice(0, ROWS_MAX)) {
    console.log(`${String(lines).padStart(6)}  ${name}`);
  }
  console.log("");
}
