import { useMemo, useState } from 'preact/hooks';
import { CollectionBar } from '../../parts/collection-bar.tsx';
import { ModelNeeded } from '../../parts/model-needed.tsx';
import { Notice } from '../../parts/notice.tsx';
import { Progress } from '../../parts/progress.tsx';
import { useWork } from '../../parts/use-work.ts';
import { ViewHead } from '../../parts/view-head.tsx';
import { useCollection } from '../../source/current.ts';
import { labelsOf } from '../../source/tab.ts';
import { tabState } from '../../source/tab-images.ts';
import type { Collection, PictureMap } from '../../source/types.ts';
import { modelState } from '../../state/model.ts';
import { useStore } from '../../state/store.ts';
import '../../style/collection.css';
import { TEXT } from '../../text.ts';
import { Legend } from './legend.tsx';
import './map.css';
import { MapCanvas } from './map-canvas.tsx';
import { Selection } from './selection.tsx';

const maps = new WeakMap<Collection, PictureMap>();

async function mapOf(collection: Collection, options: Parameters<Collection['map']>[0]): Promise<PictureMap> {
  const known = maps.get(collection);
  if (known !== undefined) return known;
  const map = await collection.map(options);
  maps.set(collection, map);
  return map;
}

/** All images of the collection on a plane, what is alike together. */
export default function MapView() {
  const model = useStore(modelState);
  const { adding } = useStore(tabState);
  const collection = useCollection();
  const hasImages = collection !== undefined && collection.numImages > 0;
  // Placed once when all are there, and not again with every batch.
  const isWaiting = collection?.kind === 'tab' && adding !== undefined;
  const work = useWork(hasImages && !isWaiting ? collection : undefined, mapOf);
  return (
    <article>
      <ViewHead title={TEXT.map.title} lead={TEXT.map.lead} />
      {model.kind !== 'ready' && <ModelNeeded />}
      <CollectionBar />
      {hasImages && work.kind === 'working' && <Progress label={TEXT.map.placing} share={work.share} />}
      {work.kind === 'failed' && <Notice problem={work.problem} />}
      {hasImages && work.kind === 'ready' && <Placed map={work.value} collection={collection} />}
    </article>
  );
}

function Placed({ map, collection }: { readonly map: PictureMap; readonly collection: Collection }) {
  const labels = useMemo(() => labelsOf(map.pictures), [map]);
  const [hidden, setHidden] = useState<ReadonlySet<string | null>>(new Set());
  const [focus, setFocus] = useState(-1);
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  return (
    <div class="map-view">
      <MapCanvas
        map={map}
        labels={labels}
        hidden={hidden}
        focus={focus}
        onFocus={setFocus}
        selected={selected}
        onSelected={setSelected}
        collection={collection}
      />
      <aside class="map-side">
        <Selection
          map={map}
          collection={collection}
          focus={focus}
          onFocus={setFocus}
          selected={selected}
          onSelected={setSelected}
        />
        <Legend map={map} labels={labels} hidden={hidden} onHidden={setHidden} />
        <p class="quiet">
          {TEXT.map.method(map.method)}
          {map.pictures.length < map.numImages && ` ${TEXT.map.some(map.pictures.length, map.numImages)}`}
        </p>
      </aside>
    </div>
  );
}
