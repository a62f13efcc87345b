import { useEffect, useState } from 'preact/hooks';
import type { TaughtModel } from '../../../src/web/teach/index.ts';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { download } from '../../parts/download.ts';
import { NeighbourGrid } from '../../parts/neighbour-grid.tsx';
import { Notice } from '../../parts/notice.tsx';
import { PhotoZone } from '../../parts/photo-zone.tsx';
import { Icon } from '../../shell/icons.tsx';
import { goTo } from '../../shell/navigation.ts';
import { useCollection } from '../../source/current.ts';
import type { Neighbour } from '../../source/types.ts';
import { useStore } from '../../state/store.ts';
import '../../style/collection.css';
import { TEXT } from '../../text.ts';
import { query } from '../search/query.ts';
import { type Lesson, lesson as lessonStore } from './state.ts';

/** A taught model: how good it is, trying it, taking it along. */
export function Done({ lesson, model }: { readonly lesson: Lesson; readonly model: TaughtModel }) {
  const { summary } = model;
  const name = lesson.groups.map((group) => group.name.trim()).join('-');
  return (
    <section class="taught">
      <div class="taught-words">
        <h2>{TEXT.teach.doneTitle}</h2>
        <p>{summary.words}</p>
        <p class="quiet">
          {TEXT.teach.took(TEXT.seconds(summary.seconds), summary.numEpochs, summary.bestEpoch)}
        </p>
        <p class="buttons">
          <button
            type="button"
            class="button is-primary"
            onClick={() => download(model.toZip(), `${fileName(name)}.zip`)}
          >
            <Icon name="download" />
            {TEXT.teach.download}
          </button>
          <button type="button" class="button" onClick={() => lessonStore.set(undefined)}>
            {TEXT.teach.again}
          </button>
        </p>
        <p class="quiet">{lesson.unkept ? TEXT.teach.laterUnkept : TEXT.teach.later}</p>
        {lesson.unkept && <Notice problem={lesson.unkept} />}
      </div>
      <Try />
    </section>
  );
}

/** A photo that it has not seen, and what it is most like. */
function Try() {
  const photo = useStore(query);
  const collection = useCollection();
  const [found, setFound] = useState<readonly Neighbour[]>([]);
  const [problem, setProblem] = useState<Problem>();
  useEffect(() => {
    setFound([]);
    setProblem(undefined);
    if (photo === undefined || collection === undefined || collection.numImages === 0) return;
    const controller = new AbortController();
    collection
      .search(photo, { k: 4, labels: [], signal: controller.signal })
      .then(setFound)
      .catch((error) => controller.signal.aborted || setProblem(toProblem(error)));
    return () => controller.abort();
  }, [photo, collection]);
  const [best] = found;
  return (
    <div class="try">
      <h2>{TEXT.teach.tryTitle}</h2>
      <PhotoZone label={TEXT.teach.tryPhoto} photo={photo} onPhoto={query.set} />
      {problem && <Notice problem={problem} />}
      {best && (
        <div role="status">
          <p class="try-answer">
            {best.verdict === 'same' && best.probability >= 0.5 && best.label !== null
              ? TEXT.teach.looksLike(best.label, TEXT.percent(best.probability))
              : TEXT.teach.likeNone}
          </p>
          <NeighbourGrid isSmall neighbours={found} onOpen={() => goTo('search')} />
        </div>
      )}
    </div>
  );
}

function fileName(name: string): string {
  return `samesame-${name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}`.replace(/^-|-$/g, '').slice(0, 60);
}
