import { useState } from 'preact/hooks';
import { Camera, hasCamera } from '../../parts/camera.tsx';
import { FileButton } from '../../parts/file-button.tsx';
import { isImage } from '../../parts/images.ts';
import { useDrop } from '../../parts/use-drop.ts';
import { Icon } from '../../shell/icons.tsx';
import { TEXT } from '../../text.ts';
import { addImages, changeGroup, type Group, groups, removeImage } from './state.ts';

export interface GroupCardProps {
  readonly group: Group;
  readonly place: number;
  readonly canRemove: boolean;
}

/** One thing: its name and its photos. */
export function GroupCard({ group, place, canRemove }: GroupCardProps) {
  const [isCameraOpen, setCameraOpen] = useState(false);
  const add = (files: readonly File[]) => addImages(group.id, files.filter(isImage));
  const { isOver, handlers } = useDrop((files) => {
    add(files.map(({ file }) => file));
    const folder = files[0]?.path.split('/').at(-2);
    if (group.name === '' && folder !== undefined) changeGroup(group.id, { name: folder });
  });
  const called = group.name.trim() || TEXT.teach.thing(place + 1);
  return (
    <section class={`group${isOver ? ' is-over' : ''}`} aria-label={called} {...handlers}>
      <div class="group-head">
        <label>
          <span class="unseen">{TEXT.teach.nameOf(place + 1)}</span>
          <input
            type="text"
            maxLength={60}
            placeholder={TEXT.teach.placeholders[place % TEXT.teach.placeholders.length]}
            value={group.name}
            onInput={({ currentTarget }) => changeGroup(group.id, { name: currentTarget.value })}
          />
        </label>
        <span class="quiet">{TEXT.images(group.images.length)}</span>
        {canRemove && (
          <button
            type="button"
            class="icon-button"
            aria-label={TEXT.teach.removeGroup(called)}
            onClick={() => groups.update((all) => all.filter(({ id }) => id !== group.id))}
          >
            <Icon name="close" size={18} />
          </button>
        )}
      </div>
      {group.images.length === 0 ? (
        <p class="group-empty">{isOver ? TEXT.zone.drop : TEXT.teach.dropHere}</p>
      ) : (
        <ul class="group-images">
          {group.images.map((image) => (
            <li key={image.url}>
              <img src={image.url} alt="" loading="lazy" />
              <button
                type="button"
                aria-label={TEXT.teach.removeImage(image.file.name)}
                onClick={() => removeImage(group.id, image)}
              >
                <Icon name="close" size={14} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p class="buttons">
        <FileButton
          class="button"
          accept="image/*"
          multiple
          ariaLabel={`${TEXT.teach.choose}: ${called}`}
          label={
            <>
              <Icon name="photo" />
              {TEXT.teach.choose}
            </>
          }
          onFiles={add}
        />
        {hasCamera && (
          <button
            type="button"
            class="button"
            aria-label={`${TEXT.zone.camera}: ${called}`}
            onClick={() => setCameraOpen(true)}
          >
            <Icon name="camera" />
            {TEXT.zone.camera}
          </button>
        )}
      </p>
      {isCameraOpen && (
        <Camera isSeries onPhoto={(photo) => add([photo])} onClose={() => setCameraOpen(false)} />
      )}
    </section>
  );
}
