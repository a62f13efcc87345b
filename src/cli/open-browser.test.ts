import { expect, it } from 'vitest';
import { hasScreen, type Surroundings } from './open-browser.ts';

it.each<[string, Partial<Surroundings>, boolean]>([
  ['a desk with X', { env: { DISPLAY: ':0' } }, true],
  ['a desk with Wayland', { env: { WAYLAND_DISPLAY: 'wayland-0' } }, true],
  ['a Mac', { platform: 'darwin' }, true],
  ['Windows', { platform: 'win32' }, true],
  ['Windows’ own Linux', { env: { WSL_DISTRO_NAME: 'Debian' } }, true],
  ['a server', {}, false],
  ['another machine’s screen', { env: { DISPLAY: ':0', SSH_CONNECTION: '1.2.3.4' } }, false],
  ['a pipe', { env: { DISPLAY: ':0' }, isWatched: false }, false],
  ['a build', { platform: 'darwin', env: { CI: 'true' } }, false],
  ['somebody who wants none', { platform: 'darwin', env: { BROWSER: 'none' } }, false],
])('%s', (_name, parts, isSo) => {
  expect(hasScreen({ platform: 'linux', env: {}, isWatched: true, ...parts })).toBe(isSo);
});
