/** @file Words that turn a leaf's name into a title: adjectives that suit any leaf of a top-level topic, and places or ways. */

interface TitleWords {
  readonly adjectives: readonly string[];
  /** Phrases that can follow a leaf's name. */
  readonly settings: readonly string[];
}

const words = (adjectives: string, settings: string): TitleWords => ({
  adjectives: adjectives.split(", "),
  settings: settings.split(", "),
});

/** top-level topic -> its words. */
export const titleWords: Readonly<Record<string, TitleWords>> = {
  woodworking: words(
    "simple, timeless, rustic, heirloom, weekend, modern",
    "in a one-car garage, over a long weekend, from reclaimed oak, in walnut and ash, for a first workshop",
  ),
  ceramics: words(
    "speckled, rustic, quiet, organic, studio, wabi-sabi",
    "in a home studio, with stoneware, in porcelain, from a small kiln, for beginners at the wheel",
  ),
  "textile crafts": words(
    "cosy, heirloom, modern, slow, weekend, Scandinavian",
    "in muted colours, from scraps, in an evening, for autumn, with natural fibres",
  ),
  "paper crafts": words(
    "delicate, playful, minimal, handmade, vintage, colourful",
    "with recycled paper, at the kitchen table, in an afternoon, for absolute beginners, as gifts",
  ),
  "painting and drawing": words(
    "loose, expressive, quiet, bold, dreamy, everyday",
    "in a sketchbook, with a limited palette, in twenty minutes, from life, for nervous beginners",
  ),
  photography: words(
    "moody, cinematic, soft, minimal, golden-hour, candid",
    "with a 50 mm lens, on a phone, in natural light, without a tripod, in bad weather",
  ),
  interiors: words(
    "warm, minimal, serene, colourful, mid-century, rustic",
    "in a rented flat, under a sloping roof, on a small budget, in an old farmhouse, with natural light",
  ),
  gardening: words(
    "easy, low-maintenance, wild, thriving, beautiful, year-round",
    "on a north-facing balcony, in small spaces, in containers, through a dry summer, in a city garden",
  ),
  cooking: words(
    "weeknight, smoky, comforting, crowd-pleasing, spicy, foolproof",
    "in thirty minutes, for two, for a crowd, with pantry staples, the way my grandmother did",
  ),
  baking: words(
    "no-fuss, buttery, overnight, small-batch, foolproof, bakery-style",
    "for Sunday morning, without a mixer, for a bake sale, in a small oven, at high altitude",
  ),
  drinks: words(
    "refreshing, unfussy, classic, fragrant, summer, small-batch",
    "at home, for a warm evening, with three ingredients, for a crowd, without special equipment",
  ),
  fashion: words(
    "effortless, minimal, autumn, colourful, second-hand, timeless",
    "for the office, on a budget, for petite frames, for a rainy week, at any age",
  ),
  beauty: words(
    "gentle, five-minute, polished, natural, long-lasting, everyday",
    "for sensitive skin, for busy mornings, over forty, for a wedding day, with drugstore finds",
  ),
  fitness: words(
    "low-impact, simple, beginner, mindful, joint-friendly, steady",
    "at home, before work, without equipment, over fifty, on a rest day",
  ),
  outdoors: words(
    "quiet, epic, family, off-season, solo, no-fuss",
    "in the rain, close to the city, with children, on a small budget, under the stars",
  ),
  travel: words(
    "slow, off-season, hidden, affordable, unforgettable, relaxed",
    "in four days, on a budget, with children, in winter, away from the crowds",
  ),
  celebrations: words(
    "rustic, intimate, colourful, elegant, last-minute, handmade",
    "in a back garden, on a budget, for twenty guests, at home, with children",
  ),
  parenting: words(
    "calm, playful, simple, thoughtful, cosy, practical",
    "for rainy days, in a small flat, for twins, on a budget, that lasts for years",
  ),
  pets: words(
    "easy, enriching, low-cost, gentle, clever, simple",
    "in a small flat, for first-time owners, on a budget, in winter, for shy animals",
  ),
  wellbeing: words(
    "gentle, simple, realistic, calm, everyday, unhurried",
    "for busy weeks, before bed, without an app, for beginners, one step at a time",
  ),
  "cars and bikes": words(
    "affordable, custom, weekend, tidy, lightweight, no-nonsense",
    "in a rented garage, on a budget, for long distances, with basic tools, before winter",
  ),
  electronics: words(
    "compact, quiet, budget, minimal, low-power, retro",
    "on a tidy desk, in one evening, without soldering, on a budget, for a first build",
  ),
  "books and writing": words(
    "quiet, inspiring, slow, overlooked, modern, comforting",
    "for long winter nights, for a train journey, with a pot of tea, for a slump, between two jobs",
  ),
  games: words(
    "cosy, clever, charming, beginner-friendly, atmospheric, handmade",
    "for rainy Sundays, on a small table, for two, with the family, on a budget",
  ),
};
