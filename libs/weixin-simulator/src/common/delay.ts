/** Waits in real time; resolves false when the simulator closed meanwhile. */
export function delay(ms: number, closing: AbortSignal): Promise<boolean> {
  if (closing.aborted) return Promise.resolve(false);
  return new Promise((resolve) => {
    const stop = () => {
      clearTimeout(timer);
      resolve(false);
    };
    const timer = setTimeout(() => {
      closing.removeEventListener('abort', stop);
      resolve(true);
    }, ms);
    closing.addEventListener('abort', stop, { once: true });
  });
}
