import type { TrainEvent } from '../train/progress.ts';
import { withInterrupt } from './interrupt.ts';
import { createLiveLine } from './live-line.ts';
import { createStageLine } from './stage-line.ts';
import type { Terminal } from './terminal.ts';

/** What a job is given to be watched and stopped by. */
export interface Watch {
  readonly signal: AbortSignal;
  readonly onEvent: (event: TrainEvent) => void;
}

/**
 * Runs a job that goes through stages, with a live line for each, until it is done or Ctrl-C ends it. Warnings and notes stay.
 * @param stages their names in the words of the verb @param advice what to tell where it is ended early
 */
export async function runStages<T>(
  terminal: Terminal,
  { stages, advice }: { readonly stages: Readonly<Record<string, string>>; readonly advice: string },
  job: (watch: Watch) => Promise<T>,
): Promise<T> {
  const line = createLiveLine(process.stderr, { quiet: terminal.quiet });
  const describe = createStageLine(stages);
  const onEvent = (event: TrainEvent) => {
    if (event.kind === 'stage') line.show(describe(event));
    if (event.kind === 'warning') line.keep(`warning: ${event.message}`);
    if (event.kind === 'note') line.keep(event.message);
  };
  return withInterrupt({ advice: () => advice, onInterrupt: line.stop }, (signal) =>
    job({ signal, onEvent }),
  ).finally(line.stop);
}
