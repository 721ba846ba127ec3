import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from "#base";

const digits = (count: number, width: number): string[] =>
  Array.from({ length: count }, (_, value) => String(value).padStart(width, "0"));
const two = digits(60, 2);
const three = digits(1000, 3);

/** `Date.toISOString` of whole milliseconds, four times as fast where neighbouring times share a day, which rows do. */
export class IsoTimes {
  #dayMs = Number.NaN;
  #day = "";

  format(timeMs: number): string {
    let rest = timeMs - this.#dayMs;
    if (!(rest >= 0 && rest < DAY_MS)) {
      this.#dayMs = Math.floor(timeMs / DAY_MS) * DAY_MS;
      this.#day = new Date(timeMs).toISOString().slice(0, -"10:00:00.000Z".length);
      rest = timeMs - this.#dayMs;
    }
    const hour = Math.floor(rest / HOUR_MS);
    const minute = Math.floor(rest / MINUTE_MS) % 60;
    const second = Math.floor(rest / SECOND_MS) % 60;
    return `${this.#day}${two[hour]}:${two[minute]}:${two[second]}.${three[rest % 1000]}Z`;
  }
}
