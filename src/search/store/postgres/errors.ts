import { errorFromSystem, SamesameError } from '../../../base/errors.ts';

/** What the driver's and the server's errors have. */
interface DatabaseError {
  readonly code?: string;
  readonly message?: string;
}

/** No answer from the server at all, or one that says: not now. Doing the same again later may go well. */
export function isConnectionLost(error: unknown): boolean {
  const { code = '', message = '' } = (error ?? {}) as DatabaseError;
  return (
    /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EAI_AGAIN|ENOTFOUND|EHOSTUNREACH|ENETUNREACH)$/.test(code) ||
    // Server shutting down, crashed, starting; too many clients; connection exceptions.
    /^(57P01|57P02|57P03|53300|08...)$/.test(code) ||
    /connection terminated|terminated unexpectedly|timeout expired|connection timeout|not queryable|connection error/i.test(
      message,
    )
  );
}

/** Two writers in each other's way: the server ended one of them, which may begin again. */
export function isConflict(error: unknown): boolean {
  return /^(40001|40P01)$/.test((error as DatabaseError)?.code ?? '');
}

/** @param shown the store's address without its password */
export function postgresError(error: unknown, action: string, shown: string): SamesameError {
  if (error instanceof SamesameError) return error;
  const { code = '', message = String(error) } = (error ?? {}) as DatabaseError;
  const parts = { received: message, details: { store: shown, sqlState: code }, cause: error };
  if (isConnectionLost(error)) {
    return new SamesameError('E_CONNECTION', {
      ...parts,
      what: `${action} failed: the database at ${shown} cannot be reached`,
      help: 'check that it runs, and its host and port; finished batches are kept, and the same command goes on after them',
    });
  }
  if (/^28/.test(code) || /SASL|password/i.test(message)) {
    return new SamesameError('E_PERMISSION', {
      ...parts,
      what: `the database at ${shown} did not let us in`,
      help: 'check user and password in the address; PGPASSWORD or a ~/.pgpass file keep a password out of it',
    });
  }
  if (code === '3D000') {
    return new SamesameError('E_NOT_FOUND', {
      ...parts,
      what: `the database at ${shown} does not exist`,
      help: 'make it first: createdb NAME',
    });
  }
  if (code === '42501') {
    return new SamesameError('E_PERMISSION', {
      ...parts,
      what: `${action} is not permitted to this user of ${shown}`,
      help: 'let the owner of the database run: GRANT CREATE ON DATABASE … TO …',
    });
  }
  if (code === '53100') return errorFromSystem({ code: 'ENOSPC', message }, `${action} ${shown}`);
  return new SamesameError('E_STORE', { ...parts, what: `${action} ${shown} failed` });
}

/** @throws E_STORE */
export function noVectorExtension(shown: string, cause: unknown): SamesameError {
  return new SamesameError('E_STORE', {
    what: `the database at ${shown} has no pgvector`,
    expected: 'PostgreSQL with the extension "vector", 0.5 or later for approximate searches',
    received: (cause as DatabaseError)?.message,
    help: 'install it (Debian: postgresql-NN-pgvector), and run once as a superuser: CREATE EXTENSION vector',
    cause,
  });
}
