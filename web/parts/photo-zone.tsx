import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from '../shell/icons.tsx';
import { TEXT } from '../text.ts';
import { Camera, hasCamera } from './camera.tsx';
import { FileButton } from './file-button.tsx';
import { useDrop } from './use-drop.ts';
import { useObjectUrl } from './use-object-url.ts';

export interface PhotoZoneProps {
  readonly label: string;
  readonly photo: File | undefined;
  readonly onPhoto: (photo: File | undefined) => void;
  /** Laid over the photo, with its proportions. */
  readonly children?: ComponentChildren;
}

/** A place for one photo: chosen, dropped, pasted (by the view) or taken. */
export function PhotoZone({ label, photo, onPhoto, children }: PhotoZoneProps) {
  const [isCameraOpen, setCameraOpen] = useState(false);
  const [proportion, setProportion] = useState(1);
  const url = useObjectUrl(photo);
  const { isOver, handlers } = useDrop((files) => {
    if (files.length > 0) onPhoto(files[0].file);
  });
  const choose = (files: readonly File[]) => onPhoto(files[0]);
  return (
    <div
      role="group"
      class={`zone${isOver ? ' is-over' : ''}${photo ? ' is-full' : ''}`}
      aria-label={label}
      {...handlers}
    >
      {photo === undefined ? (
        <FileButton
          class="zone-target"
          accept="image/*"
          ariaLabel={`${label}: ${TEXT.zone.choose}`}
          onFiles={choose}
          label={
            <>
              <Icon name="photo" size={34} />
              <b>{isOver ? TEXT.zone.drop : TEXT.zone.choose}</b>
              <small>{TEXT.zone.or}</small>
            </>
          }
        />
      ) : (
        <figure class="zone-photo">
          <span class="zone-frame" style={{ '--proportion': proportion }}>
            {url && (
              <img
                src={url}
                alt={photo.name}
                onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
                  setProportion(naturalWidth / Math.max(1, naturalHeight))
                }
              />
            )}
            {children}
          </span>
        </figure>
      )}
      <p class="zone-foot">
        <span class="zone-name" title={photo?.name}>
          {photo?.name ?? label}
        </span>
        {photo === undefined ? (
          hasCamera && (
            <button type="button" class="quiet-button" onClick={() => setCameraOpen(true)}>
              <Icon name="camera" size={18} />
              {TEXT.zone.camera}
            </button>
          )
        ) : (
          <>
            <FileButton class="quiet-button" accept="image/*" label={TEXT.zone.replace} onFiles={choose} />
            <button
              type="button"
              class="quiet-button"
              aria-label={`${label}: ${TEXT.zone.remove}`}
              onClick={() => onPhoto(undefined)}
            >
              {TEXT.zone.remove}
            </button>
          </>
        )}
      </p>
      {isCameraOpen && <Camera onPhoto={onPhoto} onClose={() => setCameraOpen(false)} />}
    </div>
  );
}
