/** What is known of the room on this member's disk (decision 14). */
export interface RoomGauge {
  /** Why no more should be taken here, and what to do, in words; `undefined`: there is room. */
  readonly shortage: string | undefined;
  /** Called each time that room is short, and that there is room again. */
  onChange(listener: () => void): void;
}
