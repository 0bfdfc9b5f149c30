// The schemas of an OpenAPI document, as rows of a table and as examples.

const DEEPEST = 6;

export class Schemas {
  #components;

  constructor(document) {
    this.#components = document.components?.schemas ?? {};
  }

  resolve(schema) {
    const name = nameOf(schema);
    return name ? (this.#components[name] ?? {}) : (schema ?? {});
  }

  /** Returns the example of a schema, or makes one from its parts. */
  example(schema, depth = 0) {
    const is = this.resolve(schema);
    if (is.example !== undefined) return is.example;
    if (is.examples?.length) return is.examples[0];
    if (depth > DEEPEST) return null;
    if (is.allOf) return Object.assign({}, ...is.allOf.map((part) => this.example(part, depth + 1)));
    const choice = (is.oneOf ?? is.anyOf)?.find((part) => part.type !== "null");
    if (choice) return this.example(choice, depth + 1);
    if (is.enum) return is.enum[0];
    return this.#byType(is, depth);
  }

  #byType(is, depth) {
    const type = [is.type].flat().find((t) => t && t !== "null") ?? (is.properties ? "object" : null);
    if (type === "array") return [this.example(is.items, depth + 1)];
    if (type === "object") {
      const pairs = Object.entries(is.properties ?? {});
      return Object.fromEntries(pairs.map(([key, value]) => [key, this.example(value, depth + 1)]));
    }
    return { string: is.format === "date-time" ? "2025-10-28T10:00:00Z" : "…", integer: 1, number: 0.5, boolean: true }[type] ?? null;
  }

  /** Returns the keys of a body with their types, those of its parts included. */
  rows(schema) {
    const is = this.resolve(schema);
    const parts = is.allOf ?? [];
    const own = Object.entries(is.properties ?? {}).map(([name, value]) => ({
      name, type: this.type(value), required: is.required?.includes(name), about: value.description ?? this.resolve(value).description ?? "",
    }));
    return [...parts.flatMap((part) => this.rows(part)), ...own];
  }

  type(schema) {
    if (!schema) return "";
    const is = this.resolve(schema);
    if (is.enum) return is.enum.map((word) => JSON.stringify(word)).join(" | ");
    const choices = schema.oneOf ?? schema.anyOf;
    if (choices) return choices.map((part) => this.type(part)).join(" | ");
    if (nameOf(schema)) return nameOf(schema);
    if (is.type === "array") return `${this.type(is.items)}[]`;
    const limits = [is.minimum !== undefined && `≥ ${is.minimum}`, is.maximum !== undefined && `≤ ${is.maximum}`].filter(Boolean);
    return [[is.type ?? "any"].flat().join(" | "), is.format && !/^int/.test(is.format) && is.format, ...limits].filter(Boolean).join(" ");
  }
}

export function nameOf(schema) {
  return schema?.$ref?.split("/").pop() ?? "";
}
