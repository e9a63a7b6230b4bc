/** What became of a panel. */
export interface DrawnPanel {
  readonly id: number;
  readonly title: string;
  /** Series with a value, or tables with a row. */
  readonly series: number;
  /** What can be read in it. */
  readonly text: string;
  /** Whether there is something to be seen: lines or colours where it draws, else texts. */
  readonly isDrawn: boolean;
  /** Why it could not be drawn. */
  readonly fault?: string | undefined;
}
