import type { MetricName } from "./task.ts";

/**
 * @file What others report on the data sets and protocols we run: printed beside our figures, never tested against as
 * truth. A figure marked `recalled` was written down from memory and not read in its source.
 */
export interface PublishedFigure {
  readonly dataset: string;
  readonly protocol: string;
  readonly model: string;
  readonly metrics: Readonly<Partial<Record<MetricName, number>>>;
  /** Repository and file it was read in, or the publication. */
  readonly source: string;
  readonly recalled?: true;
  /** What to know before comparing. */
  readonly note?: string;
}

/** The figures for one data set and protocol, in the order of the catalogue; empty when there are none. */
export function publishedFor(dataset: string, protocol: string): readonly PublishedFigure[] {
  return published.filter((figure) => figure.dataset === dataset && figure.protocol === protocol);
}

interface Origin {
  readonly dataset: string;
  readonly protocol: string;
  readonly source: string;
  readonly recalled?: true;
  readonly note?: string;
}

/** Rows `[model, first metric, second metric, ...]` under the named metrics, all of one origin. */
function figures(
  origin: Origin,
  metrics: readonly MetricName[],
  rows: readonly (readonly [model: string, ...values: number[]])[],
): PublishedFigure[] {
  return rows.map(([model, ...values]) => ({
    ...origin,
    model,
    metrics: Object.fromEntries(
      metrics.flatMap((metric, column) => (values[column] === undefined ? [] : [[metric, values[column]]])),
    ),
  }));
}

const HR_NDCG: readonly MetricName[] = ["hrAt10", "ndcgAt10"];
const NEXT_ITEM_ML = { dataset: "ml-1m", protocol: "loo-full" } as const;
const NEXT_ITEM_S3 = { dataset: "s3-beauty", protocol: "loo-full" } as const;
const NEXT_ITEM_BEAUTY = { dataset: "beauty", protocol: "loo-full" } as const;
const RENDLE = "Rendle et al., RecSys 2020";

const ml1mNextItem: readonly PublishedFigure[] = [
  ...figures({ ...NEXT_ITEM_ML, source: "antklen/sasrec-bert4rec-recsys23 README.md" }, HR_NDCG, [
    ["SASRec (BCE, 1 negative)", 0.25, 0.1341],
    ["BERT4Rec", 0.2843, 0.1537],
    ["SASRec+ (full cross-entropy)", 0.3152, 0.1821],
    ["SASRec+ (3000 negatives)", 0.3159, 0.1857],
  ]),
  ...figures({ ...NEXT_ITEM_ML, source: "asash/gSASRec-pytorch README.md" }, HR_NDCG, [
    ["SASRec (gSASRec repository)", 0.2392, 0.1259],
    ["gSASRec", 0.3003, 0.1726],
  ]),
  ...figures(
    {
      ...NEXT_ITEM_ML,
      source: "meta-recsys/generative-recommenders README.md",
      note: "another order of ties and no 5-rating filter",
    },
    ["hrAt10", "ndcgAt10", "hrAt50", "hrAt200"],
    [
      ["SASRec (sampled softmax)", 0.2853, 0.1603, 0.5474, 0.7528],
      ["HSTU", 0.3097, 0.172, 0.5754, 0.7716],
      ["HSTU-large", 0.3294, 0.1893, 0.5935, 0.7839],
    ],
  ),
  ...figures({ ...NEXT_ITEM_ML, source: "blondered/transformer_benchmark README.md" }, HR_NDCG, [
    ["SASRec+SS (re-run)", 0.2929, 0.1684],
    ["eSASRec", 0.3133, 0.1772],
    ["HSTU (re-run)", 0.3037, 0.1719],
    ["FuXi-alpha (re-run)", 0.3164, 0.1813],
  ]),
  ...figures({ ...NEXT_ITEM_ML, source: "blondered/bert4rec_repro README.md" }, HR_NDCG, [
    ["MF-BPR", 0.074, 0.0377],
    ["RecTools SASRec", 0.3058, 0.1779],
    ["RecTools BERT4Rec", 0.2921, 0.1618],
  ]),
];

const beautyNextItem: readonly PublishedFigure[] = [
  ...figures({ ...NEXT_ITEM_S3, source: "RUCAIBox/CIKM2020-S3Rec all_rank.PNG" }, HR_NDCG, [
    ["PopRec", 0.0152, 0.0068],
    ["GRU4Rec", 0.0283, 0.0137],
    ["BERT4Rec", 0.0347, 0.017],
    ["HGN", 0.0512, 0.0266],
    ["SASRec", 0.0605, 0.0318],
    ["S3-Rec", 0.0647, 0.0327],
  ]),
  ...figures({ ...NEXT_ITEM_S3, source: "blondered/transformer_benchmark README.md" }, HR_NDCG, [
    ["SASRec+SS (re-run)", 0.0921, 0.0531],
    ["eSASRec", 0.0928, 0.0523],
    ["HSTU (re-run)", 0.0788, 0.0439],
    ["FuXi-alpha (re-run)", 0.0809, 0.0451],
    ["TIGER (as quoted there)", 0.0648],
    ["ActionPiece (as quoted there)", 0.0775],
  ]),
  ...figures({ ...NEXT_ITEM_BEAUTY, source: "antklen/sasrec-bert4rec-recsys23 README.md" }, HR_NDCG, [
    ["SASRec (BCE, 1 negative)", 0.0246, 0.0126],
    ["BERT4Rec", 0.0338, 0.0187],
    ["SASRec+ (3000 negatives)", 0.049, 0.0295],
    ["SASRec+ (full cross-entropy)", 0.0533, 0.0327],
  ]),
  ...figures({ ...NEXT_ITEM_BEAUTY, source: "blondered/bert4rec_repro README.md" }, HR_NDCG, [
    ["MF-BPR", 0.0185, 0.009],
    ["RecTools BERT4Rec", 0.0434, 0.0242],
    ["RecTools SASRec", 0.0595, 0.0359],
  ]),
];

const collaborative: readonly PublishedFigure[] = [
  ...figures({ dataset: "ml-1m", protocol: "ncf", source: RENDLE, recalled: true }, HR_NDCG, [
    ["Popularity", 0.4535, 0.2543],
    ["NeuMF (pretrained)", 0.7093, 0.4349],
    ["iALS (as first reported)", 0.7111, 0.4383],
    ["SLIM", 0.7162, 0.4468],
    ["MF (dot product)", 0.7294, 0.4523],
  ]),
  ...figures(
    {
      dataset: "pinterest-20",
      protocol: "ncf",
      source: RENDLE,
      recalled: true,
      note: "on all 55,187 people, with NCF's negatives",
    },
    HR_NDCG,
    [
      ["Popularity", 0.274, 0.1409],
      ["SLIM", 0.8679, 0.5601],
      ["iALS (as first reported)", 0.8762, 0.559],
      ["NeuMF (pretrained)", 0.8777, 0.5576],
      ["MF (dot product)", 0.8895, 0.5794],
    ],
  ),
  ...figures(
    {
      dataset: "pinterest-20",
      protocol: "split-full",
      source: "kangkang-yun/HMGCN log/HMGCN_pinterest_20260428_clean.log",
      note: "repeated test pairs count twice in its denominator: at most 0.5 % lower than ours",
    },
    ["recallAt20", "ndcgAt20", "recallAt10", "ndcgAt10"],
    [["HMGCN", 0.1533, 0.1115, 0.0942, 0.0852]],
  ),
  ...figures(
    {
      dataset: "ml-1m",
      protocol: "split-full",
      source: "xue-pai/UltraGCN benchmarks/UltraGCN_ml-1m_x0.md",
    },
    ["recallAt20", "ndcgAt20"],
    [["UltraGCN", 0.2787, 0.2642]],
  ),
];

const articles: readonly PublishedFigure[] = [
  ...figures(
    {
      dataset: "deskdrop",
      protocol: "deskdrop",
      source: "Kaggle notebook: Recommender Systems in Python 101",
      note: "popularity there counts the test's engagements too",
    },
    ["recallAt5", "recallAt10"],
    [["Popularity (leaky)", 0.2419, 0.3725]],
  ),
  ...figures(
    {
      dataset: "deskdrop",
      protocol: "deskdrop",
      source: "Kaggle notebook: Recommender Systems in Python 101",
    },
    ["recallAt5", "recallAt10"],
    [
      ["Content-based TF-IDF", 0.1016, 0.1722],
      ["SVD, 15 factors", 0.3339, 0.468],
      ["Hybrid", 0.343, 0.479],
    ],
  ),
];

/** Every figure we know. */
export const published: readonly PublishedFigure[] = [
  ...ml1mNextItem,
  ...beautyNextItem,
  ...collaborative,
  ...articles,
];
