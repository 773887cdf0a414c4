// Asks how the tasks on this page stand while any of them waits, and shows it. Without this, the link "Look again" does.
const SECONDS = 3;

const waiting = () => [...document.querySelectorAll('[data-task][data-state="waiting"]')].slice(0, 100);

const look = async () => {
  const found = waiting();
  if (found.length === 0) return;
  try {
    const ids = found.map((each) => each.dataset.task).join(",");
    const answer = await fetch(`${found[0].dataset.states}?ids=${ids}`, { redirect: "error" });
    if (!answer.ok) return;
    const told = await answer.json();
    for (const each of found) show(each, told[each.dataset.task]);
  } catch {
    // The network may come back: it is asked again.
  }
  setTimeout(look, SECONDS * 1000);
};

// The rest of the page stays as it was, as somebody may be writing in it: a link shows it anew.
const show = (element, html) => {
  if (html === undefined) return;
  const read = new DOMParser().parseFromString(html, "text/html").querySelector("[data-task]");
  if (read.textContent.trim() === element.textContent.trim()) return;
  element.dataset.state = read.dataset.state;
  element.replaceChildren(...read.childNodes);
};

setTimeout(look, SECONDS * 1000);
