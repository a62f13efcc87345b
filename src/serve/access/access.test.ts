import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openGuard } from './guard.ts';
import { addToken, readTokenFile, revokeToken, stateOf } from './token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'samesame-access-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a file of tokens', () => {
  const path = join(folder, 'tokens.json');

  it('keeps the hash, not the token', async () => {
    const { token, entry } = await addToken(path, { id: 'shop', scopes: ['read'], days: 2 });
    expect(token).toMatch(/^samesame_[\w-]{43}$/);
    expect(readFileSync(path, 'utf8')).not.toContain(token.slice(9));
    expect(await readTokenFile(path)).toEqual([entry]);
    const inDays = (days: number) => new Date(Date.now() + days * 86_400_000);
    expect([stateOf(entry, inDays(1)), stateOf(entry, inDays(3))]).toEqual(['valid', 'expired']);
    expect(stateOf(await revokeToken(path, 'shop'), inDays(0))).toBe('revoked');
  });

  it('refuses a second token of an id, an id that is none, and one that is not there', async () => {
    for (const id of ['shop', 'a b', '', 'x'.repeat(65)])
      await expect(addToken(path, { id, scopes: ['read'] })).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(revokeToken(path, 'nobody')).rejects.toMatchObject({ code: 'E_CONFIG' });
    await expect(revokeToken(join(folder, 'none.json'), 'a')).rejects.toMatchObject({ code: 'E_NOT_FOUND' });
  });

  it.each(['', '{}', '[]', '{"format":"samesame-tokens","version":2,"tokens":[]}'])(
    'refuses %s',
    async (text) => {
      const broken = join(folder, 'broken.json');
      writeFileSync(broken, text);
      await expect(readTokenFile(broken)).rejects.toMatchObject({ code: 'E_CONFIG' });
      await expect(openGuard({ path: broken })).rejects.toMatchObject({ code: 'E_CONFIG' });
    },
  );
});

describe('openGuard', () => {
  it('follows the file: new, revoked, and unreadable', async () => {
    const path = join(folder, 'live.json');
    const first = (await addToken(path, { id: 'first', scopes: ['read'] })).token;
    const failures: unknown[] = [];
    const guard = await openGuard({ path, trustMs: 0, onFailure: (error) => failures.push(error) });
    const check = (token: string) => guard.check(`Bearer ${token}`, 'read');
    expect(await check(first)).toBe('first');
    const second = (await addToken(path, { id: 'second', scopes: ['read', 'write'] })).token;
    expect(await check(second)).toBe('second');
    await expect(guard.check(`Bearer ${first}`, 'write')).rejects.toMatchObject({ code: 'E_FORBIDDEN' });
    await revokeToken(path, 'first');
    await expect(check(first)).rejects.toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(await check(second)).toBe('second');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, whole.slice(0, -20));
    await expect(check(second)).rejects.toMatchObject({ code: 'E_UNAUTHORIZED' });
    expect(failures).toHaveLength(1);
    writeFileSync(path, whole);
    expect(await check(second)).toBe('second');
    rmSync(path);
    await expect(check(second)).rejects.toMatchObject({ code: 'E_UNAUTHORIZED' });
  });

  it('lets everybody in where there are no tokens', async () => {
    expect(await (await openGuard({ path: undefined })).check(undefined, 'write')).toBeUndefined();
  });
});
