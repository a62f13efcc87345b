/** Where a verb writes: results on stdout, everything else on stderr. */
export interface Terminal {
  /** Whether the result is asked for as JSON. */
  readonly json: boolean;
  readonly quiet: boolean;
  /** Results for people, on stdout. Nothing with `--json`. */
  print(text?: string): void;
  /** What happens meanwhile, on stderr. Nothing with `--quiet`. */
  note(text: string): void;
  /** What somebody should know, on stderr. */
  warn(text: string): void;
  /** The result for programs: the last line on stdout. Nothing without `--json`. */
  result(value: object): void;
  /** Whether pictures can be drawn in 24-bit colours on stdout. */
  readonly hasColor: boolean;
  /** Whether a person watches stdout. */
  readonly isWatched: boolean;
  readonly columns: number;
}

export function createTerminal({
  json = false,
  quiet = false,
}: {
  readonly json?: boolean;
  readonly quiet?: boolean;
}): Terminal {
  const { stdout, stderr } = process;
  const isWatched = stdout.isTTY === true;
  return {
    json,
    quiet,
    print(text = '') {
      if (!json) stdout.write(`${text}\n`);
    },
    note(text) {
      if (!quiet) stderr.write(`${text}\n`);
    },
    warn(text) {
      stderr.write(`warning: ${text}\n`);
    },
    result(value) {
      if (json) stdout.write(`${JSON.stringify(value)}\n`);
    },
    hasColor: isWatched && !process.env.NO_COLOR && stdout.hasColors(2 ** 24),
    isWatched,
    columns: isWatched ? stdout.columns : 80,
  };
}

/** A reader that has read enough (`| head`) ends the command quietly. */
export function tolerateClosedPipes(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
}
