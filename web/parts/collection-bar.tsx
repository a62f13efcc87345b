import { useState } from 'preact/hooks';
import { type Problem, toProblem } from '../engine/protocol.ts';
import { Icon } from '../shell/icons.tsx';
import { chosenKind, useCollection } from '../source/current.ts';
import { addFiles, forget, tabState } from '../source/tab-images.ts';
import { modelState } from '../state/model.ts';
import { site } from '../state/site.ts';
import { useStore } from '../state/store.ts';
import { TEXT } from '../text.ts';
import { FileButton } from './file-button.tsx';
import { asDropped, type DroppedFile } from './images.ts';
import { Notice } from './notice.tsx';
import { Progress } from './progress.tsx';
import { useDrop } from './use-drop.ts';

/** The images that a view is about: whose they are, how many, and how to give more. */
export function CollectionBar() {
  const model = useStore(modelState);
  const found = useStore(site);
  const { images, adding, refused } = useStore(tabState);
  const collection = useCollection();
  const [problem, setProblem] = useState<Problem>();
  const add = (files: readonly DroppedFile[]) => {
    setProblem(undefined);
    if (model.kind !== 'ready') return;
    chosenKind.set('tab');
    addFiles(model.model, files).catch((error) => setProblem(toProblem(error)));
  };
  const { isOver, handlers } = useDrop(add);
  if (model.kind !== 'ready' && collection === undefined) return null;

  const isTab = collection?.kind !== 'service';
  const service = found?.kind === 'service' && found.numImages !== null ? found : undefined;
  const buttons = (
    <>
      <FileButton
        class={images.length === 0 ? 'button is-primary' : 'button'}
        isFolder
        label={
          <>
            <Icon name="folder" />
            {images.length === 0 ? TEXT.collection.folder : TEXT.collection.moreFolder}
          </>
        }
        onFiles={(files) => add(files.map(asDropped))}
      />
      <FileButton
        class="button"
        accept="image/*"
        multiple
        label={TEXT.collection.files}
        onFiles={(files) => add(files.map(asDropped))}
      />
    </>
  );
  return (
    <section class="collection" aria-label={TEXT.collection.title}>
      {service && (
        <div class="switch" role="group" aria-label={TEXT.collection.title}>
          {(['service', 'tab'] as const).map((kind) => (
            <button
              key={kind}
              type="button"
              aria-pressed={isTab === (kind === 'tab')}
              onClick={() => chosenKind.set(kind)}
            >
              {TEXT.collection[kind](kind === 'tab' ? images.length : service.numImages!)}
            </button>
          ))}
        </div>
      )}
      {isTab && images.length === 0 && adding === undefined && (
        <div class={`empty${isOver ? ' is-over' : ''}`} {...handlers}>
          <Icon name="folder" size={34} />
          <h2>{TEXT.collection.emptyTitle}</h2>
          <p>{TEXT.collection.emptyLead}</p>
          <p class="buttons">{buttons}</p>
        </div>
      )}
      {isTab && images.length > 0 && (
        <div class={`collection-row${isOver ? ' is-over' : ''}`} {...handlers}>
          <p>
            <b>{TEXT.images(images.length)}</b> <span class="quiet">{TEXT.collection.kept}</span>
          </p>
          <p class="buttons">
            {buttons}
            <button
              type="button"
              class="quiet-button"
              onClick={() =>
                model.kind === 'ready' &&
                forget(
                  model.model,
                  images.map(({ id }) => id),
                ).catch((error) => setProblem(toProblem(error)))
              }
            >
              {TEXT.collection.forget}
            </button>
          </p>
        </div>
      )}
      {isTab && adding && (
        <Progress
          label={TEXT.collection.adding(adding.done, adding.total)}
          share={adding.done / Math.max(1, adding.total)}
          note={
            adding.perSecond > 0
              ? `${TEXT.rate(adding.perSecond)} · ${TEXT.left(TEXT.seconds(adding.secondsLeft))}`
              : undefined
          }
          onStop={adding.stop}
        />
      )}
      {isTab && refused.length > 0 && <Refused names={refused} />}
      {problem && <Notice problem={problem} />}
    </section>
  );
}

function Refused({ names }: { readonly names: readonly string[] }) {
  return (
    <details class="refused">
      <summary>{TEXT.collection.refused(names.length)}</summary>
      <p class="quiet">{names.slice(0, 200).join(', ')}</p>
    </details>
  );
}
