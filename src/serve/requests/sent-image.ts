/** One image of a request: its bytes, or where they are to be fetched. */
export type SentImage = {
  /** What the client calls it: a label to be shown again, never a path. */
  readonly name?: string;
} & ({ readonly bytes: Uint8Array } | { readonly url: string });

const MAX_NAME = 255;

/**
 * A file name as a label: without folders, control characters and marks that turn text round, cut to 255 characters.
 * Undefined where nothing is left.
 */
export function toLabel(name: string): string | undefined {
  const last = name.split(/[/\\]/).at(-1)!;
  const label = last
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '')
    .slice(0, MAX_NAME)
    .trim();
  return label === '' || label === '.' || label === '..' ? undefined : label;
}
