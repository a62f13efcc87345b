import { describe, expect, it } from 'vitest';
import { createProgram } from './program.ts';

async function complaintOf(...args: string[]): Promise<string> {
  const program = await createProgram(args);
  return program.parseAsync(args, { from: 'user' }).then(
    () => 'none',
    (error) => `${error.code} ${error.message}`,
  );
}

describe('options that a verb cannot do without', () => {
  it.each([
    ['sample', ['sample', 'photos', '--htlm', 'a.html'], '--htlm'],
    ['serve token add', ['serve', 'token', 'add', '--dayz', '3'], '--dayz'],
    ['serve token revoke', ['serve', 'token', 'revoke', '--tokenz', 'a.json'], '--tokenz'],
    ['worker', ['worker', '--modle', 'runs/photos'], '--modle'],
  ])('do not hide one that is misspelt (%s)', async (_verb, args, misspelt) => {
    expect(await complaintOf(...args)).toMatch(
      new RegExp(`^commander.unknownOption .*unknown option '${misspelt}'`),
    );
  });

  it.each([
    [['sample', 'photos'], '--count', '-n, --count <n>: images to choose'],
    [['serve', 'token', 'add'], '--id', '--id <name>: what it is called'],
    [['serve', 'token', 'revoke'], '--id', '--id <name>: the one to take back'],
    [['worker'], '--queue', 'postgres://user:password@host/database?queue=name'],
    [['worker', '--queue', 'postgres://me@db/photos'], '--model', 'folder of the model'],
  ])('are named with what they are for (%j)', async (args, name, expected) => {
    const complaint = await complaintOf(...args);
    expect(complaint).toContain(`E_USAGE ${name} is missing`);
    expect(complaint).toContain(expected);
  });
});
