// The passes on this phone: which one is used, what they are called, and taking them off it.

import { called, current, everyPass } from "./keyring.js";
import { another, clear, remove, rename, use } from "./session.js";

/** List them in this section until the function that is given back is called. */
export function start(section) {
  const wired = new AbortController();
  const on = (target, name, does) => target.addEventListener(name, does, { signal: wired.signal });
  on(section, "click", (event) => pressed(section, event.target.closest("button")));
  on(section, "submit", (event) => named(event));
  show(section);
  return () => wired.abort();
}

function show(section) {
  const template = section.querySelector("template");
  section.querySelector("[data-part=list]").replaceChildren(...everyPass().map((pass) => row(template, pass)));
  section.querySelector("[data-part=sure]").hidden = true;
}

function row(template, pass) {
  const made = template.content.cloneNode(true);
  const part = (name) => made.querySelector(`[data-part=${name}]`);
  const mine = pass.address === current().address;
  part("row").dataset.address = pass.address;
  part("called").textContent = called(pass);
  part("number").textContent = pass.label;
  part("name").value = pass.name;
  part("mine").hidden = !mine;
  part("use").hidden = mine;
  for (const button of made.querySelectorAll("button, input")) {
    const about = button.getAttribute("aria-label");
    if (about) button.setAttribute("aria-label", `${about}: ${called(pass)}`);
  }
  return made;
}

function pressed(section, button) {
  const address = button?.closest("[data-address]")?.dataset.address;
  const does = {
    add: another,
    use: () => use(address),
    remove: () => ask(section, () => remove(address)),
    clear: () => ask(section, clear),
    no: () => show(section),
    yes: () => section.sure(),
  };
  does[button?.dataset.does]?.();
}

/** Taking a pass off cannot be undone without its letter, so it is asked once more. */
function ask(section, does) {
  const sure = section.querySelector("[data-part=sure]");
  section.sure = does;
  sure.hidden = false;
  sure.focus();
}

function named(event) {
  event.preventDefault();
  rename(event.target.closest("[data-address]").dataset.address, event.target.elements.name.value.trim());
}
