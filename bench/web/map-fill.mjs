/** Runs on the page's origin: images as an earlier visit to the page would have kept them. */
export async function fillTab({ fingerprint, size, count, NUM_LABELS }) {
  const BLOCK_SIZE = 256;
  const name = `page-${fingerprint.slice(0, 16)}`;
  const database = await new Promise((resolve, reject) => {
    const request = indexedDB.open('samesame-vectors', 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('headers');
      request.result.createObjectStore('blocks');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const normal = () => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
  const centres = Array.from({ length: NUM_LABELS }, () => Float32Array.from({ length: size }, normal));
  const canvas = new OffscreenCanvas(160, 120);
  const context = canvas.getContext('2d');
  const draw = async (i) => {
    context.fillStyle = `hsl(${(i * 37) % 360} 60% 70%)`;
    context.fillRect(0, 0, 160, 120);
    context.fillStyle = `hsl(${(i * 53) % 360} 70% 40%)`;
    context.fillRect(20 + (i % 50), 20, 40 + (i % 40), 60);
    const bytes = new Uint8Array(
      await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 })).arrayBuffer(),
    );
    return `data:image/jpeg;base64,${btoa(String.fromCharCode(...bytes))}`;
  };
  for (let start = 0; start < count; start += BLOCK_SIZE) {
    const rows = Math.min(BLOCK_SIZE, count - start);
    const vectors = new Float32Array(rows * size);
    const items = [];
    for (let row = 0; row < rows; row++) {
      const i = start + row;
      const label = i % NUM_LABELS;
      for (let d = 0; d < size; d++) vectors[row * size + d] = 0.1 * (centres[label][d] + 0.5 * normal());
      const path = `photos/class ${label}/${i}.jpg`;
      items.push({
        id: `${i}:${path}`,
        label: `class ${label}`,
        metadata: {
          name: `${i}.jpg`,
          path,
          width: 160,
          height: 120,
          sizeBytes: 4000,
          thumbnail: await draw(i),
        },
      });
    }
    await new Promise((resolve, reject) => {
      const transaction = database.transaction(['headers', 'blocks'], 'readwrite');
      const identity = { model: fingerprint, distance: 'euclidean', embeddingSize: size };
      transaction.objectStore('blocks').put({ items, vectors }, [name, start / BLOCK_SIZE]);
      transaction.objectStore('headers').put({ identity, numRows: start + rows, revision: 1 }, name);
      transaction.oncomplete = () => resolve();
      transaction.onerror = () => reject(transaction.error);
    });
  }
  database.close();
}
