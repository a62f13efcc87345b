// Writes rows into a store, batch after batch, telling which are kept; with --compact it tidies up in between.
// A process of its own, so that it can be killed.
import { imageId } from '../../dist/search/store/identity.js';
import { openStore } from '../../dist/search/store/open.js';

const { address, identity, exactNumbers, from, batchSize, compactEvery } = JSON.parse(process.argv[2]);
const store = await openStore(address, { identity, exactNumbers });
process.stdout.write('open\n');
for (let batch = from; ; batch++) {
  const records = Array.from({ length: batchSize }, (_, i) => {
    const path = `/photos/${batch}/${i}.jpg`;
    return {
      id: imageId(path),
      path,
      contentHash: `${batch}`,
      model: identity.model,
      sizeBytes: batch,
      modifiedMs: i,
      label: null,
      metadata: { batch },
    };
  });
  const vectors = Float32Array.from({ length: batchSize * identity.embeddingSize }, (_, i) => batch + i / 7);
  await store.upsert({ records, vectors });
  process.stdout.write(`${batch}\n`);
  if ((batch + 1) % compactEvery !== 0) continue;
  process.stdout.write('compacting\n');
  await store.compact();
}
