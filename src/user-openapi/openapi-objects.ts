/** What a member of an OpenAPI object may be. */
export type Rule =
  | "any"
  | "boolean"
  | "integer"
  | "number"
  | "string"
  | { readonly one: readonly string[] }
  | { readonly matches: RegExp; readonly as: string }
  | { readonly object: ObjectName }
  /** The object itself or a `$ref` to one. */
  | { readonly refOr: ObjectName }
  | { readonly list: Rule }
  | MapRule
  | { readonly either: readonly [Rule, Rule] };

/** An object whose names are free. */
export interface MapRule {
  readonly map: Rule;
  /** What names must look like. */
  readonly names?: RegExp;
  /** Whether a `$ref` may stand in the place of the map. */
  readonly orRef?: true;
}

/** One kind of object: its members, and which of them must be there. `x-…` may stand in each. */
export interface ObjectRule {
  readonly members: Readonly<Record<string, Rule>>;
  readonly required?: readonly string[];
}

const COMPONENT_NAME = /^[a-zA-Z0-9._-]+$/;
const operation = { object: "operation" } as const;
const schema = { refOr: "schema" } as const;
const schemas = { list: schema } as const;
const servers = { list: { object: "server" } } as const;
const callback = { map: { object: "pathItem" }, orRef: true } as const;
const security = { list: { map: { list: "string" } } } as const;
const content = { map: { object: "mediaType" } } as const;
const examples = { map: { refOr: "example" } } as const;
const headers = { map: { refOr: "header" } } as const;
const parameters = { list: { refOr: "parameter" } } as const;
const named = <const Name extends ObjectName>(refOr: Name) => ({ map: { refOr }, names: COMPONENT_NAME });

/** Members that a parameter shares with a header. */
const PARAMETER = {
  description: "string",
  required: "boolean",
  deprecated: "boolean",
  allowEmptyValue: "boolean",
  style: "string",
  explode: "boolean",
  allowReserved: "boolean",
  schema,
  example: "any",
  examples,
  content,
} as const;

const OAUTH_FLOW = {
  authorizationUrl: "string",
  tokenUrl: "string",
  refreshUrl: "string",
  scopes: { map: "string" },
} as const;

/** Name of a row of {@link OBJECTS}. */
export type ObjectName =
  | "document"
  | "info"
  | "contact"
  | "license"
  | "server"
  | "serverVariable"
  | "components"
  | "pathItem"
  | "operation"
  | "parameter"
  | "requestBody"
  | "mediaType"
  | "encoding"
  | "response"
  | "example"
  | "link"
  | "header"
  | "tag"
  | "externalDocs"
  | "schema"
  | "discriminator"
  | "xml"
  | "securityScheme"
  | "oauthFlows"
  | "oauthFlow";

/** TABLE: the objects of OpenAPI 3.0.3 (§4.7), as its JSON Schema has them. */
export const OBJECTS: Readonly<Record<ObjectName, ObjectRule>> = {
  document: {
    required: ["openapi", "info", "paths"],
    members: {
      openapi: { matches: /^3\.0\.\d+(?:-.+)?$/, as: "3.0.x" },
      info: { object: "info" },
      servers,
      paths: { map: { object: "pathItem" }, names: /^\// },
      components: { object: "components" },
      security,
      tags: { list: { object: "tag" } },
      externalDocs: { object: "externalDocs" },
    },
  },
  info: {
    required: ["title", "version"],
    members: {
      title: "string",
      description: "string",
      termsOfService: "string",
      contact: { object: "contact" },
      license: { object: "license" },
      version: "string",
    },
  },
  contact: { members: { name: "string", url: "string", email: "string" } },
  license: { required: ["name"], members: { name: "string", url: "string" } },
  server: {
    required: ["url"],
    members: { url: "string", description: "string", variables: { map: { object: "serverVariable" } } },
  },
  serverVariable: {
    required: ["default"],
    members: { enum: { list: "string" }, default: "string", description: "string" },
  },
  components: {
    members: {
      schemas: named("schema"),
      responses: named("response"),
      parameters: named("parameter"),
      examples: named("example"),
      requestBodies: named("requestBody"),
      headers: named("header"),
      securitySchemes: named("securityScheme"),
      links: named("link"),
      callbacks: { map: callback, names: COMPONENT_NAME },
    },
  },
  pathItem: {
    members: {
      $ref: "string",
      summary: "string",
      description: "string",
      get: operation,
      put: operation,
      post: operation,
      delete: operation,
      options: operation,
      head: operation,
      patch: operation,
      trace: operation,
      servers,
      parameters,
    },
  },
  operation: {
    required: ["responses"],
    members: {
      tags: { list: "string" },
      summary: "string",
      description: "string",
      externalDocs: { object: "externalDocs" },
      operationId: "string",
      parameters,
      requestBody: { refOr: "requestBody" },
      responses: { map: { refOr: "response" }, names: /^(?:default|[1-5](?:\d\d|XX))$/ },
      callbacks: { map: callback },
      deprecated: "boolean",
      security,
      servers,
    },
  },
  parameter: {
    required: ["name", "in"],
    members: { name: "string", in: { one: ["path", "query", "header", "cookie"] }, ...PARAMETER },
  },
  requestBody: {
    required: ["content"],
    members: { description: "string", content, required: "boolean" },
  },
  mediaType: {
    members: { schema, example: "any", examples, encoding: { map: { object: "encoding" } } },
  },
  encoding: {
    members: {
      contentType: "string",
      headers,
      style: { one: ["form", "spaceDelimited", "pipeDelimited", "deepObject"] },
      explode: "boolean",
      allowReserved: "boolean",
    },
  },
  response: {
    required: ["description"],
    members: { description: "string", headers, content, links: { map: { refOr: "link" } } },
  },
  example: {
    members: { summary: "string", description: "string", value: "any", externalValue: "string" },
  },
  link: {
    members: {
      operationRef: "string",
      operationId: "string",
      parameters: { map: "any" },
      requestBody: "any",
      description: "string",
      server: { object: "server" },
    },
  },
  header: { members: PARAMETER },
  tag: {
    required: ["name"],
    members: { name: "string", description: "string", externalDocs: { object: "externalDocs" } },
  },
  externalDocs: { required: ["url"], members: { description: "string", url: "string" } },
  schema: {
    members: {
      title: "string",
      multipleOf: "number",
      maximum: "number",
      exclusiveMaximum: "boolean",
      minimum: "number",
      exclusiveMinimum: "boolean",
      maxLength: "integer",
      minLength: "integer",
      pattern: "string",
      maxItems: "integer",
      minItems: "integer",
      uniqueItems: "boolean",
      maxProperties: "integer",
      minProperties: "integer",
      required: { list: "string" },
      enum: { list: "any" },
      type: { one: ["array", "boolean", "integer", "number", "object", "string"] },
      not: schema,
      allOf: schemas,
      oneOf: schemas,
      anyOf: schemas,
      items: schema,
      properties: { map: schema },
      additionalProperties: { either: ["boolean", schema] },
      description: "string",
      format: "string",
      default: "any",
      nullable: "boolean",
      discriminator: { object: "discriminator" },
      readOnly: "boolean",
      writeOnly: "boolean",
      example: "any",
      externalDocs: { object: "externalDocs" },
      deprecated: "boolean",
      xml: { object: "xml" },
    },
  },
  discriminator: {
    required: ["propertyName"],
    members: { propertyName: "string", mapping: { map: "string" } },
  },
  xml: {
    members: {
      name: "string",
      namespace: "string",
      prefix: "string",
      attribute: "boolean",
      wrapped: "boolean",
    },
  },
  securityScheme: {
    required: ["type"],
    members: {
      type: { one: ["apiKey", "http", "oauth2", "openIdConnect"] },
      description: "string",
      name: "string",
      in: { one: ["header", "query", "cookie"] },
      scheme: "string",
      bearerFormat: "string",
      flows: { object: "oauthFlows" },
      openIdConnectUrl: "string",
    },
  },
  oauthFlows: {
    members: {
      implicit: { object: "oauthFlow" },
      password: { object: "oauthFlow" },
      clientCredentials: { object: "oauthFlow" },
      authorizationCode: { object: "oauthFlow" },
    },
  },
  oauthFlow: { required: ["scopes"], members: OAUTH_FLOW },
};
