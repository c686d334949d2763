// Reads an OpenAPI document: its operations, and examples for what they take.

/**
 * @typedef {{name: string, in: string, required?: boolean, description?: string,
 *   schema?: any}} Parameter
 * @typedef {{id: string, title: string, method: string, path: string, summary: string,
 *   description: string,
 *   parameters: Parameter[], body: any, answers: [string, any][], isPublic: boolean}} Operation
 */

const METHODS = ["get", "post", "put", "patch", "delete"];
const DEPTH_MAX = 6;

/** @param {any} document @returns {Operation[]} */
export function operations(document) {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter(method => item[method]).map(method => {
      const one = item[method];
      const parameters = [...(item.parameters ?? []), ...(one.parameters ?? [])];
      return {
        id: one.operationId ?? `${method} ${path}`,
        title: titleOf(one.operationId ?? ""),
        method: method.toUpperCase(),
        path,
        summary: one.summary ?? "",
        description: one.description ?? "",
        parameters: parameters.map((/** @type {any} */ parameter) => known(document, parameter)),
        body: one.requestBody?.content ?? null,
        answers: Object.entries(one.responses ?? {}),
        isPublic: Array.isArray(one.security) && one.security.length === 0,
      };
    }),
  );
}

/** What an operation does, out of its name: `grantCredits` grants credits. @param {string} id */
function titleOf(id) {
  const words = id
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/[_-]/g, " ")
    .toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Follows a reference inside of the document. @param {any} document @param {any} schema */
export function known(document, schema) {
  const path = schema?.$ref;
  if (typeof path !== "string" || !path.startsWith("#/")) return schema ?? {};
  const parts = path.slice(2).split("/");
  return parts.reduce((found, part) => found?.[part], document) ?? {};
}

/**
 * Something that fits a schema: what is required, and what has an example.
 * @param {any} document
 * @param {any} schema
 * @param {number} [depth]
 * @returns {any}
 */
export function example(document, schema, depth = 0) {
  const one = known(document, schema);
  if (one.example !== undefined) return one.example;
  if (one.examples?.length) return one.examples[0];
  if (one.const !== undefined) return one.const;
  if (one.default !== undefined) return one.default;
  if (one.enum?.length) return one.enum[0];
  if (depth > DEPTH_MAX) return null;
  const some = one.allOf ?? one.oneOf ?? one.anyOf;
  if (some?.length) return example(document, some[0], depth + 1);
  const type = Array.isArray(one.type) ? one.type[0] : one.type;
  if (type === "object" || one.properties) {
    const wanted = Object.entries(one.properties ?? {}).filter(
      ([name, inner]) => one.required?.includes(name) || has(document, inner),
    );
    return Object.fromEntries(
      wanted.map(([name, inner]) => [name, example(document, inner, depth + 1)]),
    );
  }
  if (type === "array") return one.items ? [example(document, one.items, depth + 1)] : [];
  if (type === "integer" || type === "number") return one.minimum ?? 1;
  if (type === "boolean") return false;
  return type === "null" ? null : "";
}

/** @param {any} document @param {any} schema */
function has(document, schema) {
  const one = known(document, schema);
  return one.example !== undefined || Boolean(one.examples?.length);
}

/**
 * The fields of an object, with what may stand in them.
 * @param {any} document
 * @param {any} schema
 * @returns {{name: string, type: string, isRequired: boolean, about: string}[]}
 */
export function fields(document, schema) {
  const one = known(document, schema);
  const parts = one.allOf
    ? one.allOf.map((/** @type {any} */ part) => known(document, part))
    : [one];
  return parts.flatMap((/** @type {any} */ part) =>
    Object.entries(part.properties ?? {}).map(([name, inner]) => ({
      name,
      type: typeOf(document, inner),
      isRequired: Boolean(part.required?.includes(name)),
      about: known(document, inner).description ?? "",
    })),
  );
}

/** @param {any} document @param {any} schema @returns {string} */
export function typeOf(document, schema) {
  const one = known(document, schema);
  if (one.enum)
    return one.enum.map((/** @type {any} */ value) => JSON.stringify(value)).join(" | ");
  if (one.const !== undefined) return JSON.stringify(one.const);
  const some = one.oneOf ?? one.anyOf;
  if (some) return some.map((/** @type {any} */ part) => typeOf(document, part)).join(" | ");
  if (one.type === "array") return `${typeOf(document, one.items)}[]`;
  const type = Array.isArray(one.type) ? one.type.join(" | ") : (one.type ?? "object");
  const [least, most] = [one.minimum ?? one.minLength, one.maximum ?? one.maxLength];
  const isBound = least !== undefined || most !== undefined;
  return isBound ? `${type} (${least ?? "…"}–${most ?? "…"})` : type;
}
