import { useEffect } from 'preact/hooks';
import { modelState } from '../state/model.ts';
import { site } from '../state/site.ts';
import { createStore, useStore } from '../state/store.ts';
import { serviceCollection } from './service.ts';
import { tabCollection } from './tab.ts';
import { tabState, vectorsOf } from './tab-images.ts';
import type { Collection } from './types.ts';

/** Which images the person looks at; undefined: the server's where it has some, else this tab's. */
export const chosenKind = createStore<Collection['kind'] | undefined>(undefined);

/** The collection that all views are about; undefined while there is neither a model nor a server. */
export function useCollection(): Collection | undefined {
  const model = useStore(modelState);
  const found = useStore(site);
  const tab = useStore(tabState);
  const chosen = useStore(chosenKind);
  const ready = model.kind === 'ready' ? model.model : undefined;
  const service = found?.kind === 'service' && found.numImages !== null ? found : undefined;
  const isService = service !== undefined && (chosen ?? 'service') === 'service';
  useEffect(() => {
    // Fetches what the browser kept; whoever searches hears of what goes wrong.
    if (!isService && ready) vectorsOf(ready).catch(() => {});
  }, [isService, ready]);
  // The same before and after the model has arrived: a map that somebody looks at is not drawn anew.
  if (isService) return remember([service], () => serviceCollection(service, classesOfModel));
  return ready && remember([ready, tab.images], () => tabCollection(ready, tab.images));
}

function classesOfModel(): readonly string[] {
  const model = modelState.get();
  return model.kind === 'ready' ? model.model.info.classes : [];
}

let last: { readonly of: readonly unknown[]; readonly collection: Collection } | undefined;

/** The same collection for all views while nothing changes: what was worked out for it stays good. */
function remember(of: readonly unknown[], make: () => Collection): Collection {
  if (last === undefined || last.of.some((part, i) => part !== of[i])) last = { of, collection: make() };
  return last.collection;
}
