import { formatCount, formatDuration, formatNumber, formatRate } from '../report/format.ts';
import { fitText } from '../report/terminal/table.ts';
import type { TrainEvent, Validation } from '../train/progress.ts';
import { createStageLine } from './stage-line.ts';

/** Shows what a job tells. */
export interface Progress {
  readonly onEvent: (event: TrainEvent) => void;
  /** Takes the live line away. */
  stop(): void;
}

const REDRAW_MS = 100;
/** Between plain lines, where nobody watches: a log should stay readable. */
const LINE_MS = 5000;
const STAGES: Readonly<Record<string, string>> = {
  download: 'fetching the network, bytes',
  features: 'running the frozen part',
  decode: 'reading images',
  embed: 'embedding test images',
  search: 'searching among test images',
  images: 'embedding images',
  map: 'placing images',
  frames: 'painting frames',
  explain: 'hiding parts of the photos',
};

/**
 * A line that is redrawn where a person watches; elsewhere a plain line every few seconds. Epochs and warnings stay.
 * @param stream stderr
 */
export function createProgress(
  stream: NodeJS.WriteStream,
  {
    quiet,
    now = performance.now.bind(performance),
  }: { readonly quiet: boolean; readonly now?: () => number },
): Progress {
  const isLive = stream.isTTY === true;
  let lastMs = isLive ? Number.NEGATIVE_INFINITY : now();
  let isDrawn = false;
  const describeStage = createStageLine(STAGES, {
    now,
    bar: isLive ? (share) => `${drawBar(share)}  ` : undefined,
  });

  function erase(): void {
    if (isDrawn) stream.write('\r\u001b[2K');
    isDrawn = false;
  }
  function keep(text: string): void {
    erase();
    stream.write(`${text}\n`);
  }
  function pass(describe: () => string): void {
    const time = now();
    if (time - lastMs < (isLive ? REDRAW_MS : LINE_MS)) return;
    lastMs = time;
    const text = describe();
    if (!isLive) {
      stream.write(`${text}\n`);
      return;
    }
    erase();
    stream.write(fitText(text, stream.columns - 1));
    isDrawn = true;
  }

  return {
    onEvent(event) {
      if (event.kind === 'warning') keep(`warning: ${event.message}`);
      else if (quiet) return;
      else if (event.kind === 'step') pass(() => describeEvent(event, isLive));
      else if (event.kind === 'stage') {
        // Described whether it is shown or not: its rate counts from its first event.
        const text = describeStage(event);
        // A stage that is over at once is not worth a line.
        if (event.done < event.total) pass(() => text);
      } else if (isLive || event.kind !== 'epoch' || isWorthALine(event)) {
        keep(describeEvent(event, isLive));
        if (!isLive) lastMs = now();
      }
    },
    stop: erase,
  };

  function isWorthALine({ record, numEpochs }: TrainEvent & { kind: 'epoch' }): boolean {
    return record.epoch === numEpochs || now() - lastMs >= LINE_MS / 2;
  }
}

/** One event as one line. */
export function describeEvent(event: TrainEvent, hasBar: boolean): string {
  switch (event.kind) {
    case 'step': {
      const bar = hasBar ? `${drawBar(event.step / event.stepsPerEpoch)}  ` : '';
      const validation = event.validation === undefined ? '' : `  ${describeValidation(event.validation)}`;
      return (
        `epoch ${event.epoch}/${event.numEpochs}  ${bar}step ${event.step}/${event.stepsPerEpoch}` +
        `  loss ${formatNumber(event.loss)}  ${formatCount(event.imagesPerSecond)} images/s` +
        `  ${formatDuration(event.secondsLeft)} left${validation}`
      );
    }
    case 'epoch': {
      const { epoch, loss, validation, isBest, imagesPerSecond } = event.record;
      return (
        `epoch ${epoch}/${event.numEpochs}  loss ${formatNumber(loss)}` +
        `  ${describeValidation(validation)}${isBest ? ' (best)' : ''}` +
        `  ${formatCount(imagesPerSecond)} images/s`
      );
    }
    case 'stage': {
      const bar = hasBar ? `${drawBar(event.done / event.total)}  ` : '';
      return `${STAGES[event.stage] ?? event.stage}  ${bar}${formatCount(event.done)} of ${formatCount(event.total)}`;
    }
    case 'stop':
      return `stopped early: ${event.reason}`;
    case 'warning':
      return `warning: ${event.message}`;
    case 'note':
      return event.message;
  }
}

function drawBar(share: number, columns = 20): string {
  const full = Math.round(share * columns);
  return '━'.repeat(full) + '─'.repeat(columns - full);
}

/** What the epoch is chosen by, last where there is more than one number. */
function describeValidation({ accuracy, episodes, loss }: Validation): string {
  const pairs = `validation accuracy ${formatRate(accuracy)}`;
  if (loss !== undefined) return `validation loss ${formatNumber(loss)}, accuracy ${formatRate(accuracy)}`;
  return episodes === undefined ? pairs : `${pairs}, episodes ${formatRate(episodes)}`;
}
