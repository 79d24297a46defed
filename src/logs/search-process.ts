// The program of a process that searches logs: reads its order from standard input, writes the answer, and ends.
import { searchLines } from "./search-lines.ts";

const answer = await searchLines(await Bun.stdin.json());
await Bun.write(Bun.stdout, JSON.stringify(answer));
