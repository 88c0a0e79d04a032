package dev.flowdpo.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Draws lines of mixed text, the same ones for the same seed. Not thread-safe. */
final class TokenizerLines {
  private static final String[] CODE = {
    "for (int i = 0; i < n; i++) {",
    "\treturn x != null ? x : y;",
    "def f(x, *, y=1):\n    ",
    "self.value_2 += 0x1F",
    "camelCaseName",
    "SCREAMING_CASE",
    "snake_case_name",
    "<div id=\"a\">",
    "#include <vector>",
    "a->b::c",
    "// TODO: 12.5e-3",
    "\"\\u00e9\\n\"",
    "$x^{2n+1}$",
    "\\frac{a}{b}",
    "SELECT * FROM t WHERE a='b';",
    "{\"key\": [1, 2, 3]}",
    "    ",
    "\n\n",
    "\r\n",
    "==>",
    "0b1010"
  };
  private static final String[] FRAGMENTS = {
    "'s",
    "'S",
    "'\u017F",
    "'LL",
    "'re",
    "'vE",
    "it's",
    "I'M",
    " ",
    "  ",
    "\n",
    " \n ",
    "\r\n",
    "\t",
    "\u00A0",
    "\u2028",
    "\u3000",
    "12",
    "3456789",
    "\u0661\u0662",
    "\u00BD",
    "\u2167",
    "abc",
    "\u00E9",
    "e\u0301",
    "\u0301",
    "\u0327\u0301",
    "a\u0315\u0300",
    "\u212B",
    "\u2126",
    "\u1E9E",
    "\u0344",
    "\uD83D\uDE00",
    "\uD83D\uDC68\u200D\uD83D\uDC69\u200D\uD83D\uDC67",
    "\uD83C\uDDE9\uD83C\uDDEA",
    "\u2764\uFE0F",
    "\u65E5\u672C\u8A9E",
    "\uAC00\u1100\u1161\u11A8",
    "\u0915\u094D\u0937\u093F",
    "\u0E01\u0E33",
    "\u0627\u0644\u0639",
    "\u05E9\u05C1",
    "...",
    "$",
    "_",
    "\u0000",
    "\u0001",
    "\u007F",
    "\u0085",
    "\u200B",
    "\uFEFF",
    "\uD800",
    "\uDC00",
    "\uFFFD",
    "\uFFFF",
    "\u2581",
    "\u0120",
    "<0x0A>",
    "<|",
    "|>",
    "<s>",
    "</s>",
    "<unk>",
    "\u00C4pfel",
    "STRASSE",
    "Stra\u00DFe",
    "\u01C5"
  };

  private final SplittableRandom random;
  private final List<String> texts;
  private final List<String> special;

  TokenizerLines(long seed, List<String> texts, List<String> special) {
    this.random = new SplittableRandom(seed);
    this.texts = texts;
    this.special = special.isEmpty() ? List.of("<s>") : special;
  }

  /** Returns all strings of the rows of JSON Lines files. */
  static List<String> texts(List<Path> files) throws IOException {
    ObjectMapper json = new ObjectMapper();
    List<String> texts = new ArrayList<>();
    for (Path file : files) {
      for (String line : Files.readAllLines(file)) {
        for (JsonNode value : json.readTree(line)) {
          if (value.isTextual() && !value.textValue().isEmpty()) {
            texts.add(value.textValue());
          }
        }
      }
    }
    return texts;
  }

  /** Returns the next line. */
  String next() {
    StringBuilder line = new StringBuilder();
    int kind = random.nextInt(100);
    if (kind < 35) {
      line.append(prose(80));
    } else if (kind < 50) {
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        line.append(of(CODE));
      }
    } else if (kind < 75) {
      for (int n = random.nextInt(14); n > 0; n--) {
        if (random.nextInt(3) > 0) {
          line.append(of(FRAGMENTS));
        } else {
          line.appendCodePoint(character());
        }
      }
    } else if (kind < 85) {
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        line.append(
            of(new String[] {" ", "\n", "\t", "0", "1234567890", "\u0661", "a", "-", "\u2581"})
                .repeat(1 + random.nextInt(30)));
      }
    } else {
      for (int n = 1 + random.nextInt(3); n > 0; n--) {
        line.append(prose(16)).append(random.nextInt(4) == 0 ? " " : "");
        line.append(special.get(random.nextInt(special.size())));
        line.append(random.nextInt(4) == 0 ? of(FRAGMENTS) : "");
      }
    }
    return line.toString();
  }

  private String prose(int longest) {
    String text = texts.get(random.nextInt(texts.size()));
    int start = random.nextInt(text.length());
    return text.substring(start, Math.min(text.length(), start + 1 + random.nextInt(longest)));
  }

  private String of(String[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  /** Any character, those of lower planes more often; halves of pairs are among them. */
  private int character() {
    int[] bounds = {0x80, 0x800, 0x3100, 0x10000, 0x20000, 0x110000};
    return random.nextInt(bounds[random.nextInt(bounds.length)]);
  }
}
