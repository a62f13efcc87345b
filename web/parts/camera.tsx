import { useEffect, useRef, useState } from 'preact/hooks';
import { TEXT } from '../text.ts';
import { Dialog } from './dialog.tsx';
import { type CameraState, useCamera } from './use-camera.ts';

/** Whether a page may ask for the camera here: browsers allow it on https and on this machine. */
export const hasCamera = typeof navigator.mediaDevices?.getUserMedia === 'function';

/** Holding the button takes photos at that pace, after a moment in which it may still be a click. */
const HOLD_MS = 400;
const PACE_MS = 250;

export interface CameraProps {
  readonly onPhoto: (photo: File) => void;
  readonly onClose: () => void;
  /** Stays open for more than one photo, and takes several while its button is held. */
  readonly isSeries?: boolean;
}

/** The camera's picture, and a button that takes it. */
export function Camera({ onPhoto, onClose, isSeries = false }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const state = useCamera(video);
  const [taken, setTaken] = useState(0);
  const isTaking = useRef(false);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const take = async () => {
    // While the button is held the next photo may be due before this one is made.
    if (isTaking.current || !video.current?.videoWidth) return;
    isTaking.current = true;
    try {
      onPhoto(await photoOf(video.current));
    } finally {
      isTaking.current = false;
    }
    if (isSeries) setTaken((count) => count + 1);
    else onClose();
  };
  const letGo = () => clearTimeout(timer.current);
  const hold = () => {
    letGo();
    void take();
    const goOn = () => {
      void take();
      timer.current = setTimeout(goOn, PACE_MS);
    };
    timer.current = setTimeout(goOn, HOLD_MS);
  };
  useEffect(() => letGo, []);
  useEffect(() => {
    if (state !== 'on') letGo();
  }, [state]);
  const reason = REASONS[state];
  return (
    <Dialog title={TEXT.zone.cameraTitle} onClose={onClose} class="camera">
      {reason !== undefined ? (
        <p role="alert">{reason}</p>
      ) : (
        <>
          <video ref={video} autoplay playsInline muted />
          <p class="camera-foot">
            <button
              type="button"
              class="button is-primary"
              disabled={state !== 'on'}
              onPointerDown={isSeries ? hold : undefined}
              onPointerUp={letGo}
              onPointerLeave={letGo}
              onPointerCancel={letGo}
              onContextMenu={(event) => isSeries && event.preventDefault()}
              // A pointer has taken its photo by now; a key has not.
              onClick={({ detail }) => (!isSeries || detail === 0) && void take()}
            >
              {TEXT.zone.take}
            </button>
            {isSeries && <span class="quiet">{TEXT.zone.hold}</span>}
            {taken > 0 && <span role="status">{TEXT.images(taken)}</span>}
          </p>
        </>
      )}
    </Dialog>
  );
}

/** Why there is no picture, where there will be none. */
const REASONS: Readonly<Partial<Record<CameraState, string>>> = TEXT.error.camera;

async function photoOf(video: HTMLVideoElement): Promise<File> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  return new File([blob], `photo-${Date.now()}.jpg`, { type: 'image/jpeg' });
}
