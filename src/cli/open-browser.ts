/** Where a browser would come up, as far as that can be told. */
export interface Surroundings {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a person watches the terminal. */
  readonly isWatched: boolean;
}

/** Whether there is a screen to open a browser on, and somebody before it. */
export function hasScreen({ platform, env, isWatched }: Surroundings): boolean {
  if (!isWatched || env.CI || env.SSH_CONNECTION || env.SSH_TTY || env.BROWSER === 'none') return false;
  return platform !== 'linux' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY || env.WSL_DISTRO_NAME);
}

/** Opens an address in the browser of this machine. @returns whether one could be started */
export async function openBrowser(url: string): Promise<boolean> {
  try {
    const { default: open } = await import('open');
    const child = await open(url);
    // What cannot be started tells so later, and by no means ends this process.
    child.on('error', () => {});
    return true;
  } catch {
    return false;
  }
}
