import { dirname } from 'node:path';
import type { Command } from 'commander';
import { checkWritable } from '../base/files.ts';
import type { EmbeddedJob } from '../jobs/curate/open-embedded.ts';
import { addCommonOptions, type CommonOptions, openRuntime } from './common.ts';
import { addEncoderOptions, type EncoderFlags, readEncoderFlags } from './encoder-flags.ts';
import { runStages } from './run-stages.ts';
import { createTerminal, type Terminal } from './terminal.ts';

/** Options of the verbs that look through the embeddings of a data set. */
export interface EmbeddedFlags extends CommonOptions, EncoderFlags {
  readonly embeddings?: string;
  readonly html?: string;
  readonly out?: string;
}

const STAGES = {
  images: 'embedding images',
  download: 'fetching the network, bytes',
  cluster: 'trying numbers of clusters',
  sample: 'choosing images',
};

/** Adds what these verbs share behind their own options. */
export function addEmbeddedOptions(verb: Command, seed: string): Command {
  verb.option('--html <file>', 'write a page with the images');
  addEncoderOptions(verb).option(
    '--embeddings <file>',
    'or take what samesame embed made of these images (.npz, .jsonl)',
  );
  return addCommonOptions(verb, seed);
}

/** Runs a job over the embeddings of a data set, with progress, and says where it will write before it begins. */
export async function runEmbedded<T>(
  data: string,
  options: EmbeddedFlags,
  work: (job: EmbeddedJob) => Promise<T>,
): Promise<{ readonly terminal: Terminal; readonly found: T }> {
  const terminal = createTerminal(options);
  for (const path of [options.html, options.out]) if (path !== undefined) await checkWritable(dirname(path));
  const found = await runStages(terminal, { stages: STAGES, advice: 'nothing was written' }, (watch) =>
    work({
      data,
      ...readEncoderFlags(options),
      embeddings: options.embeddings,
      runtime: openRuntime(options),
      ...watch,
    }),
  );
  return { terminal, found };
}

/** Says which files were written. */
export function printWritten(terminal: Terminal, { html, out }: EmbeddedFlags): void {
  if (out !== undefined) terminal.print(`\nlist  ${out}`);
  if (html !== undefined) terminal.print(`${out === undefined ? '\n' : ''}page  ${html}`);
}
