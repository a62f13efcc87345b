import type { ImageSet } from './types.ts';

/** First line of the text whose SHA-256 is the fingerprint of a set of files. */
export const FILES_LINE = 'files\n';
/** Stands for the content of a file that cannot be read. */
export const UNREADABLE_LINE = 'unreadable\n';

/** The line of an image's id, class and split. JSON, so that no name can pass for two. */
export function namesLine(
  { id, labels, classNames, splits }: Pick<ImageSet, 'id' | 'labels' | 'classNames' | 'splits'>,
  index: number,
): string {
  const className = classNames[labels[index]] ?? null;
  return `${JSON.stringify([id(index), className, splits?.[index] ?? null])}\n`;
}

/** The line of a file's content. @param sha256 in hex */
export function contentLine(sizeBytes: number, sha256: string): string {
  return `${sizeBytes} ${sha256}\n`;
}
