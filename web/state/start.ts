import { noModel, readyModel, SITE_MODEL, useModel } from './model.ts';
import { listSavedModels, loadSavedModel } from './saved-models.ts';
import { dropToken, keepToken } from './session.ts';
import { findSite } from './site.ts';

/** Finds out what stands behind the page, and opens its model; where it has none, the latest that was taught here. */
export async function start(): Promise<void> {
  const { hasModel } = await findSite(SITE_MODEL);
  const [latest] = hasModel ? [] : await listSavedModels();
  // What fails is shown by the page, from the state.
  if (hasModel) await useModel(SITE_MODEL, 'site').catch(() => {});
  else if (latest)
    await loadSavedModel(latest.name)
      .then(({ files }) => useModel(files, 'taught', latest.name))
      .catch(noModel);
  else noModel();
}

/** Tries a token; where the service takes it, its model gives the answers, unless the person has opened another. */
export async function signIn(token: string): Promise<void> {
  keepToken(token);
  const { hasModel } = await findSite(SITE_MODEL);
  const origin = readyModel()?.origin;
  if (hasModel && origin !== 'site' && origin !== 'files') await useModel(SITE_MODEL, 'site').catch(() => {});
}

/** Forgets the token, and with the page everything that it has shown of the service. */
export function signOut(): void {
  dropToken();
  location.reload();
}
