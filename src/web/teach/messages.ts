import type { WireError } from '../errors.ts';
import type { OpenModelArgs } from '../messages.ts';
import type { TeachEvent, TeachOptions, TeachSummary } from './types.ts';

/** What of the options travels to the worker: all but functions. */
export type SentOptions = Omit<TeachOptions, 'onEvent' | 'workerUrl' | 'wasmPaths' | 'base'> & {
  readonly base?: OpenModelArgs['source'];
  /** Absolute, ends in a slash. */
  readonly wasmPaths?: string;
};

/** To the worker. To end at once, the page ends the worker. */
export type TeachRequest =
  | { readonly kind: 'start'; readonly options: SentOptions }
  | { readonly kind: 'stop' };

/** From the worker. */
export type TeachReply =
  | { readonly event: TeachEvent }
  | { readonly files: ReadonlyMap<string, Uint8Array>; readonly summary: TeachSummary }
  | { readonly error: WireError };
