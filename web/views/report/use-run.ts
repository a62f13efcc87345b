import { useEffect, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { type Epoch, readEpochs } from './epochs.ts';
import type { RunLook, RunSource } from './run-source.ts';

const EVERY_MS = 2000;

export interface RunState extends Pick<RunLook, 'isLive' | 'reportUrl'> {
  readonly epochs: readonly Epoch[];
  readonly problem?: Problem;
}

/** A run as it is, looked at anew while it is followed and this page is seen. */
export function useRun(source: RunSource | undefined): RunState | undefined {
  const [state, setState] = useState<RunState>();
  useEffect(() => {
    setState(undefined);
    if (source === undefined) return;
    let isGone = false;
    let last: RunLook | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const seen = document.hidden ? undefined : await source.look();
        // Of a host that does not answer just now the former numbers stand.
        const found = seen && { ...seen, metrics: seen.metrics ?? last?.metrics };
        if (found !== undefined && !isGone && !areEqual(found, last)) {
          last = found;
          const { metrics = '', isLive, reportUrl } = found;
          setState({ epochs: readEpochs(metrics), isLive, reportUrl });
        }
      } catch (error) {
        last = undefined;
        if (!isGone) setState({ epochs: [], isLive: false, problem: toProblem(error) });
      }
      if (source.isFollowed && !isGone) timer = setTimeout(look, EVERY_MS);
    };
    look();
    return () => {
      isGone = true;
      clearTimeout(timer);
    };
  }, [source]);
  return state;
}

function areEqual(found: RunLook, last: RunLook | undefined): boolean {
  return (
    found.metrics === last?.metrics && found.isLive === last?.isLive && found.reportUrl === last?.reportUrl
  );
}
