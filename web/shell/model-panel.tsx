import { useEffect, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../engine/protocol.ts';
import { Dialog } from '../parts/dialog.tsx';
import { FileButton } from '../parts/file-button.tsx';
import { Notice } from '../parts/notice.tsx';
import { modelState, SITE_MODEL, useModel } from '../state/model.ts';
import { listSavedModels, loadSavedModel, removeSavedModel, savedModels } from '../state/saved-models.ts';
import { site } from '../state/site.ts';
import { useStore } from '../state/store.ts';
import { TEXT } from '../text.ts';
import { addressOf } from './navigation.ts';

/** Chooses the model that gives the answers. */
export function ModelPanel({ onClose }: { readonly onClose: () => void }) {
  const model = useStore(modelState);
  const found = useStore(site);
  const saved = useStore(savedModels);
  const [problem, setProblem] = useState<Problem | undefined>(
    model.kind === 'none' ? model.problem : undefined,
  );
  useEffect(() => void listSavedModels(), []);
  const open = (...args: Parameters<typeof useModel>) => {
    setProblem(undefined);
    useModel(...args).then(onClose, (error) => setProblem(toProblem(error)));
  };
  const openFiles = (files: readonly File[]) =>
    open(files, 'files', files.length === 1 ? files[0].name.replace(/\.zip$/i, '') : undefined);
  const isSite = model.kind === 'ready' && model.origin === 'site';
  return (
    <Dialog title={TEXT.model.title} onClose={onClose}>
      <p class="lead">{TEXT.model.lead}</p>
      {problem && <Notice problem={problem} />}
      {model.kind === 'ready' && (
        <p class="model-facts">
          <b>{model.name}</b>
          <span>
            {TEXT.model.facts(model.model.info.dataset, model.model.info.config.provenance.numImages)} ·{' '}
            {TEXT.model.size(model.model.info.sizeBytes)}
          </span>
        </p>
      )}
      <ul class="choices">
        {found?.hasModel && (
          <li>
            <span>{TEXT.model.site}</span>
            <button type="button" class="button" disabled={isSite} onClick={() => open(SITE_MODEL, 'site')}>
              {isSite ? TEXT.model.inUse : TEXT.model.use}
            </button>
          </li>
        )}
        {saved.map(({ name, savedAt }) => (
          <li key={name}>
            <span>
              {name}
              <small>{TEXT.model.taughtAt(new Date(savedAt))}</small>
            </span>
            <span class="buttons">
              <button
                type="button"
                class="button"
                aria-label={`${TEXT.model.use}: ${name}`}
                onClick={() =>
                  loadSavedModel(name)
                    .then(({ files }) => open(files, 'taught', name))
                    .catch((error) => setProblem(toProblem(error)))
                }
              >
                {TEXT.model.use}
              </button>
              <button
                type="button"
                class="quiet-button"
                aria-label={`${TEXT.model.remove}: ${name}`}
                onClick={() => removeSavedModel(name).catch((error) => setProblem(toProblem(error)))}
              >
                {TEXT.model.remove}
              </button>
            </span>
          </li>
        ))}
        <li>
          <span>
            {TEXT.model.files}
            <small>{TEXT.model.filesLead}</small>
          </span>
          <span class="buttons">
            <FileButton class="button" isFolder label={TEXT.model.folder} onFiles={openFiles} />
            <FileButton class="button" accept=".zip" label={TEXT.model.zip} onFiles={openFiles} />
          </span>
        </li>
        <li>
          <span>{TEXT.model.teach}</span>
          <a class="button" href={addressOf('teach')} onClick={onClose}>
            {TEXT.views.teach}
          </a>
        </li>
      </ul>
    </Dialog>
  );
}
