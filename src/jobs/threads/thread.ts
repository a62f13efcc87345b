// A thread that loads graphs and runs them on one core, one question after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { createRuntime } from '#runtime';
import { SamesameError } from '../../base/errors.ts';
import type { DType, TensorData } from '../../graph/dtype.ts';
import type { Program } from '../../graph/runtime/types.ts';
import type { Answer, Question, ThreadStart } from './messages.ts';

const { provider } = workerData as ThreadStart;
const port = parentPort!;
const runtime = createRuntime({ provider, numThreads: 1 });
const programs = new Map<number, Program>();

let last: Promise<void> = Promise.resolve();
port.on('message', (question: Question) => {
  last = last.then(async () => {
    const answer = await answerTo(question).catch(failureOf);
    port.postMessage(answer, answer.kind === 'ran' ? buffersOf(answer) : []);
  });
});

async function answerTo(question: Question): Promise<Answer> {
  if (question.kind === 'load') {
    const program = await runtime.load(question.model, question.options);
    programs.set(question.program, program);
    return { kind: 'loaded', inputs: program.inputs, outputs: program.outputs };
  }
  const program = programs.get(question.program)!;
  if (question.kind === 'close') {
    programs.delete(question.program);
    await program.close();
    return { kind: 'closed' };
  }
  const feeds = Object.entries(question.feeds).map(([name, { type, data, dims }]) => [
    name,
    runtime.tensor(type as DType, data, dims),
  ]);
  const results = Object.entries(await program.run(Object.fromEntries(feeds)));
  // Tensors of ONNX Runtime are no plain objects, and would not arrive whole.
  const plain = results.map(([name, { type, dims, data }]) => [name, { type, dims, data: owned(data) }]);
  return { kind: 'ran', results: Object.fromEntries(plain) };
}

/** Numbers with memory of their own, which can be moved to another thread. */
function owned(data: TensorData): TensorData {
  return data.byteLength === data.buffer.byteLength ? data : data.slice();
}

function buffersOf({ results }: Extract<Answer, { kind: 'ran' }>): ArrayBuffer[] {
  return Object.values(results).map(({ data }) => data.buffer as ArrayBuffer);
}

function failureOf(error: unknown): Answer {
  if (error instanceof SamesameError) return { kind: 'failed', code: error.code, message: error.message };
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}
