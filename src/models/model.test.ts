import { ease } from "./ease.ts";
import { ials } from "./ials/ials.ts";
import { itemKnn } from "./item-knn.ts";
import { describeModel } from "./model.cases.ts";
import { popularity } from "./popularity.ts";
import { recentPopularity } from "./recent-popularity.ts";

describeModel(popularity, { isPersonal: false, needsTimes: false, ndcgAt10: [0.04, 0.07] });
describeModel(recentPopularity, { isPersonal: false, needsTimes: true, ndcgAt10: [0.04, 0.07] });
describeModel(itemKnn, { isPersonal: true, needsTimes: false, ndcgAt10: [0.26, 0.32] });
describeModel(ease, { config: { reg: 10 }, isPersonal: true, needsTimes: false, ndcgAt10: [0.22, 0.29] });
describeModel(ials, {
  config: { embeddingSize: 8, reg: 0.05, unobservedWeight: 0.1 },
  isPersonal: true,
  needsTimes: false,
  ndcgAt10: [0.26, 0.32],
});
