import { chooseProjection, type ProjectionName } from '../../projection/index.ts';
import type { ImageRecord, VectorStore } from '../../search/store/types.ts';
import type { PlaceJob } from '../engine/messages.ts';
import { startThread, type Thread } from '../engine/thread.ts';
import { onceAVersion } from './once-a-version.ts';
import { MAX_IMAGES, sampleStore } from './sample.ts';

/** Where images of a store lie on a plane. */
export interface StoreMap {
  readonly method: ProjectionName;
  /** Rows of the store. */
  readonly numRows: number;
  readonly records: readonly ImageRecord[];
  /** float32 `[records.length, 2]`, from −1 to 1, both axes to one scale. */
  readonly places: Float32Array;
}

export interface StoreMaps {
  /** The map of the store as it is. @throws what the store throws; E_RUNTIME when the service stops */
  draw(): Promise<StoreMap>;
  close(): Promise<void>;
}

/** Draws maps away from the thread that answers. */
export function openStoreMaps(store: VectorStore): StoreMaps {
  let thread: Thread<PlaceJob, Float32Array> | undefined;

  async function place(job: PlaceJob): Promise<Float32Array> {
    if (job.numImages === 0) return new Float32Array(0);
    thread = startThread<PlaceJob, Float32Array>('place-thread', undefined);
    try {
      return await thread.ask(job, [job.embeddings.buffer as ArrayBuffer]);
    } finally {
      await thread.close();
      thread = undefined;
    }
  }
  const draw = onceAVersion(store, async () => {
    const { numRows, records, embeddings } = await sampleStore(store, MAX_IMAGES);
    const method = chooseProjection('auto', records.length, store.identity.embeddingSize);
    const places = await place({ embeddings, numImages: records.length, method });
    return { method, numRows, records, places: toUnitSquare(places) };
  });
  return {
    draw,
    close: async () => thread?.stop(),
  };
}

/** The middle at 0, the wider axis from −1 to 1. */
function toUnitSquare(places: Float32Array): Float32Array {
  const [low, high] = [
    [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY],
  ];
  for (const [i, value] of places.entries()) {
    low[i % 2] = Math.min(low[i % 2], value);
    high[i % 2] = Math.max(high[i % 2], value);
  }
  const half = Math.max(high[0] - low[0], high[1] - low[1]) / 2 || 1;
  return places.map((value, i) => (value - (low[i % 2] + high[i % 2]) / 2) / half);
}
