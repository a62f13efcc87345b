import { createHash } from 'node:crypto';
import type { ErrorCode } from '../../base/errors.ts';
import { ERROR_TITLES, HTTP_STATUS } from '../../base/http-status.ts';
import { escapeHtml } from '../../report/escape.ts';
import { API_PAGE_STYLE } from './style.ts';

/** The part of an OpenAPI document that the page shows. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, unknown>>;
}

interface Operation {
  readonly operationId?: string;
  readonly summary?: string;
  readonly description?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description?: string;
    readonly schema?: { readonly description?: string };
  }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, { readonly description?: string; readonly content?: object }>>;
}

/** How each operation is asked with curl. */
const EXAMPLES: Readonly<Record<string, readonly string[]>> = {
  embed: [
    'curl -F image=@a.jpg -F image=@b.jpg URL/v1/embed',
    'curl --data-binary @a.jpg -H "Content-Type: image/jpeg" "URL/v1/embed?encoding=base64"',
  ],
  compare: ['curl -F image=@a.jpg -F image=@b.jpg "URL/v1/compare?prior=0.01"'],
  search: ['curl -F image=@a.jpg "URL/v1/search?k=5"'],
  addImages: ['curl -F image=@a.jpg "URL/v1/images?label=shoes"'],
  deleteImage: ['curl -X DELETE URL/v1/images/ID'],
  thumbnail: ['curl -o small.webp URL/v1/images/ID/thumbnail'],
  map: ['curl URL/v1/map'],
  duplicates: ['curl "URL/v1/duplicates?maxDistance=0.1"'],
  model: ['curl URL/v1/model'],
  stats: ['curl URL/v1/stats'],
  health: ['curl URL/healthz'],
  ready: ['curl URL/readyz'],
  modelFile: ['curl -O URL/model/encoder.onnx'],
  moves: ['curl URL/v1/moves'],
  moveImages: [
    `curl -H "Content-Type: application/json" -d '{"images":[{"id":"ID","keeper":"ID"}]}' URL/v1/moves`,
  ],
  undoMove: ['curl -X DELETE URL/v1/moves/move-1'],
  runs: ['curl URL/v1/runs'],
  runFile: ['curl URL/run/metrics.jsonl', 'curl "URL/run/report.html?run=NAME"'],
  metrics: ['curl URL/metrics'],
};

/** The `style-src` that lets the page's own style through and nothing else. */
export const API_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256')
  .update(API_PAGE_STYLE)
  .digest('base64')}'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'`;

/** A page of HTML that tells what the service can be asked: no script, nothing from elsewhere. */
export function renderApiPage(document: ApiDocument, codes: readonly ErrorCode[]): string {
  const { title, version, description = '' } = document.info;
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) =>
      renderOperation(method.toUpperCase(), path, operation),
    ),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${API_PAGE_STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(description)}</p>
<p>Version ${escapeHtml(version)}. The same for programs: <a href="/openapi.json">openapi.json</a>. Where the service has
tokens, send one as <code>Authorization: Bearer TOKEN</code>.</p>
${operations.join('\n')}
<h2 id="errors">Errors</h2>
<p>Every error is a problem of RFC 9457 (<code>application/problem+json</code>) with a <code>code</code>:</p>
<table>
<thead><tr><th scope="col">code</th><th scope="col">status</th><th scope="col">meaning</th></tr></thead>
<tbody>
${codes.map(renderCode).join('\n')}
</tbody>
</table>
</main>
</body>
</html>
`;
}

function renderOperation(method: string, path: string, operation: Operation): string {
  const { operationId = '', summary = '', description, security, parameters = [] } = operation;
  const examples = (EXAMPLES[operationId] ?? []).join('\n');
  const types = Object.keys(operation.requestBody?.content ?? {});
  return `<section id="${escapeHtml(operationId)}">
<h2><code>${method} ${escapeHtml(path)}</code></h2>
<p>${escapeHtml(summary)}.${security === undefined ? '' : ' Needs a token where the service has tokens.'}</p>
${description === undefined ? '' : `<p>${escapeHtml(description)}</p>`}
${examples === '' ? '' : `<pre>${escapeHtml(examples)}</pre>`}
${types.length === 0 ? '' : `<p>Bodies: ${types.map((type) => `<code>${escapeHtml(type)}</code>`).join(', ')}.</p>`}
${parameters.length === 0 ? '' : `<ul>${parameters.map(renderParameter).join('')}</ul>`}
<table>
<tbody>
${Object.entries(operation.responses).map(renderResponse).join('\n')}
</tbody>
</table>
</section>`;
}

function renderParameter({
  name,
  description,
  schema,
}: NonNullable<Operation['parameters']>[number]): string {
  return `<li><code>${escapeHtml(name)}</code>: ${escapeHtml(description ?? schema?.description ?? '')}</li>`;
}

function renderResponse([status, { description = '' }]: [string, Operation['responses'][string]]): string {
  return `<tr><th scope="row">${escapeHtml(status)}</th><td>${escapeHtml(description)}</td></tr>`;
}

function renderCode(code: ErrorCode): string {
  return `<tr id="${code}"><th scope="row"><code>${code}</code></th><td>${HTTP_STATUS[code]}</td><td>${escapeHtml(ERROR_TITLES[code])}</td></tr>`;
}
