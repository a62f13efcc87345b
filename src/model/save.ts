import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFolderAtomic } from '../base/files.ts';
import { buildModelFiles, type ModelParts } from './build.ts';
import type { ModelConfig } from './config.ts';

/**
 * Writes a model folder, whole or not at all, with the files that `buildModelFiles` makes. A folder that was there is
 * replaced.
 * @throws E_MODEL where the config is not one that could be loaded again; E_PERMISSION, E_DISK_FULL, E_IO
 */
export async function saveModel(folder: string, parts: ModelParts): Promise<ModelConfig> {
  const { config, files } = buildModelFiles(parts, sha256);
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [name, bytes] of files) await writeFile(join(temporary, name), bytes, { flush: true });
  });
  return config;
}

/** Checksum of a file's bytes, in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
