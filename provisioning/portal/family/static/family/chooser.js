// Which budget to pay from, where a pass has several.

export class Chooser {
  /** `group` is a fieldset with a <template> of one choice; `chosen` gets the programme's number. */
  constructor(group, chosen, signal) {
    this.group = group;
    this.programme = null;
    group.addEventListener("change", (event) => chosen((this.programme = Number(event.target.value))), { signal });
  }

  /** Offer these budgets, and keep what was chosen where it is among them. */
  offer(budgets) {
    const numbers = budgets.map((each) => each.programme);
    if (!numbers.includes(this.programme)) this.programme = numbers[0] ?? null;
    this.group.hidden = budgets.length < 2;
    if (this.offered === String(numbers)) return;
    this.offered = String(numbers);
    this.group.querySelector("div").replaceChildren(...budgets.map((each) => this.choice(each)));
  }

  choice({ programme, name }) {
    const made = this.group.querySelector("template").content.cloneNode(true);
    const input = made.querySelector("input");
    [input.value, input.checked] = [programme, programme === this.programme];
    made.querySelector("span").textContent = name;
    return made;
  }
}
