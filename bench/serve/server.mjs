// The service in a process of its own, for run.mjs: tells its address, its memory, and what its model alone can do.
//   node --expose-gc bench/serve/server.mjs MODEL OPTIONS-AS-JSON
import { serve } from '../../dist/serve/index.js';

const [model, options] = process.argv.slice(2);
const service = await serve({ model, options: { port: 0, watchMs: 0, ...JSON.parse(options) } });
process.send?.({ url: service.url, pid: process.pid });

process.on('message', async (message) => {
  if (message === 'memory') {
    for (let i = 0; i < 3; i++) {
      globalThis.gc?.();
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    const { heapUsed, external, arrayBuffers, rss } = process.memoryUsage();
    const { user, system } = process.cpuUsage();
    process.send?.({ heapUsed, external, arrayBuffers, rss, cpuMs: (user + system) / 1000 });
  } else {
    await service.close();
    process.disconnect();
  }
});
