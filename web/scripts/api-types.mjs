// Writes src/openapi.ts from the committed interface description: one interface for each schema,
// and for each route its parameters, body and reply. An unknown kind of schema stops it.

import { readFileSync, writeFileSync } from "node:fs";

const description = JSON.parse(readFileSync("../crates/ridecode/openapi.json", "utf8"));

/** A schema as a type. */
function type(schema) {
  if (schema === undefined) {
    return "undefined";
  }
  if (schema.$ref) {
    return schema.$ref.split("/").pop();
  }
  const one = schema.oneOf ?? schema.anyOf;
  if (one) {
    return one.map(type).join(" | ");
  }
  if (schema.enum) {
    return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  }
  if (Array.isArray(schema.type)) {
    return schema.type.map((kind) => type({ ...schema, type: kind })).join(" | ");
  }
  switch (schema.type) {
    case "null":
    case "string":
    case "boolean":
      return schema.type;
    case "integer":
    case "number":
      return "number";
    case "array":
      return schema.prefixItems ? `[${schema.prefixItems.map(type).join(", ")}]` : `(${type(schema.items)})[]`;
    case "object":
      return schema.properties ? fields(schema) : `Record<string, ${type(schema.additionalProperties ?? {})}>`;
    case undefined:
      return "unknown";
    default:
      throw new Error(`no type for ${JSON.stringify(schema)}`);
  }
}

/** The fields of an object. */
function fields({ properties = {}, required = [] }) {
  const told = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? "" : "?";
    const said = schema.description ? `  /** ${schema.description.replaceAll(/\s+/g, " ")} */\n` : "";
    return `${said}  ${JSON.stringify(name)}${mark}: ${type(schema)};\n`;
  });
  return `{\n${told.join("")}}`;
}

/** What a route takes and gives. */
function route({ parameters = [], requestBody, responses }) {
  const known = parameters.filter((parameter) => parameter.in === "path" || parameter.in === "query");
  const params = {
    properties: Object.fromEntries(known.map((parameter) => [parameter.name, parameter.schema])),
    required: known.filter((parameter) => parameter.required).map((parameter) => parameter.name),
  };
  const content = (has) => Object.values(has?.content ?? {})[0]?.schema;
  const reply = Object.entries(responses).find(([status]) => status.startsWith("2"));
  const parts = [
    `params: ${known.length > 0 ? fields(params) : "undefined"}`,
    `body: ${type(content(requestBody))}`,
    `reply: ${type(content(reply?.[1]))}`,
  ];
  return `{ ${parts.join("; ")} }`;
}

const lines = ["// Written from the interface description by `npm run types`.\n"];
for (const [name, schema] of Object.entries(description.components.schemas)) {
  const plain = schema.type === "object" && schema.properties;
  lines.push(plain ? `export interface ${name} ${fields(schema)}\n` : `export type ${name} = ${type(schema)};\n`);
}
lines.push("/** Every route. */\nexport interface Routes {");
for (const [path, item] of Object.entries(description.paths)) {
  for (const [method, operation] of Object.entries(item)) {
    lines.push(`  ${JSON.stringify(`${method.toUpperCase()} ${path}`)}: ${route(operation)};`);
  }
}
lines.push("}\n");
writeFileSync("src/openapi.ts", lines.join("\n"));
