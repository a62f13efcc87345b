export {
  addToken,
  type NewToken,
  readTokenFile,
  revokeToken,
  SCOPES,
  type Scope,
  stateOf,
  type TokenEntry,
} from './access/token-file.ts';
export type { ReloadOutcome } from './engine/served-model.ts';
export { isLoopback, type Limits, readServeOptions, type ServeOptions } from './options.ts';
export type { Problem } from './problem.ts';
export { type RunningService, type ServeJob, serve } from './server.ts';
