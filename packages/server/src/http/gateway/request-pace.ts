import { SystemTurn } from "../../adapters/system-turn.ts";

/** Requests, or messages that hold none, that a client's stream takes in one turn of the event loop: some milliseconds. */
const REQUESTS_PER_TURN = 256;

/** Gives the event loop its turns while one client brings many small things at once. */
export class RequestPace {
  readonly #turn = new SystemTurn();
  #steps = 0;

  /** To be awaited before each of them. */
  async step(): Promise<void> {
    this.#steps += 1;
    if (this.#steps % REQUESTS_PER_TURN === 0) await this.#turn.next();
  }
}
