import type { RefObject } from 'preact';
import { useEffect, useState } from 'preact/hooks';

/** `refused` by the person or the browser, `missing`, `taken` by another program, `lost` while it was on. */
export type CameraState = 'starting' | 'on' | 'refused' | 'missing' | 'taken' | 'lost';

const WANTED = { video: { facingMode: 'environment', width: { ideal: 1280 } } } as const;

/** Shows the camera in a video while the page is seen. Whoever leaves the tab has it off, its light included. */
export function useCamera(video: RefObject<HTMLVideoElement | null>): CameraState {
  const [state, setState] = useState<CameraState>('starting');
  useEffect(() => {
    let stream: MediaStream | undefined;
    // Whoever asked last: an answer to another is turned off at once.
    let turn = 0;
    const stop = () => {
      turn++;
      for (const track of stream?.getTracks() ?? []) track.stop();
      stream = undefined;
    };
    const start = async () => {
      const mine = ++turn;
      try {
        const got = await navigator.mediaDevices.getUserMedia(WANTED);
        if (mine !== turn) {
          for (const track of got.getTracks()) track.stop();
          return;
        }
        stream = got;
        for (const track of got.getTracks()) track.onended = () => setState('lost');
        const shown = video.current!;
        shown.srcObject = got;
        // Before its first frame there is nothing to take.
        shown.onloadeddata = () => mine === turn && setState('on');
      } catch (error) {
        if (mine === turn) setState(stateOf(error));
      }
    };
    const look = () => {
      stop();
      if (document.hidden) return;
      setState('starting');
      void start();
    };
    look();
    document.addEventListener('visibilitychange', look);
    return () => {
      document.removeEventListener('visibilitychange', look);
      stop();
    };
  }, []);
  return state;
}

function stateOf(error: unknown): CameraState {
  const { name } = error as DOMException;
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing';
  return name === 'NotReadableError' || name === 'AbortError' ? 'taken' : 'refused';
}
