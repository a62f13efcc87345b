/** A real PostgreSQL server. It has no pgvector. */
export interface RunningPostgres {
  /** `postgres://…` with a password that the server asks for. */
  readonly address: string;
  /** Ends it, as an administrator does: connections are cut, data stay. */
  stop(): Promise<void>;
  /** Ends it at once, as a power failure does. */
  crash(): Promise<void>;
  /** Starts it again, on the same port. */
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Whether there is one to be started. */
export function hasPostgres(): boolean;

export function startPostgresServer(): Promise<RunningPostgres>;
