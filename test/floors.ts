import { builtinModules } from 'node:module';
import { posix } from 'node:path';

/** The rooms from the ground up. Each imports only from those before it. */
export const FLOORS = [
  'base',
  'client',
  'graph',
  'nn',
  'loss',
  'data',
  'backbones',
  'model',
  'export',
  'evaluate',
  'projection',
  'train',
  'search',
  'report',
  'jobs',
  'web',
  'serve',
  'cli',
] as const;

/** Rooms below that a room must still not know. */
const FORBIDDEN: Readonly<Record<string, readonly string[]>> = {
  data: ['graph', 'nn', 'loss'],
  evaluate: ['model'],
  report: ['train'],
};

/** Code that also runs in a browser: no Node module may be reached from it. */
const BROWSER_SAFE = [
  /^src\/(client|graph|nn|loss|evaluate|projection|web)\//,
  /^src\/data\/(augment|splits|pairs|samplers)/,
  /^src\/search\/near-groups/,
];
/** What every runtime is: others may speak of it, but get one only by #runtime. */
const RUNTIME_TYPES = 'src/graph/runtime/types.ts';
const NODE_RUNTIME = 'src/graph/runtime/node.ts';
const NODE_PACKAGES = ['onnxruntime-node', 'sharp'];

/** Types of the data room are the vocabulary of the whole house. */
const SHARED_TYPES = 'src/data/types.ts';

export const SIZE_WARNING_BYTES = 12 * 1024;
export const SIZE_LIMIT_BYTES = 16 * 1024;

export interface SourceFile {
  /** From the repository root, with forward slashes: `src/nn/dense.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly message: string;
}

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
  readonly line: number;
  /** The imported file, for an import of this repository's own code. */
  readonly target?: string;
}

/** Every import that goes against the floors, and the other rules that keep the rooms apart. Test files are free. */
export function checkFloors(files: readonly SourceFile[]): Violation[] {
  const sources = files.filter((file) => !file.path.endsWith('.test.ts'));
  const imports = new Map(sources.map((file) => [file.path, importsOf(file)]));
  const violations: Violation[] = [];
  for (const { path, text } of sources) {
    const report = (line: number, message: string) => violations.push({ path, line, message });
    for (const item of imports.get(path)!) {
      const message = checkFloor(path, item) ?? checkBrowserSafe(path, item, imports);
      if (message !== undefined) report(item.line, message);
    }
    if (roomOf(path) !== 'cli') {
      for (const line of linesOf(maskSource(text).bare, /\bconsole\s*[.[]/g)) {
        report(line, 'console is for src/cli: return it, throw it or yield it as an event');
      }
    }
    const sizeBytes = Buffer.byteLength(text);
    if (sizeBytes > SIZE_LIMIT_BYTES) {
      report(1, `${sizeBytes} bytes: over ${SIZE_LIMIT_BYTES}, split it by concept`);
    }
  }
  return violations;
}

/** Files that grow towards the size limit. */
export function findLargeFiles(files: readonly SourceFile[]): string[] {
  return files
    .filter((file) => !file.path.endsWith('.test.ts') && Buffer.byteLength(file.text) > SIZE_WARNING_BYTES)
    .map((file) => `${file.path}: ${Buffer.byteLength(file.text)} bytes`);
}

function checkFloor(path: string, item: Import): string | undefined {
  const { target } = item;
  if (target === undefined) return undefined;
  if (!target.startsWith('src/')) return `${target} is not part of src`;
  const from = roomOf(path);
  const to = roomOf(target);
  if (target.startsWith('src/graph/runtime/') && target !== RUNTIME_TYPES && from !== 'graph') {
    return "graph/runtime is the graph room's own: import #runtime";
  }
  if (from === undefined || from === to) return undefined;
  if (to === undefined) return `${target} stands above all rooms`;
  if (target === SHARED_TYPES && item.typeOnly) return undefined;
  const fromFloor = FLOORS.indexOf(from as (typeof FLOORS)[number]);
  const toFloor = FLOORS.indexOf(to as (typeof FLOORS)[number]);
  if (fromFloor < 0) return `${from} is not in the list of floors`;
  if (toFloor < 0) return `${to} is not in the list of floors`;
  if (toFloor > fromFloor) return `${from} may not import ${to}, which is a floor above it`;
  if (FORBIDDEN[from]?.includes(to)) return `${from} may not know ${to}`;
  return undefined;
}

function checkBrowserSafe(
  path: string,
  item: Import,
  imports: ReadonlyMap<string, readonly Import[]>,
): string | undefined {
  if (!isBrowserSafe(path)) return undefined;
  if (isNodeModule(item)) return `${item.specifier} does not exist in a browser, where this file also runs`;
  const { target } = item;
  if (target === undefined || item.typeOnly || isBrowserSafe(target)) return undefined;
  const reached = reachesNode(target, imports, new Set());
  if (reached === undefined) return undefined;
  return `${target} reaches ${reached}, which does not exist in a browser, where this file also runs`;
}

function reachesNode(
  path: string,
  imports: ReadonlyMap<string, readonly Import[]>,
  seen: Set<string>,
): string | undefined {
  if (seen.has(path)) return undefined;
  seen.add(path);
  for (const item of imports.get(path) ?? []) {
    if (isNodeModule(item)) return item.specifier;
    if (item.typeOnly || item.target === undefined) continue;
    const reached = reachesNode(item.target, imports, seen);
    if (reached !== undefined) return reached;
  }
  return undefined;
}

function isBrowserSafe(path: string): boolean {
  return path !== NODE_RUNTIME && BROWSER_SAFE.some((pattern) => pattern.test(path));
}

function isNodeModule({ specifier, typeOnly }: Import): boolean {
  if (typeOnly) return false;
  return (
    specifier.startsWith('node:') ||
    builtinModules.includes(specifier) ||
    NODE_PACKAGES.some((name) => specifier === name || specifier.startsWith(`${name}/`))
  );
}

/** `nn` for `src/nn/dense.ts`; undefined for files directly in `src`, which may import everything. */
function roomOf(path: string): string | undefined {
  return path.match(/^src\/([^/]+)\//)?.[1];
}

/** Static, re-exporting, bare, dynamic and type imports of a file. */
function importsOf({ path, text }: SourceFile): Import[] {
  const { code, bare } = maskSource(text);
  const found: Import[] = [];
  for (const { index } of bare.matchAll(/\b(?:import|export)\b/g)) {
    const rest = code.slice(index, index + 4000);
    const match =
      rest.match(/^import\s+(type\s+)?[\w$*\s{},]+?\s*\bfrom\s*['"]([^'"]+)['"]/) ??
      rest.match(/^export\s+(type\s+)?(?:\*(?:\s+as\s+[\w$]+)?|\{[^}]*\})\s*from\s*['"]([^'"]+)['"]/) ??
      rest.match(/^import\s*()['"]([^'"]+)['"]/) ??
      rest.match(/^import\s*\(\s*()['"`]([^'"`]+)['"`]/);
    if (match === null) continue;
    const specifier = match[2];
    found.push({
      specifier,
      typeOnly: Boolean(match[1]),
      line: lineAt(text, index),
      target: resolve(path, specifier),
    });
  }
  return found;
}

function resolve(path: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts');
  const own = specifier.match(/^samesame(?:\/(.+))?$/);
  if (own !== null) return own[1] === undefined ? 'src/index.ts' : `src/${own[1]}/index.ts`;
  return undefined;
}

/**
 * The source with comments blanked (`code`), and with strings and regular expressions blanked too (`bare`).
 * Both keep every line break and every position.
 */
export function maskSource(text: string): { code: string; bare: string } {
  const code = text.split('');
  const bare = text.split('');
  const blank = (cells: string[], from: number, to: number) => {
    for (let i = from; i < to; i++) if (cells[i] !== '\n') cells[i] = ' ';
  };
  // For every open `${`, how many braces are open inside it.
  const templates: number[] = [];
  let i = 0;

  function readTemplate(start: number): number {
    let j = start;
    while (j < text.length && text[j] !== '`' && !text.startsWith('${', j)) j += text[j] === '\\' ? 2 : 1;
    blank(bare, start, j);
    if (text[j] !== '`') templates.push(0);
    return j + (text[j] === '`' ? 1 : 2);
  }

  while (i < text.length) {
    const here = text[i];
    if (text.startsWith('//', i) || text.startsWith('/*', i)) {
      const close = here === '/' && text[i + 1] === '/' ? text.indexOf('\n', i) : text.indexOf('*/', i) + 2;
      const end = close < i + 1 ? text.length : close;
      blank(code, i, end);
      blank(bare, i, end);
      i = end;
      continue;
    }
    if (here === "'" || here === '"') {
      let j = i + 1;
      while (j < text.length && text[j] !== here && text[j] !== '\n') j += text[j] === '\\' ? 2 : 1;
      blank(bare, i + 1, j);
      i = j + 1;
    } else if (here === '`') {
      i = readTemplate(i + 1);
    } else if (here === '}' && templates.at(-1) === 0) {
      templates.pop();
      i = readTemplate(i + 1);
    } else if (here === '/' && startsRegExp(code.slice(Math.max(0, i - 100), i).join(''))) {
      let j = i + 1;
      let inClass = false;
      while (j < text.length && text[j] !== '\n' && (inClass || text[j] !== '/')) {
        if (text[j] === '[') inClass = true;
        if (text[j] === ']') inClass = false;
        j += text[j] === '\\' ? 2 : 1;
      }
      blank(bare, i + 1, j);
      i = j + 1;
    } else {
      if (templates.length > 0 && here === '{') templates[templates.length - 1]++;
      if (templates.length > 0 && here === '}') templates[templates.length - 1]--;
      i++;
    }
  }
  return { code: code.join(''), bare: bare.join('') };
}

/** After an operator, an opening bracket or `return`, a slash opens a regular expression; else it divides. */
function startsRegExp(before: string): boolean {
  return /(?:^|[(,=:[!&|?{};+\-*%<>~^]|\breturn)\s*$/.test(before);
}

function linesOf(text: string, pattern: RegExp): number[] {
  return [...text.matchAll(pattern)].map((match) => lineAt(text, match.index));
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
