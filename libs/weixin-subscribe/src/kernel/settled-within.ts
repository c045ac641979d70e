/**
 * Waits until `work` settles, or for `ms` milliseconds of real time, since somebody is waiting for an answer
 * meanwhile. Answers whether it settled in time; it goes on in either case.
 * @param holds whether the process goes on living for as long as it waits
 */
export async function settledWithin(ms: number, work: Promise<unknown>, holds = true): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
    if (!holds) timer.unref();
  });
  const settled = work.then(
    () => true,
    () => true,
  );
  const inTime = await Promise.race([settled, late]);
  clearTimeout(timer);
  return inTime;
}
