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

type Load = (id: ModelId) => Promise<ServedModel>;

/** The models that answer together, none of which changes. Those that only answer by name are read when they are first asked for. */
export class ServedModels {
  /** The personal one first. */
  readonly ids: readonly ModelInService[];
  readonly roles: ModelRoles;
  readonly personal: ServedModel;
  readonly coldStart: ServedModel;
  readonly #load: Load;
  /** By reference. */
  readonly #loaded: Map<string, Promise<ServedModel>>;

  private constructor(
    roles: ModelRoles,
    load: Load,
    read: {
      readonly personal: ServedModel;
      readonly coldStart: ServedModel;
      readonly loaded: Map<string, Promise<ServedModel>>;
    },
  ) {
    this.roles = roles;
    this.ids = [roles.personal, ...roles.others, roles.coldStart];
    this.personal = read.personal;
    this.coldStart = read.coldStart;
    this.#load = load;
    this.#loaded = read.loaded;
  }

  /** `read`: those that were read already, by reference. */
  static async open(
    roles: ModelRoles,
    load: Load,
    read: ReadonlyMap<string, Promise<ServedModel>> = new Map(),
  ): Promise<ServedModels> {
    const wanted = new Set(
      [roles.personal, roles.coldStart, ...roles.others].map((id) => modelReference(id.name, id.version)),
    );
    const loaded = new Map([...read].filter(([reference]) => wanted.has(reference as ModelReference))); // keys are references
    const [personal, coldStart] = await Promise.all(
      [roles.personal, roles.coldStart].map((id) => readOnce(loaded, load, id)),
    );
    return new ServedModels(roles, load, { personal: personal!, coldStart: coldStart!, loaded }); // one for each that was asked for
  }

  /** Those that were read, by reference. */
  get read(): ReadonlyMap<string, Promise<ServedModel>> {
    return this.#loaded;
  }

  /**
   * By `name`, or by `name@version`.
   * @throws PlatformError `unknown-model`, listing those in service
   */
  named(reference: string): Promise<ServedModel> {
    const id = this.ids.find(({ name, version }) =>
      [name, modelReference(name, version)].includes(reference),
    );
    if (id) return this.of(id);
    const known = this.ids.map(({ name, version }) => modelReference(name, version)).join(", ");
    throw new PlatformError(
      "unknown-model",
      `No model in service is called "${reference}"; there are ${known}.`,
    );
  }

  /** One of `ids`. */
  of(id: ModelInService): Promise<ServedModel> {
    return readOnce(this.#loaded, this.#load, id);
  }
}

function readOnce(loaded: Map<string, Promise<ServedModel>>, load: Load, id: ModelId): Promise<ServedModel> {
  const reference = modelReference(id.name, id.version);
  const known = loaded.get(reference);
  if (known) return known;
  const loading = load(id);
  loaded.set(reference, loading);
  loading.catch(() => loaded.delete(reference)); // the next who asks tries again
  return loading;
}
