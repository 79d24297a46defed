import type { Operation } from "../operation.ts";
import { scalarScript, viewerScript, viewerStyle } from "./assets.ts";
import { page } from "./page.ts";

/** The viewer of OpenAPI documents; its files are for everybody, the documents behind it are not. */
export const docs: readonly Operation[] = [page, viewerScript, viewerStyle, scalarScript];
