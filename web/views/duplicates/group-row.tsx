import { Thumbnail } from '../../parts/thumbnail.tsx';
import { Icon } from '../../shell/icons.tsx';
import type { Picture, PictureGroup } from '../../source/types.ts';
import { TEXT } from '../../text.ts';

export interface GroupRowProps {
  readonly group: PictureGroup;
  readonly aside: ReadonlySet<string>;
  readonly onDecide: (id: string, isKept: boolean) => void;
  readonly onOpen: (picture: Picture) => void;
}

/** Copies side by side, each kept or set aside. */
export function GroupRow({ group: { pictures, distances }, aside, onDecide, onOpen }: GroupRowProps) {
  return (
    <li>
      <ul class="copies-group">
        {pictures.map((picture, i) => {
          const { id, name, label, thumbnail, width, height, sizeBytes, source } = picture;
          const isAside = aside.has(id);
          return (
            <li key={id} class={isAside ? 'is-aside' : ''}>
              <button type="button" class="copy-picture" aria-label={name} onClick={() => onOpen(picture)}>
                <Thumbnail address={thumbnail} />
              </button>
              <p class="copy-name" title={name}>
                {label === null ? name : `${label}/${name}`}
              </p>
              <p class="quiet">
                {i > 0 && `${TEXT.compare.distance} ${TEXT.distance(distances[i])}`}
                {i > 0 && width !== undefined && ' · '}
                {width !== undefined && width > 0 && TEXT.duplicates.size(width, height!, sizeBytes!)}
              </p>
              {source !== undefined && source !== 'file' ? (
                <p class="quiet">{TEXT.duplicates.stays[source]}</p>
              ) : (
                <button
                  type="button"
                  class="copy-decision"
                  aria-pressed={!isAside}
                  aria-label={`${isAside ? TEXT.duplicates.aside : TEXT.duplicates.keep}: ${name}`}
                  onClick={() => onDecide(id, isAside)}
                >
                  <Icon name={isAside ? 'close' : 'check'} size={16} />
                  {isAside ? TEXT.duplicates.aside : TEXT.duplicates.keep}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </li>
  );
}
