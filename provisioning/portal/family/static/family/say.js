// What happens on the page, for those who hear it.

const place = document.getElementById("say");

/** Have a screen reader say it, after what it says now. */
export function say(text) {
  place.textContent = "";
  setTimeout(() => (place.textContent = text), 50); // a region that is emptied and filled at once is not read again
}
