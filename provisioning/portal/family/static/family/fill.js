// Filling what stands in the page's templates: texts as texts, and parts that are there or not.

/** A copy of the template's one element with these values in its parts. */
export function filled(id, values) {
  return fill(document.getElementById(id).content.cloneNode(true), values).firstElementChild;
}

/** Put each value where `data-field` names it, and show `data-if` parts whose value is something. */
export function fill(root, values) {
  for (const each of root.querySelectorAll("[data-field]")) {
    if (each.dataset.field in values) each.textContent = values[each.dataset.field] ?? "";
  }
  for (const each of root.querySelectorAll("[data-if]")) {
    if (each.dataset.if in values) each.hidden = !values[each.dataset.if];
  }
  return root;
}

/** A section's rows: each value filled into the template, or its words for none. Gives their elements. */
export function rows(section, id, values) {
  const made = values.map((each) => filled(id, each));
  section.querySelector("[data-rows]").replaceChildren(...made);
  section.querySelector("[data-empty]").hidden = made.length > 0;
  return made;
}
