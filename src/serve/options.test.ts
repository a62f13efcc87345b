import { expect, it } from 'vitest';
import { readServeOptions, type ServeOptions } from './options.ts';

it('fills in what is not given', () => {
  expect(readServeOptions({ port: 0, batchSize: undefined })).toMatchObject({
    port: 0,
    batchSize: 16,
    host: '127.0.0.1',
  });
});

it.each([
  [{ prot: 1 }, /did you mean "port"/],
  [{ port: 70_000 }, /port/],
  [{ port: 1.5 }, /port/],
  [{ maxPixels: 0 }, /maxPixels/],
  [{ maxQueue: 8, maxImages: 16 }, /at least maxImages, 16/],
  [{ maxHeldBytes: 100 }, /at least maxBodyBytes/],
  [{ host: '0.0.0.0' }, /would let everybody in/],
  [{ host: '::' }, /would let everybody in/],
  [{ host: 'shop.example' }, /would let everybody in/],
])('refuses %j', (options, message) => {
  expect(() => readServeOptions(options as ServeOptions)).toThrow(
    expect.objectContaining({ code: 'E_CONFIG', message: expect.stringMatching(message) }),
  );
});

it('opens the door where there is a lock, or where it is told to', () => {
  expect(readServeOptions({ host: '0.0.0.0', tokens: 'tokens.json' }).host).toBe('0.0.0.0');
  expect(readServeOptions({ host: '0.0.0.0', insecure: true }).host).toBe('0.0.0.0');
  for (const host of ['localhost', '127.0.0.2', '::1']) expect(readServeOptions({ host }).host).toBe(host);
});
