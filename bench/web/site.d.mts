export interface Site {
  /** Ends in a slash. */
  readonly url: string;
  /** Folder of what the bundler wrote. */
  readonly bundle: string;
  /** Folder that is served below `files/`. */
  readonly files: string;
  /** Paths that were asked for, in order. */
  readonly requests: string[];
  /** Whether pages may share memory between threads, from now on. */
  isIsolated: boolean;
  close(): Promise<void>;
}
export function openSite(): Promise<Site>;
