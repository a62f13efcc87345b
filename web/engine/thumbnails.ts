import type { EngineApi, Thumbnail } from './api.ts';

/** Small pictures of files, and what tells equal files. */
export async function makeThumbnails({
  files,
  side,
}: EngineApi['thumbnails']['args']): Promise<(Thumbnail | null)[]> {
  const made: (Thumbnail | null)[] = [];
  for (const file of files) made.push(await makeThumbnail(file, side).catch(() => null));
  return made;
}

async function makeThumbnail(file: Blob, side: number): Promise<Thumbnail> {
  const bitmap = await createImageBitmap(file);
  const { width, height } = bitmap;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = new OffscreenCanvas(
    Math.max(1, Math.round(width * scale)),
    Math.max(1, Math.round(height * scale)),
  );
  const context = canvas.getContext('2d')!;
  context.fillStyle = '#fff'; // behind what is transparent
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  const picture = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.82 });
  return { picture, width, height, sha256: await sha256(file) };
}

async function sha256(file: Blob): Promise<string> {
  // Browsers have it on https and on this machine; elsewhere names and sizes must do.
  if (crypto.subtle === undefined) return '';
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
