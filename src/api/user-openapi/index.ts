import type { Operation } from "../operation.ts";
import { generate } from "./generate.ts";
import { list } from "./list.ts";
import { merge } from "./merge.ts";
import { schema } from "./schema.ts";
import { spec } from "./spec.ts";
import { validate } from "./validate.ts";

/** Operations of the namespace `user-openapi`. */
export const userOpenapi: readonly Operation[] = [list, generate, spec, schema, validate, merge];
