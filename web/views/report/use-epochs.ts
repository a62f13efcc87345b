import { useEffect, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { type Epoch, readEpochs } from './epochs.ts';
import type { RunSource } from './run-source.ts';

const EVERY_MS = 2000;

export interface RunState {
  readonly epochs: readonly Epoch[];
  readonly problem?: Problem;
}

/** The epochs of a run, read anew while it is followed and this page is looked at. */
export function useEpochs(source: RunSource | undefined): RunState | undefined {
  const [state, setState] = useState<RunState>();
  useEffect(() => {
    setState(undefined);
    if (source === undefined) return;
    let isGone = false;
    let last: string | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      try {
        const text = document.hidden ? last : await source.readMetrics();
        if (text !== undefined && text !== last && !isGone) setState({ epochs: readEpochs(text) });
        last = text ?? last;
      } catch (error) {
        if (!isGone) setState({ epochs: [], problem: toProblem(error) });
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
