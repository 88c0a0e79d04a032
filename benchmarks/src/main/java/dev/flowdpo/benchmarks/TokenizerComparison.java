package dev.flowdpo.benchmarks;

import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/**
 * Compares the ids and texts that the tokenizers in Java and in native code give for lines of mixed
 * text: prose and formulas, code, any Unicode, long runs, special tokens written out.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.TokenizerComparison
 *     LINES TEXTS.jsonl,… TOKENIZER.json[.gz]…
 * }</pre>
 *
 * <p>Prints the first differences, then what opening, encoding and decoding took in each, and what
 * was resident.
 */
public final class TokenizerComparison {
  private static final int BATCH = 1000;
  private static final int SHOWN = 10;

  private final Tokenizer inJava;
  private final Tokenizer inNativeCode;
  private int differing;
  private long ids;
  private long characters;
  private final double[] seconds = new double[4];

  private TokenizerComparison(Tokenizer inJava, Tokenizer inNativeCode) {
    this.inJava = inJava;
    this.inNativeCode = inNativeCode;
  }

  /** Compares; see the class comment. */
  public static void main(String[] arguments) throws IOException {
    int lines = Integer.parseInt(arguments[0]);
    List<String> texts =
        TokenizerLines.texts(Arrays.stream(arguments[1].split(",")).map(Path::of).toList());
    for (String name : List.of(arguments).subList(2, arguments.length)) {
      Path file = unzipped(Path.of(name));
      HuggingFaceTokenizers.open(file).close(); // Classes are loaded.
      double before = resident();
      long start = System.nanoTime();
      Tokenizer inJava = HuggingFaceTokenizers.open(file);
      double openJava = since(start);
      double javaMemory = resident() - before;
      start = System.nanoTime();
      Tokenizer inNativeCode = HuggingFaceTokenizers.openNative(file);
      double openNative = since(start);
      double nativeMemory = resident() - before - javaMemory;
      System.out.printf(
          Locale.ROOT,
          "%s (%s): opened in %.2f s, native %.2f s; resident %.0f MB, native %.0f MB%n",
          Path.of(name).getFileName(),
          inJava.getClass().getSimpleName(),
          openJava,
          openNative,
          javaMemory,
          nativeMemory);
      try (inJava;
          inNativeCode) {
        new TokenizerComparison(inJava, inNativeCode).compare(lines, texts);
      }
    }
  }

  private void compare(int lines, List<String> texts) {
    TokenizerLines source = new TokenizerLines(1, texts, List.copyOf(inJava.specialTokens()));
    for (int done = 0; done < lines; done += BATCH) {
      List<String> batch = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        batch.add(source.next());
      }
      characters += batch.stream().mapToLong(String::length).sum();
      List<int[]> java = timed(0, batch, inJava::encode);
      List<int[]> expected = timed(1, batch, inNativeCode::encode);
      List<String> javaTexts = timed(2, expected, inJava::decodeWithSpecialTokens);
      List<String> expectedTexts = timed(3, expected, inNativeCode::decodeWithSpecialTokens);
      for (int i = 0; i < BATCH; i++) {
        ids += expected.get(i).length;
        if (!Arrays.equals(java.get(i), expected.get(i))) {
          difference(batch.get(i), Arrays.toString(java.get(i)), Arrays.toString(expected.get(i)));
        } else if (!javaTexts.get(i).equals(expectedTexts.get(i))
            || (i % 8 == 0
                && !inJava.decode(expected.get(i)).equals(inNativeCode.decode(expected.get(i))))) {
          difference(batch.get(i), escaped(javaTexts.get(i)), escaped(expectedTexts.get(i)));
        }
      }
    }
    System.out.printf(
        Locale.ROOT,
        "  %,d lines, %,d characters, %,d ids: %d lines differ%n"
            + "  encoding %.2f MB/s, native %.2f MB/s: %.1f times; decoding %.1f times%n",
        lines,
        characters,
        ids,
        differing,
        characters / seconds[0] / 1e6,
        characters / seconds[1] / 1e6,
        seconds[1] / seconds[0],
        seconds[3] / seconds[2]);
  }

  private <A, B> List<B> timed(int which, List<A> inputs, Function<A, B> call) {
    long start = System.nanoTime();
    List<B> results = inputs.stream().map(call).toList();
    seconds[which] += since(start);
    return results;
  }

  private void difference(String text, String inJava, String inNativeCode) {
    if (differing++ < SHOWN) {
      System.out.println(
          "  differs: " + escaped(text) + "\n    " + inJava + "\n    " + inNativeCode);
    }
  }

  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder();
    text.chars()
        .forEach(c -> escaped.append(c >= ' ' && c < 127 ? (char) c : String.format("\\u%04x", c)));
    return escaped.toString();
  }

  private static double resident() {
    System.gc();
    return ResidentMemory.megabytes(ResidentMemory.Kind.ANONYMOUS);
  }

  private static double since(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private static Path unzipped(Path file) throws IOException {
    if (!file.toString().endsWith(".gz")) {
      return file;
    }
    Path plain = Files.createTempFile("tokenizer", ".json");
    plain.toFile().deleteOnExit();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      Files.write(plain, in.readAllBytes());
    }
    return plain;
  }
}
