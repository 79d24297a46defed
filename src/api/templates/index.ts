import type { Operation } from "../operation.ts";
import { createCustom } from "./create-custom.ts";
import { deleteCustom } from "./delete-custom.ts";
import { generate } from "./generate.ts";
import { list } from "./list.ts";
import { preview } from "./preview.ts";
import { updateCustom } from "./update-custom.ts";

/** Operations of the namespace `templates`. */
export const templates: readonly Operation[] = [
  list,
  preview,
  generate,
  createCustom,
  updateCustom,
  deleteCustom,
];
