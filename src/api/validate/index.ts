import type { Operation } from "../operation.ts";
import { dependencies } from "./dependencies.ts";
import { magicComments } from "./magic-comments.ts";
import { returnType } from "./return-type.ts";
import { script } from "./script.ts";
import { syntax } from "./syntax.ts";
import { typescript } from "./typescript.ts";

/** Operations of the namespace `validate`. */
export const validate: readonly Operation[] = [
  script,
  syntax,
  typescript,
  dependencies,
  magicComments,
  returnType,
];
