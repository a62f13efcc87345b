import './style/base.css';
import './style/shell.css';
import './style/parts.css';
import { render } from 'preact';
import { App } from './shell/app.tsx';
import { noModel, SITE_MODEL, useModel } from './state/model.ts';
import { listSavedModels, loadSavedModel } from './state/saved-models.ts';
import { findSite } from './state/site.ts';

render(<App />, document.getElementById('page')!);

const { hasModel } = await findSite(SITE_MODEL);
const [latest] = hasModel ? [] : await listSavedModels();
// What fails is shown by the page, from the state.
if (hasModel) await useModel(SITE_MODEL, 'site').catch(() => {});
else if (latest)
  await loadSavedModel(latest.name)
    .then(({ files }) => useModel(files, 'taught', latest.name))
    .catch(noModel);
else noModel();
