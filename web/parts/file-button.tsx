import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';

export interface FileButtonProps {
  readonly label: ComponentChildren;
  readonly onFiles: (files: readonly File[]) => void;
  readonly accept?: string;
  readonly multiple?: boolean;
  /** A whole folder. */
  readonly isFolder?: boolean;
  readonly class?: string;
  /** For those who cannot see what the button stands beside. */
  readonly ariaLabel?: string;
}

/** A button that opens the system's dialog for files. */
export function FileButton({
  label,
  onFiles,
  accept,
  multiple,
  isFolder,
  class: name,
  ariaLabel,
}: FileButtonProps) {
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <button type="button" class={name} aria-label={ariaLabel} onClick={() => input.current!.click()}>
        {label}
      </button>
      <input
        ref={(element) => {
          input.current = element;
          if (isFolder) element?.setAttribute('webkitdirectory', '');
        }}
        type="file"
        hidden
        accept={accept}
        multiple={multiple}
        onChange={({ currentTarget }) => {
          const files = [...(currentTarget.files ?? [])];
          currentTarget.value = ''; // the same file may be chosen again
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
