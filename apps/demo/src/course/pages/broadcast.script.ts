/**
 * The one script of the pages: it puts what changes into the page of a broadcast, and loads the page anew
 * when its state has changed. Without it the page refreshes by itself.
 */
export const LIVE_SCRIPT = `
const page = document.querySelector('[data-live]');
const bar = document.querySelector('progress');
const feed = new EventSource(page.dataset.live);
feed.addEventListener('live', (event) => {
  const view = JSON.parse(event.data);
  bar.max = view.all;
  bar.value = view.done;
  for (const [name, text] of Object.entries(view.texts)) document.getElementById('live-' + name).textContent = text;
  if (view.state === page.dataset.state) return;
  feed.close();
  location.reload();
});
`;
