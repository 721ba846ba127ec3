import { DuckDbLake, type Lake } from "#storage";

/** Reads the lake beside its writer; opened at the first question, so that who asks none pays nothing. */
export class LakeReader implements Pick<Lake, "query"> {
  readonly #path: string;
  #lake: Promise<DuckDbLake> | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async query(...question: Parameters<Lake["query"]>): ReturnType<Lake["query"]> {
    this.#lake ??= DuckDbLake.open(this.#path, { isReadOnly: true });
    try {
      return await (await this.#lake).query(...question);
    } catch (error) {
      if (
        await this.#lake.then(
          () => false,
          () => true,
        )
      )
        this.#lake = undefined; // not written yet: another time
      throw error;
    }
  }

  async close(): Promise<void> {
    await (await this.#lake?.catch(() => undefined))?.close();
  }
}
