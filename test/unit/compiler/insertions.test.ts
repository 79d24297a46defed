import { expect, test } from "bun:test";
import { insertionsOf, withoutInsertions } from "../../../src/compiler/insertions.ts";
import { applyEdits } from "../../../src/compiler/source-text.ts";

const TEXT = "ab\ncdef\ngh";
const insert = (at: number, text: string) => ({ start: at, end: at, text });
const EDITS = [insert(4, "<<"), insert(6, "<>>"), insert(6, "!"), insert(8, "$")];

test("every column leads back to the character that stood there", () => {
  const inserted = insertionsOf(TEXT, EDITS);
  const edited = applyEdits(TEXT, EDITS).split("\n");
  expect(edited).toEqual(["ab", "c<<de<>>!f", "$gh"]);
  const back = edited.map((row, at) =>
    [...row]
      .map((_, column) => TEXT.split("\n")[at]?.[withoutInsertions(inserted, at + 1, column + 1) - 1])
      .join(""),
  );
  expect(back).toEqual(["ab", "cdddefffff", "ggh"]);
});

test("an insertion goes before what is replaced at the same place, in the order given", () => {
  expect(applyEdits("abc", [{ start: 1, end: 2, text: "B" }, insert(1, "<"), insert(1, "!")])).toBe("a<!Bc");
});
