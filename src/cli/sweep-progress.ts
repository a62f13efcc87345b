import type { PlannedRun } from '../jobs/sweep/plan.ts';
import type { SweepEvent, SweepPlace } from '../jobs/sweep/sweep.ts';
import { formatDuration, formatRate } from '../report/format.ts';
import type { TrainEvent } from '../train/progress.ts';
import { createLiveLine } from './live-line.ts';
import { describeEvent } from './progress.ts';

export interface SweepProgress {
  readonly onEvent: (event: SweepEvent) => void;
  /** Takes the live line away. */
  stop(): void;
}

/** Between plain lines, where nobody watches: a sweep takes hours. */
const LINE_MS = 30_000;

/**
 * A line that is redrawn where a person watches, elsewhere a plain line now and then: how many runs are done, how long the
 * rest will take, and how the current one goes. The end of each run stays, and so do warnings and failures.
 * @param stream stderr
 */
export function createSweepProgress(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>,
  { quiet, now }: { readonly quiet: boolean; readonly now?: () => number },
): SweepProgress {
  const isLive = stream.isTTY === true;
  // What stays is told even where progress is not asked for: failures and warnings.
  const { show, keep, stop } = createLiveLine(stream, { quiet: false, lineMs: LINE_MS, now });
  /** What each run that is going on told last. */
  const current = new Map<string, { readonly run: PlannedRun; text: string; share: string }>();

  return {
    onEvent(event) {
      switch (event.kind) {
        case 'plan':
          if (!quiet) keep(describePlan(event));
          return;
        case 'unusable':
          keep(`failed: ${event.configuration}: ${event.failure.code}: ${event.failure.message}`);
          return;
        case 'fetch':
          if (event.event.kind === 'warning') keep(`warning: ${event.event.message}`);
          else if (!quiet) show(describeEvent(event.event, isLive));
          return;
        case 'start':
          current.set(event.run.folder, { run: event.run, text: 'reading images', share: '' });
          return;
        case 'train': {
          const inner = event.event;
          if (inner.kind === 'warning') keep(`warning: ${labelOf(event.run)}: ${inner.message}`);
          else if (!quiet) {
            const at = current.get(event.run.folder)!;
            at.text = describeEvent(inner, isLive);
            at.share = shareOf(inner) ?? at.share;
            show(describeSweep(event.place, [...current.values()]));
          }
          return;
        }
        case 'end': {
          current.delete(event.run.folder);
          const { run, outcome, place } = event;
          const where = `${place.numDone} of ${place.numRuns}  ${labelOf(run)}`;
          if (outcome.kind === 'failed')
            keep(`failed: ${where}: ${outcome.failure.code}: ${outcome.failure.message}`);
          else if (!quiet) {
            const { validationAccuracy, accuracy, trainSeconds } = outcome.numbers;
            keep(
              `${where}: validation accuracy ${formatRate(validationAccuracy)}, test ${formatRate(accuracy)}` +
                `, ${formatDuration(trainSeconds)}${leftOf(place)}`,
            );
          }
        }
      }
    },
    stop,
  };
}

function describePlan(event: SweepEvent & { kind: 'plan' }): string {
  const { numConfigurations, numSeeds, numRuns, numFinished } = event;
  const before = numFinished === 0 ? '' : `, ${numFinished} finished before`;
  return `${numConfigurations} configurations, ${numSeeds} seeds: ${numRuns} runs${before}`;
}

/** One run with its inner progress; several by their names and shares. */
function describeSweep(
  place: SweepPlace,
  current: readonly { readonly run: PlannedRun; readonly text: string; readonly share: string }[],
): string {
  if (current.length === 1) {
    const [{ run, text }] = current;
    return `run ${place.number}/${place.numRuns}  ${labelOf(run)}${leftOf(place)}  │ ${text}`;
  }
  const runs = current.map(({ run, share }) => `${labelOf(run)} ${share}`.trim());
  return `${place.numDone}/${place.numRuns} runs done${leftOf(place)}  │ ${runs.join('  │ ')}`;
}

function labelOf({ configuration, seed }: PlannedRun): string {
  return `${configuration}, seed ${seed}`;
}

function leftOf({ secondsLeft, numDone, numRuns }: SweepPlace): string {
  return secondsLeft === null || numDone === numRuns ? '' : `, ${formatDuration(secondsLeft)} left in all`;
}

function shareOf(event: TrainEvent): string | undefined {
  if (event.kind !== 'step') return undefined;
  const share = (event.epoch - 1 + event.step / event.stepsPerEpoch) / event.numEpochs;
  return `${Math.floor(share * 100)} %`;
}
