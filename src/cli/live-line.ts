import { fitText } from '../report/terminal/table.ts';

/** A line of text that changes while work goes on. */
export interface LiveLine {
  /** Redrawn where a person watches; elsewhere a plain line every few seconds. */
  show(text: string): void;
  /** A line that stays. */
  keep(text: string): void;
  /** Takes the live line away. */
  stop(): void;
}

const REDRAW_MS = 100;
/** Between plain lines, where nobody watches: a log should stay readable. */
const LINE_MS = 5000;

/** @param stream stderr @param options `lineMs` between plain lines, default 5,000 */
export function createLiveLine(
  stream: Pick<NodeJS.WriteStream, 'isTTY' | 'columns' | 'write'>,
  {
    quiet,
    lineMs = LINE_MS,
    now = performance.now.bind(performance),
  }: { readonly quiet: boolean; readonly lineMs?: number; readonly now?: () => number },
): LiveLine {
  const isLive = stream.isTTY === true;
  let lastMs = isLive ? Number.NEGATIVE_INFINITY : now();
  let isDrawn = false;
  const erase = () => {
    if (isDrawn) stream.write('\r\u001b[2K');
    isDrawn = false;
  };
  return {
    show(text) {
      const time = now();
      if (quiet || time - lastMs < (isLive ? REDRAW_MS : lineMs)) return;
      lastMs = time;
      erase();
      stream.write(isLive ? fitText(text, stream.columns - 1) : `${text}\n`);
      isDrawn = isLive;
    },
    keep(text) {
      erase();
      if (!quiet) stream.write(`${text}\n`);
    },
    stop: erase,
  };
}
