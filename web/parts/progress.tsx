import { TEXT } from '../text.ts';

export interface ProgressProps {
  readonly label: string;
  /** 0…1; undefined where it is not known. */
  readonly share?: number;
  /** Rate, time left. */
  readonly note?: string;
  readonly onStop?: () => void;
}

/** How far something is. */
export function Progress({ label, share, note, onStop }: ProgressProps) {
  return (
    <div class="progress">
      <p>
        <b>{label}</b>
        {note && <span>{note}</span>}
        {onStop && (
          <button type="button" class="quiet-button" onClick={onStop}>
            {TEXT.stop}
          </button>
        )}
      </p>
      <progress value={share} max={1} aria-label={label} />
    </div>
  );
}
