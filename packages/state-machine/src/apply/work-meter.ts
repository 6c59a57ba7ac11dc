/** Units of work between two pauses; one is about what a put costs, so a slice stays below 5 ms (decision 4). */
const UNITS_PER_SLICE = 500;

/** Counts work, so that long work pauses at the same places on every run: there is no clock to ask. */
export class WorkMeter {
  #units = 0;

  /** Adds work that was done; true when a pause is due. */
  spend(units = 1): boolean {
    this.#units += units;
    if (this.#units < UNITS_PER_SLICE) return false;
    this.#units = 0;
    return true;
  }
}
