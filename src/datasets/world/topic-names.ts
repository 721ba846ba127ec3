/**
 * @file The names of the topic tree, written by hand: 24 top-level topics, 5 middle topics each, 5 leaves each. A leaf is
 * something a person would type into a search box; no leaf name occurs twice, so that a name is also an address.
 */

/** top -> middle -> leaves, separated by commas. */
export const topicNames: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  woodworking: {
    joinery: "hand-cut dovetails, mortise and tenon, box joints, Japanese joinery, drawbored pegs",
    furniture: "live-edge tables, Shaker side tables, Windsor chairs, floating shelves, platform beds",
    "turning and carving": "turned bowls, carved spoons, relief carving, chip carving, pepper mills",
    "workshop tools":
      "hand plane tuning, workbench builds, chisel sharpening, table saw jigs, French cleat walls",
    finishing: "hardwax oil, shou sugi ban, milk paint, French polish, hand-rubbed varnish",
  },
  ceramics: {
    "wheel throwing": "thrown mugs, pulled handles, thrown plates, large planters, teapots",
    handbuilding: "pinch pots, slab vases, coil pots, ceramic wall tiles, clay whistles",
    glazes: "celadon glaze, ash glaze, tenmoku, majolica, crystalline glaze",
    firing: "raku firing, wood firing, pit firing, soda firing, electric kiln schedules",
    "surface decoration": "sgraffito, slip trailing, nerikomi, mishima inlay, underglaze transfers",
  },
  "textile crafts": {
    knitting: "Fair Isle sweaters, cabled scarves, colourwork mittens, top-down cardigans, lace shawls",
    crochet: "granny square blankets, amigurumi animals, crochet tote bags, filet curtains, Tunisian crochet",
    sewing: "linen wrap dresses, quilted jackets, zip pouches, visible mending, bias-bound aprons",
    quilting: "log cabin quilts, English paper piecing, sashiko stitching, improv quilts, foundation piecing",
    "weaving and dyeing":
      "indigo shibori, tapestry weaving, botanical dyeing, rigid heddle scarves, macramé hangings",
  },
  "paper crafts": {
    bookbinding:
      "Coptic stitch journals, case-bound sketchbooks, Japanese stab binding, leather travel journals, pop-up books",
    printmaking: "linocut prints, risograph zines, screen-printed posters, monotypes, woodblock prints",
    lettering: "brush lettering, copperplate calligraphy, chalkboard lettering, wax seals, hand-drawn type",
    origami: "modular origami, origami cranes, kirigami cards, paper flowers, paper lanterns",
    journaling: "bullet journal spreads, junk journals, travel scrapbooks, washi tape layouts, reading logs",
  },
  "painting and drawing": {
    watercolour:
      "loose florals, botanical watercolour, watercolour landscapes, urban sketching, gouache studies",
    "oil and acrylic":
      "still life in oils, palette knife seascapes, abstract acrylics, acrylic pouring, alla prima portraits",
    drawing:
      "gesture drawing, charcoal portraits, ink cross-hatching, perspective sketches, coloured pencil animals",
    "digital art":
      "Procreate brushes, character design, pixel art scenes, digital concept art, vector portraits",
    murals:
      "geometric wall murals, children's room murals, street art walls, window chalk art, stencil borders",
  },
  photography: {
    portraits:
      "window light portraits, environmental portraits, self-portraits, newborn photography, black and white portraits",
    landscapes:
      "long exposure seascapes, misty forests, Milky Way shots, desert dunes at dawn, autumn woodland",
    "street and travel":
      "rainy street scenes, night markets, café candids, rooftop skylines, views from trains",
    "film and analogue": "35 mm film looks, medium format, darkroom printing, instant film, cyanotypes",
    "food and still life":
      "dark food photography, flat lays, product photography at home, backlit drinks, bread portraits",
  },
  interiors: {
    "living rooms":
      "Japandi living rooms, boucle sofas, gallery walls, built-in bookcases, cosy reading nooks",
    kitchens:
      "sage green kitchens, open shelving, butcher block worktops, tiny galley kitchens, pantry organisation",
    bedrooms: "linen bedding, attic bedrooms, upholstered headboards, wardrobe storage, moody bedrooms",
    bathrooms: "zellige tiles, walk-in showers, freestanding baths, terrazzo floors, powder room wallpaper",
    "small spaces":
      "studio apartment layouts, fold-down desks, under-stair storage, hallway drop zones, loft beds",
  },
  gardening: {
    vegetables:
      "raised bed tomatoes, three sisters planting, garlic growing, greenhouse cucumbers, winter salads",
    flowers: "cottage garden borders, dahlias, climbing roses, wildflower meadows, spring bulbs",
    houseplants: "monstera care, string of pearls, terrariums, propagation stations, orchid reblooming",
    "garden design": "gravel gardens, Japanese moss gardens, balcony gardens, pergolas, stepping stone paths",
    "soil and wildlife": "compost heaps, bee hotels, wildlife ponds, no-dig beds, rain gardens",
  },
  cooking: {
    "noodles and pasta": "handmade tagliatelle, miso ramen, pad thai, cacio e pepe, dan dan noodles",
    "vegetable dishes":
      "roasted cauliflower, stuffed peppers, chana masala, summer ratatouille, mushroom stroganoff",
    "fire and grill": "smoked brisket, charcoal skewers, grilled halloumi, fish tacos, jerk chicken",
    preserving: "kimchi, quick pickles, Seville marmalade, fermented hot sauce, dried mushrooms",
    "everyday dinners": "one-pan traybakes, sheet-pan gnocchi, lentil soups, rice bowls, slow cooker stews",
  },
  baking: {
    bread: "sourdough loaves, rosemary focaccia, seeded rye, brioche buns, Neapolitan pizza dough",
    cakes: "olive oil cake, layered sponge cakes, Basque cheesecake, carrot cake, mirror glaze cakes",
    pastry: "croissant lamination, fruit galettes, pasteis de nata, choux buns, puff pastry tarts",
    biscuits: "brown butter cookies, almond biscotti, iced sugar cookies, shortbread, French macarons",
    "gluten-free baking":
      "almond flour cakes, gluten-free bread, flourless brownies, buckwheat pancakes, coconut macaroons",
  },
  drinks: {
    coffee: "pour-over coffee, espresso dial-in, latte art, cold brew, home roasting",
    tea: "gongfu tea, matcha whisking, masala chai, herbal infusions, iced peach tea",
    cocktails: "negroni variations, clarified punch, tiki drinks, spritzes, alcohol-free cocktails",
    "home brewing": "hazy IPA, farmhouse cider, ginger beer, kombucha flavours, mead making",
    "wine and cellar": "natural wine, orange wine, cheese pairings, mulled wine, sparkling wine",
  },
  fashion: {
    "everyday style":
      "capsule wardrobes, linen summer outfits, oversized blazers, white trainers, layered knitwear",
    vintage: "1970s denim, mid-century dresses, thrifted leather jackets, silk scarves, vintage band shirts",
    accessories: "minimal gold jewellery, statement earrings, woven bags, signet rings, wool berets",
    "street style": "cargo trousers, technical outerwear, retro sneakers, monochrome layers, bucket hats",
    tailoring:
      "unstructured suits, made-to-measure shirts, pleated trousers, double-breasted coats, pocket squares",
  },
  beauty: {
    skincare: "barrier repair routines, vitamin C serums, mineral sunscreen, gua sha, double cleansing",
    "make-up": "soft glam looks, graphic eyeliner, dewy skin base, red lips, brow lamination",
    hair: "curly hair routines, French bobs, braided updos, balayage, curtain bangs",
    nails: "short gel nails, chrome nails, pressed flower nails, minimalist nail art, French tips",
    fragrance: "woody perfumes, citrus colognes, incense notes, home-made balms, perfume layering",
  },
  fitness: {
    strength:
      "kettlebell flows, pull-up progressions, barbell squats, resistance band circuits, home gym corners",
    running: "couch to 5k, trail running, marathon plans, interval sessions, running form drills",
    "yoga and mobility":
      "morning yoga flows, hip mobility, handstand practice, restorative yoga, desk stretches",
    climbing:
      "bouldering technique, hangboard training, sport climbing, climbing walls at home, knots and anchors",
    "swimming and water": "open water swimming, freestyle drills, paddleboarding, surf fitness, cold dips",
  },
  outdoors: {
    hiking: "hut-to-hut hikes, ultralight packing, desert trails, coastal paths, via ferrata",
    camping: "canvas tents, campfire meals, van conversions, hammock camping, winter camping",
    cycling: "gravel routes, bikepacking bags, touring bikes, alpine climbs, commuter set-ups",
    "snow and water": "ski touring, snowshoe trails, sea kayaking, packrafting, wild swimming spots",
    bushcraft: "fire lighting, foraged mushrooms, whittled tent pegs, bird watching, natural shelters",
  },
  travel: {
    "city breaks": "Lisbon weekends, Kyoto temples, Mexico City food, Istanbul markets, Copenhagen design",
    islands:
      "Greek island hopping, Azores hot springs, Bali rice terraces, Hebrides beaches, Sicily road trips",
    "rail journeys":
      "sleeper trains, alpine railways, coast-to-coast rail, interrail routes, scenic commuter lines",
    "slow travel": "farm stays, pilgrimage walks, house swaps, workations, canal boats",
    "trip planning":
      "carry-on packing, travel itineraries, solo travel tips, travelling with toddlers, budget routes",
  },
  celebrations: {
    weddings:
      "garden ceremonies, wildflower bouquets, wedding seating plans, handwritten invitations, elopements",
    birthdays: "dinosaur parties, balloon garlands, milestone birthdays, picnic parties, piñatas",
    "seasonal tables":
      "Christmas tablescapes, Easter brunch, Diwali lights, Thanksgiving centrepieces, harvest tables",
    "gift making":
      "furoshiki wrapping, gift hampers, hand-dipped candles, personalised prints, advent calendars",
    hosting: "grazing boards, dinner party menus, outdoor string lights, place cards, game nights",
  },
  parenting: {
    nurseries:
      "woodland nurseries, Montessori floor beds, crib mobiles, nursing chairs, gender-neutral nurseries",
    "play and learning":
      "sensory bins, busy boards, phonics games, nature scavenger hunts, cardboard castles",
    "family meals":
      "baby-led weaning, lunch box ideas, hidden vegetable sauces, toddler snacks, freezer meals",
    "children's rooms": "bunk beds, toy storage, reading corners, shared bedrooms, climbing frames indoors",
    pregnancy: "hospital bags, maternity outfits, prenatal yoga, birth announcements, baby name lists",
  },
  pets: {
    dogs: "puppy training, homemade dog treats, agility courses, dog-friendly hikes, rescue dogs",
    cats: "cat trees, indoor cat games, catios, scratching posts, senior cat care",
    aquariums: "aquascaping, shrimp tanks, betta habitats, nano reefs, outdoor fish ponds",
    "small animals": "rabbit runs, guinea pig cages, hamster habitats, backyard chickens, hedgehog houses",
    "birds and reptiles":
      "budgie playgrounds, bioactive vivariums, gecko care, bird feeders, tortoise tables",
  },
  wellbeing: {
    mindfulness:
      "breathing exercises, gratitude journals, walking meditation, digital detox, evening wind-down",
    sleep: "sleep hygiene, weighted blankets, blackout bedrooms, bedtime stretches, lavender sachets",
    productivity: "time blocking, desk set-ups, weekly reviews, habit trackers, inbox zero",
    "personal finance":
      "budget envelopes, no-spend months, sinking funds, first-home saving, index fund basics",
    "slow living": "simple mornings, decluttering, seasonal rituals, home apothecary, off-grid cabins",
  },
  "cars and bikes": {
    "classic cars":
      "air-cooled Porsches, British roadsters, barn finds, American muscle, vintage Land Rovers",
    motorcycles: "café racers, scramblers, adventure motorcycles, vintage Vespas, motorcycle camping",
    bicycles: "steel frame builds, single-speed conversions, cargo bikes, wheel building, leather saddles",
    "electric vehicles":
      "electric conversions, home chargers, electric road trips, e-bike commuting, solar carports",
    "garage work": "engine rebuilds, paint correction, tool chests, garage floors, interior retrims",
  },
  electronics: {
    keyboards: "split keyboards, keycap sets, switch lubing, hot-swap builds, desk mats",
    "home automation":
      "smart lighting scenes, wall tablets, sensor projects, energy dashboards, automated blinds",
    "3D printing":
      "printed planters, articulated toys, resin miniatures, functional brackets, filament tests",
    microcontrollers: "LED matrices, e-paper displays, weather stations, robot arms, synth modules",
    audio: "turntable set-ups, bookshelf speakers, tube amplifiers, headphone stations, listening rooms",
  },
  "books and writing": {
    fiction: "Nordic noir, magical realism, cosy mysteries, space operas, historical sagas",
    "non-fiction": "nature writing, memoirs, popular science, design monographs, food history",
    "reading life":
      "book club picks, reading challenges, annotated books, little free libraries, bedside stacks",
    writing: "novel outlines, poetry prompts, morning pages, dialogue exercises, writing desks",
    comics: "graphic memoirs, manga collections, webcomics, silent comics, indie anthologies",
  },
  games: {
    "board games":
      "cooperative board games, deck builders, two-player games, solo board games, strategy classics",
    "role-playing": "dungeon maps, campaign journals, dice sets, one-shot adventures, character backstories",
    miniatures: "miniature painting, terrain building, dioramas, kitbashing, weathering effects",
    puzzles: "wooden jigsaws, escape room kits, crosswords, mechanical puzzles, logic grids",
    "video games": "cosy farming games, retro consoles, speedrunning, pixel platformers, handheld set-ups",
  },
};
