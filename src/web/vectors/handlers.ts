import { SamesameError } from '../../base/errors.ts';
import type { Handlers } from '../handlers.ts';

type VectorCalls = Pick<
  Handlers,
  | 'openVectors'
  | 'writeVectors'
  | 'deleteVectors'
  | 'getVectors'
  | 'countVectors'
  | 'searchVectors'
  | 'clearVectors'
  | 'exportVectors'
  | 'importVectors'
  | 'closeVectors'
>;

const notYet = async (): Promise<never> => {
  throw new SamesameError('E_STORE', { what: 'the store of vectors is still being built' });
};

export function createVectorHandlers(): VectorCalls {
  return {
    openVectors: notYet,
    writeVectors: notYet,
    deleteVectors: notYet,
    getVectors: notYet,
    countVectors: notYet,
    searchVectors: notYet,
    clearVectors: notYet,
    exportVectors: notYet,
    importVectors: notYet,
    closeVectors: notYet,
  };
}
