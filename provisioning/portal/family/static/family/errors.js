// Errors, sorted by what the caller must do, as contracts/wire/errors.py has them.

/** The same call may succeed later: the network, or the portal, is out of reach. Nothing was decided. */
export class TryAgain extends Error {}

/** The answer is no. `code` is the reason's name, `said` a sentence for the reader, or "". */
export class Refused extends Error {
  constructor(code, said = "") {
    super(code);
    this.code = code;
    this.said = said;
  }
}
