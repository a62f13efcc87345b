import { SamesameError } from '../../base/errors.ts';
import type { VectorStore } from '../../search/store/types.ts';
import type { Overview, Service } from '../service.ts';

/** The store of the service. @throws E_NOT_FOUND where it has none */
export function storeOf({ store }: Pick<Service, 'store'>): VectorStore {
  if (store !== undefined) return store;
  throw new SamesameError('E_NOT_FOUND', {
    what: 'this service has no store',
    help: 'start it with --store ADDRESS',
  });
}

/** What is told of that store as a whole. @throws E_NOT_FOUND where there is none */
export function overviewOf(service: Pick<Service, 'store' | 'overview'>): Overview {
  storeOf(service);
  return service.overview!;
}
