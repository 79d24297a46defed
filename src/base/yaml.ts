import { stringify } from "yaml";

/** A document of plain JSON as YAML text that says the same. */
export function toYaml(document: unknown): string {
  // Without anchors: some readers of OpenAPI do not follow them.
  return stringify(document, { aliasDuplicateObjects: false, lineWidth: 110 });
}
