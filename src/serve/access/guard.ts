import { timingSafeEqual } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { SamesameError } from '../../base/errors.ts';
import { hashToken, readTokenFile, type Scope, stateOf, type TokenEntry } from './token-file.ts';

/** Says who may do what. */
export interface Guard {
  /**
   * @param authorization header of that name
   * @returns id of the token, or undefined where no tokens are used
   * @throws E_UNAUTHORIZED for no, an unknown, an expired or a revoked token; E_FORBIDDEN where its scopes do not reach
   */
  check(authorization: string | undefined, scope: Scope): Promise<string | undefined>;
  /** Whether `check` would let in, going by the file as it was last read: at once, and so perhaps out of date. */
  seemsValid(authorization: string | undefined, scope: Scope): boolean;
}

export interface GuardOptions {
  /** File of tokens; undefined: everybody may do everything. */
  readonly path: string | undefined;
  /** The file could not be read any more: nobody is let in until it can. */
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds for which the file is taken to be as it was. Default 1,000. */
  readonly trustMs?: number;
}

/**
 * Reads the file, and reads it again when it changes: tokens are added and taken back without a restart.
 * @throws as `readTokenFile`
 */
export async function openGuard({ path, onFailure, trustMs = 1000 }: GuardOptions): Promise<Guard> {
  if (path === undefined) return { check: async () => undefined, seemsValid: () => true };
  const file: string = path;
  let signature = await signatureOf(file);
  let entries = await readTokenFile(file);
  let lookedAt = performance.now();
  let looking: Promise<void> | undefined;

  async function look(): Promise<void> {
    const found = await signatureOf(file);
    if (found !== signature) {
      try {
        entries = await readTokenFile(file);
      } catch (error) {
        // A list that cannot be read may have been meant to take a token back.
        entries = [];
        onFailure?.(error);
      }
      signature = found;
    }
    lookedAt = performance.now();
  }

  return {
    async check(authorization, scope) {
      if (performance.now() - lookedAt >= trustMs) {
        looking ??= look().finally(() => {
          looking = undefined;
        });
        await looking;
      }
      return idOf(entries, authorization, scope);
    },
    seemsValid(authorization, scope) {
      try {
        idOf(entries, authorization, scope);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** @throws as `Guard.check` */
function idOf(entries: readonly TokenEntry[], authorization: string | undefined, scope: Scope): string {
  const entry = findEntry(entries, authorization);
  const state = stateOf(entry, new Date());
  if (state !== 'valid') throw unauthorized(ENDED[state], `a token that is ${state}`);
  if (entry.scopes.includes(scope)) return entry.id;
  throw new SamesameError('E_FORBIDDEN', {
    what: `this token does not let its bearer ${scope === 'read' ? 'ask' : 'change what is stored'}`,
    expected: `the scope ${scope}`,
    received: entry.scopes.join(', '),
    help: `make one that does: samesame serve token add --scope ${scope}`,
  });
}

function findEntry(entries: readonly TokenEntry[], authorization: string | undefined): TokenEntry {
  if (authorization === undefined) throw unauthorized(NEEDED, 'no Authorization header');
  const token = /^Bearer +([\w~+/.=-]{1,512})$/i.exec(authorization)?.[1];
  if (token === undefined) throw unauthorized(NEEDED, 'an Authorization header of another form');
  const hash = Buffer.from(hashToken(token), 'hex');
  // All of them are looked at, in the same time each.
  const found = entries.filter((entry) => timingSafeEqual(Buffer.from(entry.sha256, 'hex'), hash));
  if (found.length === 0)
    throw unauthorized('this token is not known here', 'a token that is not in the list');
  return found[0];
}

const NEEDED = 'this needs a valid token';
const ENDED = { expired: 'this token has expired', revoked: 'this token was taken back' } as const;

function unauthorized(what: string, received: string): SamesameError {
  return new SamesameError('E_UNAUTHORIZED', {
    what,
    expected: 'a header Authorization: Bearer TOKEN',
    received,
    help: 'whoever runs the service makes one: samesame serve token add',
  });
}

async function signatureOf(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, size, mtimeMs }) => `${ino}:${size}:${mtimeMs}`,
    (error) => String(error.code),
  );
}
