import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveTinyModel } from '../serve/tiny-model.ts';
import { parseOnlyLine, runCli } from './run-cli.ts';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
let cwd = '';
beforeAll(async () => {
  cwd = mkdtempSync(join(tmpdir(), 'samesame-cli-serve-'));
  await saveTinyModel(join(cwd, 'model'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

describe('serve token', () => {
  it('makes, lists and revokes tokens', async () => {
    const made = await runCli(['serve', 'token', 'add', '--id', 'shop', '--days', '3', '--json'], { cwd });
    expect(made.code, made.stderr).toBe(0);
    const { token, scopes, tokens } = parseOnlyLine(made);
    expect([scopes, tokens]).toEqual([['read'], 'tokens.json']);
    expect(readFileSync(join(cwd, 'tokens.json'), 'utf8')).not.toContain(token);
    const revoked = await runCli(['serve', 'token', 'revoke', '--id', 'shop'], { cwd });
    expect([revoked.code, revoked.stdout]).toEqual([0, expect.stringContaining('shop is revoked')]);
    const listed = parseOnlyLine(await runCli(['serve', 'token', 'list', '--json'], { cwd }));
    expect(listed.entries).toMatchObject([{ id: 'shop', state: 'revoked' }]);
    expect(JSON.stringify(listed)).not.toContain('sha256');
  });
});

describe('serve', () => {
  it('will not open the door without a lock', async () => {
    const open = await runCli(['serve', 'model', '--host', '0.0.0.0'], { cwd });
    expect([open.code, open.stderr]).toEqual([2, expect.stringContaining('would let everybody in')]);
  });

  it('is where a port of the demo belongs', async () => {
    const demo = await runCli(['demo', '--port', '8080'], { cwd });
    expect([demo.code, demo.stderr]).toEqual([2, expect.stringContaining('add --serve')]);
  });

  it('says where it listens, loads another model on SIGHUP, and ends on SIGTERM with 0', async () => {
    const args = ['serve', 'model', '--port', '0', '--threads', '1', '--no-watch', '--json'];
    const child = spawn(process.execPath, [MAIN, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, log] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      log += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const until = async (isSo: () => boolean) => {
      for (let i = 0; i < 400 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 25));
      expect(isSo(), log).toBe(true);
    };
    await until(() => stdout.includes('\n'));
    const { url, pid } = JSON.parse(stdout);
    expect(pid).toBe(child.pid);
    const modelOf = async () => (await (await fetch(`${url}/v1/model`)).json()).model;
    const former = await modelOf();
    await saveTinyModel(join(cwd, 'model'), { seed: 'two' });
    child.kill('SIGHUP');
    await until(() => log.includes('"msg":"reload"'));
    expect(await modelOf()).not.toBe(former);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const lines = log.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1)!)).toMatchObject({ msg: 'stopped' });
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
  });
});
