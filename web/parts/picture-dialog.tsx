import type { Picture } from '../source/types.ts';
import { TEXT } from '../text.ts';
import { Dialog } from './dialog.tsx';
import { Thumbnail } from './thumbnail.tsx';
import { useObjectUrl } from './use-object-url.ts';

export interface PictureDialogProps {
  readonly picture: Picture;
  readonly onClose: () => void;
  /** Looks for what is like it. */
  readonly onSearch?: (picture: Picture) => void;
}

/** One image as large as there is room. */
export function PictureDialog({ picture, onClose, onSearch }: PictureDialogProps) {
  const url = useObjectUrl(picture.file);
  return (
    <Dialog title={picture.name} onClose={onClose} class="picture-dialog">
      {url === undefined ? (
        <Thumbnail address={picture.thumbnail} alt={picture.name} />
      ) : (
        <img src={url} alt={picture.name} />
      )}
      <p class="buttons">
        {picture.label !== null && <span class="label-chip">{picture.label}</span>}
        {onSearch && (
          <button type="button" class="button" onClick={() => onSearch(picture)}>
            {TEXT.search.likeThis}
          </button>
        )}
      </p>
    </Dialog>
  );
}
