/** Whether a file says that it is an image. SVG and what has no type are tried too: the decoder knows better. */
export function isImage(file: File): boolean {
  return file.type.startsWith('image/') || /\.(jpe?g|png|webp|gif|avif|bmp)$/i.test(file.name);
}

/** A file with the folder that it came in, which is its label. */
export interface DroppedFile {
  readonly file: File;
  /** From the dropped folder on: `mugs/a.jpg`. */
  readonly path: string;
}

/** The files of a drop, those inside of dropped folders too. */
export async function filesOfDrop(data: DataTransfer): Promise<DroppedFile[]> {
  // The list is emptied by the browser after this turn, so entries are taken at once.
  const entries = [...data.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (entries.every((entry) => entry === null)) return [...data.files].map(asDropped);
  const found: DroppedFile[] = [];
  for (const entry of entries) if (entry !== null) await walk(entry, found);
  return found;
}

/** Files of a button for folders or files. */
export function asDropped(file: File): DroppedFile {
  return { file, path: file.webkitRelativePath || file.name };
}

async function walk(entry: FileSystemEntry, found: DroppedFile[]): Promise<void> {
  if (entry.name.startsWith('.')) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    found.push({ file, path: entry.fullPath.replace(/^\//, '') });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  // A reader gives a hundred at a time, and an empty list at the end.
  for (;;) {
    const batch = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (batch.length === 0) return;
    for (const child of batch) await walk(child, found);
  }
}

/** Images of a paste. */
export function imagesOfPaste(event: ClipboardEvent): File[] {
  return [...(event.clipboardData?.files ?? [])].filter(isImage);
}

/** The folder next to the file: its label, as in a folder per class. Null where there is none. */
export function labelOf(path: string): string | null {
  return path.split('/').at(-2) ?? null;
}
