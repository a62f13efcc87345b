import { useEffect, useState } from 'preact/hooks';
import { type Problem, toProblem } from '../../engine/protocol.ts';
import { CollectionBar } from '../../parts/collection-bar.tsx';
import { ModelNeeded } from '../../parts/model-needed.tsx';
import { NeighbourGrid } from '../../parts/neighbour-grid.tsx';
import { Notice } from '../../parts/notice.tsx';
import { PhotoZone } from '../../parts/photo-zone.tsx';
import { PictureDialog } from '../../parts/picture-dialog.tsx';
import { ViewHead } from '../../parts/view-head.tsx';
import '../../style/collection.css';
import { searchFor } from '../../parts/search-for.ts';
import { usePaste } from '../../parts/use-paste.ts';
import { useCollection } from '../../source/current.ts';
import type { Neighbour, Picture } from '../../source/types.ts';
import { announce } from '../../state/announce.ts';
import { modelState } from '../../state/model.ts';
import { useStore } from '../../state/store.ts';
import { TEXT } from '../../text.ts';
import { Filters, type SearchFilters } from './filters.tsx';
import { query } from './query.ts';
import './search.css';

const MAX_FOUND = 60;

/** A photo, and what of the collection is like it. */
export default function Search() {
  const photo = useStore(query);
  const model = useStore(modelState);
  const collection = useCollection();
  const [filters, setFilters] = useState<SearchFilters>({ labels: [], isSameOnly: false });
  const [found, setFound] = useState<readonly Neighbour[]>();
  const [problem, setProblem] = useState<Problem>();
  const [opened, setOpened] = useState<Picture>();

  useEffect(() => {
    setProblem(undefined);
    if (photo === undefined || collection === undefined || collection.numImages === 0) {
      setFound(undefined);
      return;
    }
    const controller = new AbortController();
    collection
      .search(photo, { k: MAX_FOUND, labels: filters.labels, signal: controller.signal })
      .then((neighbours) => {
        setFound(neighbours);
        announce(TEXT.search.found(neighbours.length));
      })
      .catch((error) => controller.signal.aborted || setProblem(toProblem(error)));
    return () => controller.abort();
  }, [photo, collection, filters.labels]);
  usePaste(([image]) => query.set(image));

  const likeThis = (picture: Picture) => {
    setOpened(undefined);
    searchFor(picture).catch((error) => setProblem(toProblem(error)));
  };
  const shown = filters.isSameOnly ? found?.filter(({ verdict }) => verdict === 'same') : found;
  const hasImages = (collection?.numImages ?? 0) > 0;
  return (
    <article>
      <ViewHead title={TEXT.search.title} lead={TEXT.search.lead} />
      {model.kind !== 'ready' && <ModelNeeded />}
      <CollectionBar />
      {hasImages && (
        <div class="search">
          <div class="search-query">
            <PhotoZone label={TEXT.search.photo} photo={photo} onPhoto={query.set} />
            <Filters labels={collection!.labels} filters={filters} onFilters={setFilters} />
          </div>
          <section class="search-found" aria-label={TEXT.search.results}>
            {problem && <Notice problem={problem} />}
            {photo === undefined && <p class="answer-waiting">{TEXT.search.waiting}</p>}
            {shown && (
              <p class="quiet" role="status">
                {TEXT.search.found(shown.length)}
              </p>
            )}
            {shown && <NeighbourGrid neighbours={shown} onOpen={setOpened} />}
          </section>
        </div>
      )}
      {opened && <PictureDialog picture={opened} onClose={() => setOpened(undefined)} onSearch={likeThis} />}
    </article>
  );
}
