import type { RunningService } from '../serve/index.ts';

/** Until a first signal has closed the service; SIGHUP loads its model again. A second signal kills, as usual. */
export function untilStopped(service: RunningService): Promise<void> {
  return new Promise((resolve, reject) => {
    const reload = () => void service.reload();
    const stop = () => {
      process.off('SIGINT', stop).off('SIGTERM', stop).off('SIGHUP', reload);
      service.close().then(resolve, reject);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop).on('SIGHUP', reload);
  });
}
