/** @file First and last names by language, so that a population reads like one. A name says nothing of what a person likes. */

interface NameList {
  readonly women: readonly string[];
  readonly men: readonly string[];
  readonly last: readonly string[];
}

const names = (women: string, men: string, last: string): NameList => ({
  women: women.split(" "),
  men: men.split(" "),
  last: last.split(" "),
});

/** Language code (ISO 639-1) -> names, in Latin script. */
export const personNames: Readonly<Record<string, NameList>> = {
  en: names(
    "Amelia Grace Hannah Zoe Imani Chloe Ruby Naomi Eleanor Maya Tessa Keisha Olive Harriet Jade Simone",
    "Oliver Marcus Theo Isaac Caleb Elliot Jamal Noah Desmond Felix Hugo Owen Tobias Andre Rowan Silas",
    "Bennett Okafor Harper Whitfield Ellison Marsh Brooks Hawthorne Adeyemi Sinclair Pryce Lowell Carter Fielding Nakamura Quinn Delgado Ashworth",
  ),
  es: names(
    "Lucía Valentina Camila Inés Paloma Ximena Renata Carmen Alba Itzel Marisol Jimena",
    "Mateo Santiago Diego Joaquín Emilio Rafael Gael Andrés Bruno Tomás Álvaro Iker",
    "García Morales Herrera Castillo Ibáñez Fuentes Rojas Salgado Vidal Montoya Cabrera Ortega Quiroga Luna",
  ),
  pt: names(
    "Beatriz Mariana Inês Larissa Helena Catarina Luiza Joana Clara Yasmin Teresa Rafaela",
    "João Tiago Caio Gustavo Miguel Duarte Thiago Henrique Vasco Leandro Davi Rui",
    "Silva Carvalho Nogueira Almeida Tavares Moreira Pires Azevedo Barros Ferreira Monteiro Lopes",
  ),
  fr: names(
    "Camille Élise Manon Inès Margaux Aïcha Clémence Juliette Fatou Solène Noémie Apolline",
    "Lucas Bastien Antoine Malik Rémi Étienne Théo Mathis Yanis Gaspard Olivier Adrien",
    "Moreau Lefèvre Girard Diallo Rousseau Mercier Benali Fontaine Chevalier Lambert Roche Garnier",
  ),
  de: names(
    "Lena Johanna Mila Frieda Greta Annika Leonie Elif Charlotte Nele Svenja Paula",
    "Jonas Emil Lukas Matthias Anton Henrik Cem Moritz Konrad Till Florian Jakob",
    "Schneider Hoffmann Weber Yılmaz Krüger Vogel Lindner Brandt Seidel Albrecht Keller Busch",
  ),
  it: names(
    "Giulia Chiara Martina Ginevra Alessia Beatrice Noemi Serena Ilaria Viola Bianca Elisa",
    "Lorenzo Matteo Edoardo Davide Pietro Gabriele Riccardo Filippo Samuele Nicolò Enrico Dario",
    "Rossi Ferrari Conti Marini Galli Ricci Lombardi Serra Bianchi Caruso Fabbri Moretti",
  ),
  nl: names(
    "Sanne Fleur Lotte Noor Femke Maartje Roos Yara Anouk Tess Jasmijn Liv",
    "Daan Bram Sem Thijs Ruben Jasper Stijn Bilal Gijs Wout Koen Lars",
    "Jansen Visser Bakker Dijkstra Mulder Vermeer Hoekstra Smits Postma Kuipers Bos Amrani",
  ),
  sv: names(
    "Astrid Ebba Linnea Saga Freja Maja Ingrid Tuva Elsa Amina Signe Klara",
    "Nils Axel Gustav Elias Viggo Anders Sixten Oskar Ludvig Erik Hamza Björn",
    "Lindqvist Bergström Nyberg Sandberg Holm Ekström Wallin Sjöberg Forsberg Åkesson Norén Lundgren",
  ),
  pl: names(
    "Zofia Hanna Maja Agnieszka Oliwia Kinga Magdalena Natalia Lena Iga Joanna Weronika",
    "Jakub Szymon Filip Kacper Piotr Tomasz Wojciech Igor Marcin Adam Bartosz Stanisław",
    "Kowalska Nowak Wiśniewski Zieliński Mazur Krawczyk Dudek Wrona Sikora Lis Baran Górski",
  ),
  tr: names(
    "Zeynep Defne Ayşe Elif Ece Derya Melis Selin Nazlı Asya Ceren İpek",
    "Emir Kerem Mert Yusuf Deniz Arda Can Burak Kaan Ozan Tolga Barış",
    "Demir Kaya Şahin Aydın Öztürk Arslan Koç Polat Erdem Çelik Güneş Aksoy",
  ),
  ja: names(
    "Yui Haruka Sakura Aoi Mei Rin Chihiro Natsuki Hana Misaki Kaori Emi",
    "Haruto Ren Sota Yuto Kaito Daichi Takumi Riku Naoki Hiroshi Kenji Shun",
    "Sato Suzuki Takahashi Tanaka Watanabe Ito Yamamoto Kobayashi Mori Ishikawa Fujita Ueda",
  ),
  ko: names(
    "Seo-yeon Ji-woo Ha-eun Min-seo Soo-ah Ye-jin Da-eun Hye-jin Yuna Ara",
    "Min-jun Seo-jun Do-yun Ji-ho Joon Hyun-woo Tae-yang Sung-min Woo-jin Eun-ho",
    "Kim Lee Park Choi Jung Kang Yoon Lim Han Shin Seo Kwon",
  ),
  hi: names(
    "Ananya Priya Diya Kavya Isha Meera Aditi Nisha Riya Tara Sanya Lakshmi",
    "Arjun Rohan Vikram Aarav Kabir Nikhil Dev Ishaan Rahul Sameer Varun Aditya",
    "Sharma Patel Iyer Reddy Kapoor Nair Banerjee Gupta Joshi Menon Khan Deshmukh",
  ),
};
