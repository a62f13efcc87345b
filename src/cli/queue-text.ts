import { describeBad } from '../jobs/bad-images.ts';
import type { QueueStatus } from '../jobs/queue/status.ts';
import { formatCount, formatDuration } from '../report/format.ts';
import type { Terminal } from './terminal.ts';

/** How far a queue is, as one line. */
export function describeStatus({
  images,
  jobs,
  imagesPerSecond,
  secondsLeft,
  workers,
  runs,
}: QueueStatus): string {
  const isListing = runs.some(({ state }) => state === 'listing');
  return (
    `${formatCount(images.done)} of ${formatCount(images.queued)}${isListing ? ' so far' : ''}` +
    `  ${formatCount(imagesPerSecond)} images/s` +
    (secondsLeft === null ? '' : `  ${formatDuration(secondsLeft)} left`) +
    `  ${formatCount(jobs.waiting)} jobs waiting, ${formatCount(jobs.active)} in hand of ${count(workers.length, 'worker')}`
  );
}

/** Everything that there is to say of a queue, for people. */
export function printStatus(terminal: Terminal, status: QueueStatus): void {
  const { images, jobs, runs, workers } = status;
  for (const { paths, state, lister } of runs) {
    const what = paths.join(', ');
    if (state === 'orphaned') {
      terminal.print(`${what}  not listed to the end: ${lister} was not heard of again; list it again`);
    } else terminal.print(`${what}  ${STATES[state]}${state === 'listing' ? ` by ${lister}` : ''}`);
  }
  terminal.print(
    `images  ${formatCount(images.listed)} listed, ${formatCount(images.skipped)} unchanged, ` +
      `${formatCount(images.done)} of ${formatCount(images.queued)} queued are done: ${formatCount(images.embedded)} embedded, ` +
      `${formatCount(images.updated)} updated, ${formatCount(images.bad)} bad; ${formatCount(images.removed)} removed`,
  );
  terminal.print(
    `jobs    ${formatCount(jobs.waiting)} waiting, ${formatCount(jobs.active)} in hand, ${formatCount(jobs.done)} done, ` +
      `${formatCount(jobs.failed)} set aside`,
  );
  for (const { name, numJobs, imagesPerSecond, secondsSinceSeen } of workers) {
    terminal.print(
      `worker  ${name}: ${count(numJobs, 'job')}, ${formatCount(imagesPerSecond)} images/s, seen ${formatDuration(secondsSinceSeen)} ago`,
    );
  }
  if (!status.isDone) terminal.print(describeStatus(status));
  warnOf(terminal, status);
}

/** What went wrong, each by its name. */
export function warnOf(terminal: Terminal, { badImages, images, failedJobs, jobs }: QueueStatus): void {
  if (images.bad > 0) {
    const bad = { bad: badImages, numImages: images.done };
    terminal.warn(describeBad(bad, 'the list that "queue status --json" prints'));
  }
  if (jobs.failed === 0) return;
  const shown = failedJobs
    .slice(0, 3)
    .map(({ paths, reason }) => `${describePaths(paths)}: ${reason.split('\n')[0]}`);
  terminal.warn(
    `${count(jobs.failed, 'job')} failed each time and ${jobs.failed === 1 ? 'was' : 'were'} set aside; ` +
      `"queue retry" puts them back\n  ${shown.join('\n  ')}`,
  );
}

function describePaths(paths: readonly string[]): string {
  if (paths.length === 0) return 'putting the store in order';
  return paths.length === 1 ? paths[0] : `${paths[0]} and ${count(paths.length - 1, 'more image')}`;
}

function count(number: number, noun: string): string {
  return `${formatCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}

const STATES = {
  listing: 'being listed',
  embedding: 'listed; waiting for workers',
  tidying: 'all done; the store is being put in order',
  done: 'done',
} as const;
