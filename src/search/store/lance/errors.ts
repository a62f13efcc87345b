import { readdir } from 'node:fs/promises';
import { errorFromSystem, SamesameError } from '../../../base/errors.ts';

/** @throws E_STORE where a folder holds anything that we did not put there */
export async function checkEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw errorFromSystem(error, `opening the store ${folder}`);
  });
  const foreign = names.filter((name) => !/^\.store\.json\..*\.tmp$/.test(name));
  if (foreign.length === 0) return;
  throw new SamesameError('E_STORE', {
    what: `${folder} is no store, and not empty`,
    expected: 'a store that samesame index made, or a folder that is not there yet',
    received: `a folder with ${foreign.slice(0, 3).join(', ')}${foreign.length > 3 ? ', …' : ''}`,
    help: 'choose another folder with --store',
    details: { path: folder },
  });
}

export function noStore(folder: string): SamesameError {
  return new SamesameError('E_NOT_FOUND', {
    what: `there is no store in ${folder}`,
    expected: 'a folder that samesame index made',
    help: 'make one first: samesame index MODEL PHOTOS',
    details: { path: folder },
  });
}

/** Whether files were gone that a reader was about to read: a writer had tidied up, and the latest state is elsewhere. */
export function isTidiedUp(error: unknown): boolean {
  return /not found/i.test(String(error));
}

export function lanceError(error: unknown, action: string): SamesameError {
  if (error instanceof SamesameError) return error;
  const message = (error instanceof Error ? error.message : String(error)).split('\n')[0];
  if (/no space left|StorageFull|os error 28|quota/i.test(message))
    return errorFromSystem({ code: 'ENOSPC', message }, action);
  if (/permission denied|os error 13|read-only/i.test(message))
    return errorFromSystem({ code: 'EACCES', message }, action);
  return new SamesameError('E_STORE', {
    what: `${action} failed`,
    received: message.slice(0, 500),
    help: isTidiedUp(error)
      ? 'another process tidied the store up meanwhile: ask again'
      : 'if it happens again, index the images anew into another folder',
    cause: error,
  });
}
