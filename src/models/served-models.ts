import { PlatformError } from "#base";
import type { FittedModel } from "./model.ts";
import { type ModelReference, modelReference } from "./vector.ts";

/** A model in service, and the version it is served as. */
export interface ServedModel {
  readonly model: FittedModel;
  readonly version: string;
  /** Time of the newest event it learned from, ms. */
  readonly dataUntilMs: number;
}

/** Which version of which model. */
export interface ModelId {
  readonly name: string;
  readonly version: string;
}

/** One that answers, as is known before it is read. */
export interface ModelInService extends ModelId {
  /** Puts people and items into one space. */
  readonly hasVectors: boolean;
}

export function referenceOf({ model, version }: ServedModel): ModelReference {
  return modelReference(model.name, version);
}

/** Which of the models does what. */
export interface ModelRoles {
  /** Answers people with a history. */
  readonly personal: ModelInService;
  /** Answers everybody else. */
  readonly coldStart: ModelInService;
  /** Answer who asks for them by name. */
  readonly others: readonly ModelInService[];
}

/** The models that answer, each read when it is first asked for. */
export class ServedModels {
  /** The personal one first. */
  readonly ids: readonly ModelInService[];
  readonly #roles: ModelRoles;
  readonly #load: (id: ModelId) => Promise<ServedModel>;
  readonly #loaded = new Map<ModelInService, Promise<ServedModel>>();

  constructor(roles: ModelRoles, load: (id: ModelId) => Promise<ServedModel>) {
    this.#roles = roles;
    this.ids = [roles.personal, ...roles.others, roles.coldStart];
    this.#load = load;
  }

  personal(): Promise<ServedModel> {
    return this.read(this.#roles.personal);
  }

  coldStart(): Promise<ServedModel> {
    return this.read(this.#roles.coldStart);
  }

  /**
   * By `name`, or by `name@version`.
   * @throws PlatformError `unknown-model`, listing those in service
   */
  named(reference: string): Promise<ServedModel> {
    const id = this.ids.find(({ name, version }) =>
      [name, modelReference(name, version)].includes(reference),
    );
    if (id) return this.read(id);
    const known = this.ids.map(({ name, version }) => modelReference(name, version)).join(", ");
    throw new PlatformError(
      "unknown-model",
      `No model in service is called "${reference}"; there are ${known}.`,
    );
  }

  /** One of `ids`. */
  read(id: ModelInService): Promise<ServedModel> {
    const known = this.#loaded.get(id);
    if (known) return known;
    const loading = this.#load(id);
    this.#loaded.set(id, loading);
    loading.catch(() => this.#loaded.delete(id)); // the next who asks tries again
    return loading;
  }
}
