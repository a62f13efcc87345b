import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { errorFromSystem, SamesameError } from '../../base/errors.ts';
import { writeFileAtomic } from '../../base/files.ts';

/** What a token lets its bearer do: ask, or change what is stored. */
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

const entrySchema = z.strictObject({
  /** Names the token in logs; the secret is in no file. */
  id: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, _ . and -, at most 64'),
  /** SHA-256 (hex) of the token. Enough, as tokens are 256 random bits: there is nothing to guess faster. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  scopes: z.array(z.enum(SCOPES)).min(1),
  createdAt: z.iso.datetime(),
  /** From then on it is worth nothing; null for never. */
  expiresAt: z.iso.datetime().nullable(),
  /** When it was taken back; null where it was not. */
  revokedAt: z.iso.datetime().nullable(),
});
const fileSchema = z.strictObject({
  format: z.literal('samesame-tokens'),
  version: z.literal(1),
  tokens: z.array(entrySchema),
});

export type TokenEntry = z.infer<typeof entrySchema>;

export interface NewToken {
  readonly id: string;
  readonly scopes: readonly Scope[];
  /** Days until it expires; undefined for never. */
  readonly days?: number;
}

/**
 * The entries of a file of tokens.
 * @throws E_NOT_FOUND, E_PERMISSION, E_IO; E_CONFIG where it is no such file
 */
export async function readTokenFile(path: string): Promise<readonly TokenEntry[]> {
  const text = await readFile(path, 'utf8').catch((error) => {
    throw errorFromSystem(error, `reading the tokens ${path}`);
  });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const result = fileSchema.safeParse(json);
  if (result.success) return result.data.tokens;
  throw new SamesameError('E_CONFIG', {
    what: `${path} is not a file of tokens`,
    expected: 'a file as samesame serve token add writes it',
    received: json === undefined ? 'what is not JSON' : z.prettifyError(result.error),
    help: 'make a new one: samesame serve token add --tokens FILE --id NAME',
    details: { path },
  });
}

/**
 * Adds a token to a file, which is made where it is not there.
 * @returns the token, which cannot be had again
 * @throws E_CONFIG for an id that is there already or is none; as `readTokenFile` and `writeFileAtomic`
 */
export async function addToken(
  path: string,
  { id, scopes, days }: NewToken,
  now = new Date(),
): Promise<{ readonly token: string; readonly entry: TokenEntry }> {
  const entries = await readTokenFile(path).catch((error) => {
    if (error instanceof SamesameError && error.code === 'E_NOT_FOUND') return [];
    throw error;
  });
  if (entries.some((entry) => entry.id === id)) {
    throw new SamesameError('E_CONFIG', {
      what: `there is a token ${id} already`,
      expected: 'an id of its own',
      received: id,
      help: `to replace it, add one with another id, hand it out, then revoke ${id}`,
      details: { option: 'id' },
    });
  }
  const token = `samesame_${randomBytes(32).toString('base64url')}`;
  const expiresAt = days === undefined ? null : new Date(now.getTime() + days * 86_400_000).toISOString();
  const parsed = entrySchema.safeParse({
    id,
    sha256: hashToken(token),
    scopes,
    createdAt: now.toISOString(),
    expiresAt,
    revokedAt: null,
  });
  if (!parsed.success) {
    throw new SamesameError('E_CONFIG', {
      what: 'such a token cannot be made',
      received: z.prettifyError(parsed.error),
      details: { id },
    });
  }
  await writeTokens(path, [...entries, parsed.data]);
  return { token, entry: parsed.data };
}

/** Takes a token back. @throws E_CONFIG where there is none of this id; as `readTokenFile` and `writeFileAtomic` */
export async function revokeToken(path: string, id: string, now = new Date()): Promise<TokenEntry> {
  const entries = await readTokenFile(path);
  const entry = entries.find((found) => found.id === id);
  if (entry === undefined) {
    throw new SamesameError('E_CONFIG', {
      what: `there is no token ${id} in ${path}`,
      expected: entries.length === 0 ? 'a file with tokens' : entries.map((found) => found.id).join(', '),
      received: id,
      details: { option: 'id' },
    });
  }
  const revoked = { ...entry, revokedAt: entry.revokedAt ?? now.toISOString() };
  await writeTokens(
    path,
    entries.map((found) => (found === entry ? revoked : found)),
  );
  return revoked;
}

/** Whether an entry is worth something at a time, and if not why. */
export function stateOf({ expiresAt, revokedAt }: TokenEntry, now: Date): 'valid' | 'expired' | 'revoked' {
  if (revokedAt !== null) return 'revoked';
  return expiresAt !== null && new Date(expiresAt) <= now ? 'expired' : 'valid';
}

export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

async function writeTokens(path: string, tokens: readonly TokenEntry[]): Promise<void> {
  await writeFileAtomic(
    path,
    `${JSON.stringify({ format: 'samesame-tokens', version: 1, tokens }, null, 2)}\n`,
  );
}
