/** One piece of work; its result is `checkpoints/ID.json`, and once that exists it is never done again. */
export interface Job {
  readonly id: string;
  /** Which of its recipe's kinds of work. */
  readonly kind: string;
  readonly title: string;
  readonly seed: number;
  /** Arm or generator variant that it belongs to. */
  readonly subject: string;
  readonly after: readonly string[];
  /** Expected seconds of one core: weighs the progress. */
  readonly seconds: number;
}
