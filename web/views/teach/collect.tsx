import { useState } from 'preact/hooks';
import type { ModelInfo } from '../../../src/web/index.ts';
import { FileButton } from '../../parts/file-button.tsx';
import { asDropped, isImage, labelOf } from '../../parts/images.ts';
import { Icon } from '../../shell/icons.tsx';
import { modelState } from '../../state/model.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import { begin } from './begin.ts';
import { GroupCard } from './group-card.tsx';
import { canBeMeasured, ENOUGH_TO_MEASURE, groups, newGroup, obstacle } from './state.ts';

/** Names groups and gives each its photos. */
export function Collect() {
  const all = useStore(groups);
  const [seconds, setSeconds] = useState<number | undefined>(180);
  const model = useStore(modelState);
  const [wished, setWished] = useState<'model' | 'nothing'>();
  const missing = obstacle(all);
  const start =
    model.kind === 'ready' ? (wished ?? (knowsPhotos(model.model.info) ? 'model' : 'nothing')) : 'nothing';
  return (
    <>
      <div class="groups">
        {all.map((group, i) => (
          <GroupCard key={group.id} group={group} place={i} canRemove={all.length > 2} />
        ))}
        <div class="group-more">
          <button type="button" class="button" onClick={() => groups.set([...all, newGroup()])}>
            <Icon name="plus" />
            {TEXT.teach.more}
          </button>
          <FileButton
            class="quiet-button"
            isFolder
            label={TEXT.teach.folders}
            onFiles={(files) => addFolders(files)}
          />
        </div>
      </div>
      <div class="teach-start">
        <label>
          {TEXT.teach.limit}{' '}
          <select
            value={seconds ?? ''}
            onChange={({ currentTarget: { value } }) => setSeconds(value === '' ? undefined : Number(value))}
          >
            {TEXT.teach.limits.map(([value, words]) => (
              <option key={words} value={value}>
                {words}
              </option>
            ))}
          </select>
        </label>
        {model.kind === 'ready' && (
          <label>
            {TEXT.teach.startWith}{' '}
            <select
              value={start}
              onChange={({ currentTarget: { value } }) => setWished(value as typeof start)}
            >
              <option value="model">{TEXT.teach.withModel(model.name)}</option>
              <option value="nothing">{TEXT.teach.withNothing}</option>
            </select>
          </label>
        )}
        <button
          type="button"
          class="button is-primary"
          disabled={missing !== undefined}
          onClick={() =>
            begin({ seconds, base: model.kind === 'ready' && start === 'model' ? model : undefined })
          }
        >
          {TEXT.teach.start}
        </button>
        <p class="quiet" role="status">
          {missing ?? (canBeMeasured(all) ? TEXT.teach.ready : TEXT.teach.readyUnmeasured(ENOUGH_TO_MEASURE))}
        </p>
        {missing === undefined && start === 'nothing' && <p class="quiet">{TEXT.teach.aboutNothing}</p>}
      </div>
    </>
  );
}

/** Shorter sides are those of digits and small drawings, or of what was taught from nothing. */
const PHOTO_SIDE = 96;

/** Whether a model sees enough of a photo that a training had better start from it. */
function knowsPhotos({ input: { height, width, channels } }: ModelInfo): boolean {
  return channels === 3 && Math.min(height, width) >= PHOTO_SIDE;
}

/** A group for each folder of images. */
function addFolders(files: readonly File[]): void {
  const byFolder = new Map<string, File[]>();
  for (const { file, path } of files.map(asDropped)) {
    const name = labelOf(path);
    if (name === null || !isImage(file)) continue;
    byFolder.set(name, [...(byFolder.get(name) ?? []), file]);
  }
  const added = [...byFolder].map(([name, images]) =>
    newGroup(
      name,
      images.map((file) => ({ file, url: URL.createObjectURL(file) })),
    ),
  );
  const kept = groups.get().filter(({ name, images }) => name !== '' || images.length > 0);
  const all = [...kept, ...added];
  groups.set(all.length < 2 ? [...all, newGroup()] : all);
}
