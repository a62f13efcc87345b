import type { ProgressEvent } from '../data/types.ts';
import { formatCount, formatDuration } from '../report/format.ts';

/**
 * A stage as a line: how far it is, at what rate, and how long it will take.
 * @param names of stages, in the words of the verb
 * @param options `bar` draws the share that is done, in front of the numbers; default: nothing
 */
export function createStageLine(
  names: Readonly<Record<string, string>>,
  {
    now = performance.now.bind(performance),
    bar = () => '',
  }: { readonly now?: () => number; readonly bar?: (share: number) => string } = {},
): (event: ProgressEvent) => string {
  const starts = new Map<string, { readonly ms: number; readonly done: number }>();
  return ({ stage, done, total }) => {
    const start = starts.get(stage) ?? { ms: now(), done };
    starts.set(stage, start);
    const seconds = (now() - start.ms) / 1000;
    const rate = seconds > 0 ? (done - start.done) / seconds : 0;
    const speed =
      rate > 0 ? `  ${formatCount(rate)} a second  ${formatDuration((total - done) / rate)} left` : '';
    return `${names[stage] ?? stage}  ${bar(done / total)}${formatCount(done)} of ${formatCount(total)}${speed}`;
  };
}
