import { type Command, InvalidArgumentError, Option } from 'commander';
import { createRuntime } from '#runtime';
import type { Runtime } from '../graph/runtime/types.ts';
import { createThreadedRuntime } from '../jobs/threads/threaded-runtime.ts';

/** Options that every verb has. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly seed?: number | string;
  readonly threads?: number;
  readonly provider?: string;
}

/** @param seed what the seed controls, in the words of the help */
export function addCommonOptions(verb: Command, seed: string): Command {
  verb
    .optionsGroup('Machine:')
    .addOption(
      new Option('--threads <n>', 'processor threads (default: one for each core)').argParser(toCount),
    )
    .option('--provider <name>', 'where graphs run: cpu (default), or cuda, coreml, dml where installed');
  return addBasicOptions(verb, seed);
}

/** For a verb that runs no network. */
export function addBasicOptions(verb: Command, seed: string): Command {
  return verb
    .optionsGroup('Every verb:')
    .addOption(new Option('--seed <seed>', seed).argParser(toSeed))
    .option('--json', 'print the result as one JSON object, the last line on stdout')
    .option('--quiet', 'no progress on stderr')
    .option('--debug', 'tell more about errors');
}

export function openRuntime({ threads, provider }: CommonOptions): Runtime {
  return createRuntime({ numThreads: threads, provider });
}

/** For a verb that embeds many images: on the processor it runs as many batches at once as there are threads. */
export function openBatchRuntime(options: CommonOptions): Runtime {
  const { threads, provider = 'cpu' } = options;
  return provider === 'cpu' ? createThreadedRuntime({ numThreads: threads }) : openRuntime(options);
}

/** Gives bytes. */
export function memoryOption(): Option {
  return new Option(
    '--memory <MB>',
    'decoded images to keep in memory; the rest goes to a file (default: 1024)',
  ).argParser((text) => toCount(text) * 2 ** 20);
}

export function toNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Expected a number.');
  return value;
}

/** A whole number from 1. */
export function toCount(text: string): number {
  const value = toNumber(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number from 1.');
  return value;
}

/** A whole number from 0. */
export function toCountFromZero(text: string): number {
  return toNumber(text) === 0 ? 0 : toCount(text);
}

/** A whole number where it is written as one, else the text itself: any word is a seed. */
export function toSeed(text: string): number | string {
  return /^-?\d{1,15}$/.test(text) ? Number(text) : text;
}

/** A number between 0 and 1, neither of them. */
export function toShare(text: string): number {
  const value = toNumber(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError('Expected a number between 0 and 1.');
  return value;
}

/** `64` or `48x64`: height and width. */
export function toSize(text: string): [number, number] {
  const match = /^(\d+)(?:[x×](\d+))?$/i.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected N or HxW, such as 64 or 48x64.');
  return [Number(match[1]), Number(match[2] ?? match[1])];
}
