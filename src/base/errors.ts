/** Every way in which samesame fails on purpose. The set is closed: the command line, the service and the docs list it. */
export type ErrorCode =
  | 'E_USAGE'
  | 'E_CONFIG'
  | 'E_SHAPE'
  | 'E_DTYPE'
  | 'E_GRAPH'
  | 'E_RUNTIME'
  | 'E_DATA'
  | 'E_DATA_EMPTY'
  | 'E_DATA_ONE_CLASS'
  | 'E_DATA_FEW_IMAGES'
  | 'E_DATA_TRUNCATED'
  | 'E_DATA_LENGTH'
  | 'E_DATA_MANIFEST'
  | 'E_IMAGE'
  | 'E_IMAGES_BAD'
  | 'E_NAN'
  | 'E_CHECKPOINT'
  | 'E_MODEL'
  | 'E_MODEL_VERSION'
  | 'E_NOT_FOUND'
  | 'E_PERMISSION'
  | 'E_DISK_FULL'
  | 'E_DOWNLOAD'
  | 'E_IO'
  | 'E_STORE'
  | 'E_QUEUE'
  | 'E_CONNECTION'
  | 'E_REQUEST'
  | 'E_UNAUTHORIZED'
  | 'E_FORBIDDEN'
  | 'E_NO_ROUTE'
  | 'E_METHOD'
  | 'E_TIMEOUT'
  | 'E_TOO_LARGE'
  | 'E_MEDIA_TYPE'
  | 'E_URL'
  | 'E_BUSY'
  | 'E_SERVICE';

/** The four parts of a message that a reader can act on. */
export interface ErrorParts {
  /** What failed, as a clause: `reading labels.idx failed`. */
  readonly what: string;
  /** What would have been right. */
  readonly expected?: string;
  /** What was there instead. */
  readonly received?: string;
  /** What to do now. */
  readonly help?: string;
  /** Facts for programs: paths, counts, names. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** The one error class of samesame: a `code` for programs, a message for people. */
export class SamesameError extends Error {
  readonly code: ErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, parts: ErrorParts) {
    const { what, expected, received, help, details = {}, cause } = parts;
    const lines = [what];
    if (expected !== undefined) lines.push(`expected: ${expected}`);
    if (received !== undefined) lines.push(`received: ${received}`);
    if (help !== undefined) lines.push(`help: ${help}`);
    super(lines.join('\n  '), cause === undefined ? undefined : { cause });
    this.name = 'SamesameError';
    this.code = code;
    this.details = details;
  }
}

const EXIT_USAGE: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['E_USAGE', 'E_CONFIG']);
const EXIT_DATA: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'E_DATA',
  'E_DATA_EMPTY',
  'E_DATA_ONE_CLASS',
  'E_DATA_FEW_IMAGES',
  'E_DATA_TRUNCATED',
  'E_DATA_LENGTH',
  'E_DATA_MANIFEST',
  'E_IMAGE',
  'E_IMAGES_BAD',
]);

/** Exit code of a failed command: 2 wrong usage or configuration, 3 bad input data, 1 anything else. */
export function exitCodeOf(error: unknown): 1 | 2 | 3 {
  if (!(error instanceof SamesameError)) return 1;
  if (EXIT_USAGE.has(error.code)) return 2;
  return EXIT_DATA.has(error.code) ? 3 : 1;
}

/**
 * The `SamesameError` for a failed file-system call, by its `errno` name.
 * @param action what was being done, as a clause: `writing runs/demo/model`.
 */
export function errorFromSystem(error: unknown, action: string): SamesameError {
  if (error instanceof SamesameError) return error;
  const system = error as NodeJS.ErrnoException;
  const parts = { received: system?.message ?? String(error), details: { path: system?.path }, cause: error };
  switch (system?.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new SamesameError('E_PERMISSION', {
        ...parts,
        what: `${action} was not permitted`,
        help: 'choose a folder that you may write to (--out), or change its permissions',
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new SamesameError('E_DISK_FULL', {
        ...parts,
        what: `${action} failed because the disk is full`,
        help: 'free some space and run the command again; finished files are whole, and --resume goes on from the last checkpoint',
      });
    case 'ENOENT':
      return new SamesameError('E_NOT_FOUND', {
        ...parts,
        what: `${action} failed: no such file or folder`,
        help: 'check the path',
      });
    default:
      return new SamesameError('E_IO', { ...parts, what: `${action} failed` });
  }
}
