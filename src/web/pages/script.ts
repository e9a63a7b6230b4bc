/**
 * The one script of all pages; its hash stands in the Content-Security-Policy. Everything works without it: with it, a page that
 * refreshes itself keeps its place, and "/" leads to the search.
 */
export const SCRIPT = `
addEventListener('keydown', (event) => {
  const search = document.querySelector('input[type=search]');
  if (event.key !== '/' || !search || event.target === search) return;
  event.preventDefault();
  search.focus();
});
async function refresh() {
  if (document.hidden || document.activeElement.matches('input')) return;
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const href = document.activeElement.getAttribute('href');
  const same = () => [...document.links].filter((link) => link.getAttribute('href') === href);
  const place = same().indexOf(document.activeElement);
  for (const part of ['header', 'main', 'footer']) document.querySelector(part).replaceWith(page.querySelector(part));
  if (place >= 0) same()[place]?.focus({ preventScroll: true });
}
const seconds = Number(document.body.dataset.refresh);
if (seconds > 0) setInterval(() => refresh().catch(() => {}), 1000 * seconds);
`;
