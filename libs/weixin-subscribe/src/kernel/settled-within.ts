/**
 * Waits until `work` settles, or for `ms` milliseconds of real time, since somebody is waiting for an answer
 * meanwhile. Answers whether it settled in time; it goes on in either case.
 */
export async function settledWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  const settled = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, late]);
  clearTimeout(timer);
  return inTime;
}
