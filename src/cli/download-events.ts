import type { CatalogEvent } from '../data/catalog/types.ts';
import { formatBytes, formatCount, formatDuration } from '../report/format.ts';
import type { LiveLine } from './live-line.ts';

/** Draws what fetching tells: how far it is on the line that changes, what happened on lines that stay. */
export function showDownload(event: CatalogEvent, line: LiveLine): void {
  const isPassing = event.kind === 'download' || event.kind === 'unpack';
  (isPassing ? line.show : line.keep)(describeEvent(event));
}

function describeEvent(event: CatalogEvent): string {
  switch (event.kind) {
    case 'download': {
      const { file, doneBytes, totalBytes, bytesPerSecond, secondsLeft } = event;
      const of = totalBytes === undefined ? '' : ` of ${formatBytes(totalBytes)}`;
      const left = secondsLeft === undefined ? '' : `  ${formatDuration(secondsLeft)} left`;
      return `${file}  ${formatBytes(doneBytes)}${of}  ${formatBytes(bytesPerSecond)}/s${left}`;
    }
    case 'retry':
      return `${event.file}: ${event.reason}; trying again${event.waitMs === 0 ? '' : ` in ${formatDuration(event.waitMs / 1000)}`}`;
    case 'verified':
      return `${event.file}  ${CHECKED[event.by]}`;
    case 'unpack':
      return `unpacking ${event.file}  ${formatCount(event.done)} of ${formatCount(event.total)}`;
  }
}

const CHECKED = {
  published: 'has its published checksum',
  recorded: 'has the checksum that was recorded before',
  'first time': 'came for the first time: its checksum is recorded (none is published)',
} as const;
