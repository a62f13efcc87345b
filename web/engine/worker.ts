/// <reference lib="webworker" />
import type { EngineApi } from './api.ts';
import { methods } from './methods.ts';
import { type CallContext, type Reply, type Request, toProblem } from './protocol.ts';

const scope = self as unknown as DedicatedWorkerGlobalScope;
const running = new Map<number, AbortController>();

scope.onmessage = async ({ data }: MessageEvent<Request>) => {
  if ('stop' in data) {
    running.get(data.stop)?.abort();
    return;
  }
  const { id, method, args } = data;
  const reply = (message: Reply) => scope.postMessage(message);
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const run = methods[method as keyof EngineApi] as (
      args: unknown,
      context: CallContext,
    ) => Promise<unknown>;
    const value = await run(args, {
      emit: (event) => reply({ id, kind: 'event', value: event }),
      signal: controller.signal,
    });
    reply({ id, kind: 'answer', value });
  } catch (error) {
    reply({ id, kind: 'problem', value: toProblem(error) });
  } finally {
    running.delete(id);
  }
};
