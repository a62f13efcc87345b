import { CommanderError } from 'commander';
import { exitCodeOf, SamesameError } from '../base/errors.ts';
import { suggest } from '../base/suggest.ts';
import { Interruption } from './interrupt.ts';
import { PartialFailure } from './partial-failure.ts';
import { createProgram } from './program.ts';
import { tolerateClosedPipes } from './terminal.ts';

/** Runs one command line and returns its exit code. Whatever goes wrong is told on stderr, and with `--json` on stdout. */
export async function runCli(args: readonly string[]): Promise<number> {
  tolerateClosedPipes();
  try {
    const program = await createProgram(args);
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    if (error instanceof Interruption || error instanceof PartialFailure) {
      process.stderr.write(`${error.message}\n`);
      return error.exitCode;
    }
    // Asked for before the command line could be read, or although it could not.
    const before = args.includes('--') ? args.slice(0, args.indexOf('--')) : args;
    const failure = error instanceof CommanderError ? usageError(error) : error;
    const isDebug = before.includes('--debug') || process.env.SAMESAME_DEBUG === '1';
    process.stderr.write(`${describe(failure, isDebug)}\n`);
    if (before.includes('--json')) process.stdout.write(`${JSON.stringify({ error: toJson(failure) })}\n`);
    return exitCodeOf(failure);
  }
}

/** Commander's complaint in the form of all others. */
function usageError(error: CommanderError): SamesameError {
  if (error.code === 'commander.help') {
    return new SamesameError('E_USAGE', { what: 'a verb is missing', help: 'samesame --help lists them' });
  }
  const text = error.message.replace(/^error: /, '');
  const [what] = text.split('\n');
  const near = /\(Did you mean (.*)\?\)/.exec(text)?.[1] ?? nearestChoice(text);
  return new SamesameError('E_USAGE', {
    what,
    help: near === undefined ? 'see --help' : `did you mean ${near}?`,
    details: { suggestion: near },
  });
}

/** For a value that is not among an option's choices: the one that was probably meant. */
function nearestChoice(text: string): string | undefined {
  const match = /argument '(.*)' is invalid\. Allowed choices are (.*)\./.exec(text);
  return match === null ? undefined : suggest(match[1], match[2].split(', '));
}

function describe(error: unknown, isDebug: boolean): string {
  if (error instanceof SamesameError) {
    const stack = isDebug ? `\n${error.stack}\n${causeOf(error)}` : '';
    return `${error.code}: ${error.message}${stack}`;
  }
  if (isDebug) return error instanceof Error ? `${error.stack}\n${causeOf(error)}` : String(error);
  const message = error instanceof Error ? error.message : String(error);
  return `unexpected error: ${message}\n  help: this is a mistake in samesame; please report it with the output of the same command and --debug`;
}

function causeOf(error: Error): string {
  if (error.cause === undefined) return '';
  return `caused by: ${error.cause instanceof Error ? error.cause.stack : String(error.cause)}`;
}

function toJson(error: unknown): object {
  if (error instanceof SamesameError) {
    return { code: error.code, message: error.message, details: error.details };
  }
  return {
    code: 'E_UNEXPECTED',
    message: error instanceof Error ? error.message : String(error),
    details: {},
  };
}
