/** What went wrong, in the parts of a `SamesameError`, as it crosses from the worker to the page. */
export interface Problem {
  readonly code: string;
  /** What failed, as a clause. */
  readonly what: string;
  readonly expected?: string;
  readonly received?: string;
  readonly help?: string;
}

/** From the page to the worker. */
export type Request =
  | { readonly id: number; readonly method: string; readonly args: unknown }
  | { readonly stop: number };

/** From the worker to the page, for the call of that id. */
export type Reply =
  | { readonly id: number; readonly kind: 'event'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'answer'; readonly value: unknown }
  | { readonly id: number; readonly kind: 'problem'; readonly value: Problem };

export interface CallContext {
  readonly emit: (event: unknown) => void;
  readonly signal: AbortSignal;
}

/** A rejected call of the worker. */
export class EngineError extends Error {
  readonly problem: Problem;
  constructor(problem: Problem) {
    super(problem.what);
    this.name = 'EngineError';
    this.problem = problem;
  }
}

/** Any error in the parts that the page shows. */
export function toProblem(error: unknown): Problem {
  if (error instanceof EngineError) return error.problem;
  if (!(error instanceof Error)) return { code: 'E_UNKNOWN', what: String(error) };
  if (error.name === 'AbortError') return { code: 'E_STOPPED', what: error.message };
  // A SamesameError says its parts a line each: `what`, then `expected: …`, `received: …`, `help: …`.
  const [what, ...lines] = error.message.split('\n');
  const part = (name: string) => {
    const line = lines.map((text) => text.trim()).find((text) => text.startsWith(`${name}: `));
    return line?.slice(name.length + 2);
  };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'E_UNKNOWN';
  return { code, what, expected: part('expected'), received: part('received'), help: part('help') };
}
