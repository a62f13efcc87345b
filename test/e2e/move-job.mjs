// Moves copies, or takes moves back, in a process of its own that kills itself, as kill -9 does, at one system call.
//   node move-job.mjs '{"keeper":"a.jpg","files":["b.jpg"],"folder":"out","call":"rename","at":3,"isAcross":false}'
//   node move-job.mjs '{"undo":"out/undo.json","call":"rename","at":1,"isAcross":true}'
// `call` is a function of node:fs/promises, `at` which of its calls is the last, done or not as `isDone` says. With
// `isAcross`, renaming fails as it does between two disks.
import { statSync } from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { keeper, files, folder, undo, call, at, isDone, isAcross } = JSON.parse(process.argv[2]);
const { rename } = promises;
if (isAcross) {
  promises.rename = async (from, to) => {
    // Within a disk: a whole file under another name, as writing and copying end.
    if (/-part$|\.tmp/.test(from)) return rename(from, to);
    throw Object.assign(new Error('another disk'), { code: 'EXDEV' });
  };
}
const original = promises[call];
let numCalls = 0;
promises[call] = async (...args) => {
  const isLast = ++numCalls === at;
  if (isLast && !isDone) process.kill(process.pid, 'SIGKILL');
  const result = await original(...args);
  if (isLast) process.kill(process.pid, 'SIGKILL');
  return result;
};
syncBuiltinESMExports();

const listed = (path) => {
  const { size, mtimeMs } = statSync(path);
  return { path, sizeBytes: size, modifiedMs: mtimeMs, isSymlink: false };
};
if (undo !== undefined) {
  const { undoMoves } = await import('../../dist/jobs/duplicates/undo.js');
  await undoMoves(undo);
} else {
  const { moveCopies } = await import('../../dist/jobs/duplicates/move.js');
  await moveCopies(
    files.map((path) => ({ file: listed(path), keeper: listed(keeper) })),
    folder,
  );
}
