import { useEffect, useRef, useState } from 'preact/hooks';
import { TEXT } from '../text.ts';
import { Dialog } from './dialog.tsx';

/** Whether a page may ask for the camera here: browsers allow it on https and on this machine. */
export const hasCamera = typeof navigator.mediaDevices?.getUserMedia === 'function';

export interface CameraProps {
  readonly onPhoto: (photo: File) => void;
  readonly onClose: () => void;
  /** Stays open for more than one photo. */
  readonly isSeries?: boolean;
}

/** The camera's picture, and a button that takes it. */
export function Camera({ onPhoto, onClose, isSeries = false }: CameraProps) {
  const video = useRef<HTMLVideoElement>(null);
  const [state, setState] = useState<'starting' | 'on' | 'refused'>('starting');
  const [taken, setTaken] = useState(0);
  useEffect(() => {
    let stream: MediaStream | undefined;
    let isGone = false;
    navigator.mediaDevices
      .getUserMedia({ video: { facingMode: 'environment', width: { ideal: 1280 } } })
      .then((got) => {
        stream = got;
        if (isGone) return stopAll(got);
        video.current!.srcObject = got;
      })
      .catch(() => setState('refused'));
    return () => {
      isGone = true;
      if (stream) stopAll(stream);
    };
  }, []);
  const take = async () => {
    onPhoto(await photoOf(video.current!));
    if (!isSeries) return onClose();
    setTaken(taken + 1);
  };
  return (
    <Dialog title={TEXT.zone.cameraTitle} onClose={onClose} class="camera">
      {state === 'refused' ? (
        <p role="alert">{TEXT.error.noCamera}</p>
      ) : (
        <>
          {/* With the stream alone there is no picture yet, and none to be taken. */}
          <video ref={video} autoplay playsInline muted onLoadedData={() => setState('on')} />
          <p class="camera-foot">
            <button type="button" class="button is-primary" disabled={state !== 'on'} onClick={take}>
              {TEXT.zone.take}
            </button>
            {taken > 0 && <span role="status">{TEXT.images(taken)}</span>}
          </p>
        </>
      )}
    </Dialog>
  );
}

async function photoOf(video: HTMLVideoElement): Promise<File> {
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')!.drawImage(video, 0, 0);
  const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
  return new File([blob], `photo-${Date.now()}.jpg`, { type: 'image/jpeg' });
}

function stopAll(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}
