import { z } from 'zod';

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema: object }>> }>
  >;
}

/** The part of an OpenAPI document that answers are held against. */
export interface OpenApiDocument {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

/** Every operation with its method and path. */
export function operationsOf({ paths }: OpenApiDocument) {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
}

/**
 * Throws where an exchange is not one that the document describes: operation, parameters, type of the body, status, and
 * the whole answer.
 */
export async function checkExchange(
  document: OpenApiDocument,
  { method, url, bodyType }: { readonly method: string; readonly url: URL; readonly bodyType?: string },
  response: Response,
): Promise<Operation> {
  const found = operationsOf(document).find(
    (each) => each.method === method && fits(each.path, url.pathname),
  );
  if (found === undefined) throw new Error(`${method} ${url.pathname} is not in the document`);
  const { operation } = found;
  const known = (operation.parameters ?? []).filter((each) => each.in === 'query').map(({ name }) => name);
  if (response.ok) {
    for (const name of url.searchParams.keys())
      if (!known.includes(name)) throw new Error(`${method} ${url.pathname} has no parameter ${name}`);
    const types = Object.keys(operation.requestBody?.content ?? {});
    if (bodyType !== undefined && !types.some((type) => isOfType(bodyType, type)))
      throw new Error(`${method} ${url.pathname} takes no ${bodyType}`);
  }
  const described = operation.responses[response.status];
  if (described === undefined)
    throw new Error(`${method} ${url.pathname} does not answer ${response.status}`);
  const [type] = (response.headers.get('content-type') ?? '').split(';');
  const schema = described.content?.[type]?.schema;
  if (schema === undefined) throw new Error(`${method} ${url.pathname} does not answer with ${type}`);
  const body = /[/+]json$/.test(type) ? await response.clone().json() : await response.clone().text();
  const result = toZod(schema, document).safeParse(body);
  if (!result.success) throw new Error(`${method} ${url.pathname}: ${z.prettifyError(result.error)}`);
  return operation;
}

function toZod(schema: object, { components }: OpenApiDocument): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: components.schemas });
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')));
}

function fits(pattern: string, path: string): boolean {
  return new RegExp(`^${pattern.replaceAll(/\{[^}]+\}/g, '[^/]+')}$`).test(path);
}

function isOfType(type: string, pattern: string): boolean {
  return pattern.endsWith('/*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;
}
