package dev.flowdpo.benchmarks;

import dev.flowdpo.runtime.text.HuggingFaceTokenizers;
import dev.flowdpo.runtime.text.Tokenizer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;

/**
 * Compares the ids and texts that the tokenizers in Java and in native code give for lines of mixed
 * text: prose and formulas, code, any Unicode, long runs, special tokens written out.
 *
 * <pre>{@code
 * java -cp benchmarks/target/benchmarks.jar dev.flowdpo.benchmarks.TokenizerComparison
 *     LINES SEED TEXTS.jsonl,… TOKENIZER.json[.gz]…
 * }</pre>
 *
 * <p>Prints the first differences, then the processor time that opening, encoding and decoding took
 * in each, the heap that the one in Java holds and the memory that the native one takes. A fourth
 * of the lines is decoded too.
 */
public final class TokenizerComparison {
  private static final int BATCH = 1000;
  private static final int SHOWN = 10;
  private static final int PROGRESS = 50_000;

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
        TokenizerLines.texts(Arrays.stream(arguments[2].split(",")).map(Path::of).toList());
    for (String name : List.of(arguments).subList(3, arguments.length)) {
      Path file = unzipped(Path.of(name));
      HuggingFaceTokenizers.open(file).close(); // Classes are loaded.
      double before = heap();
      long start = cpuTime();
      Tokenizer inJava = HuggingFaceTokenizers.open(file);
      double openJava = since(start);
      double javaMemory = heap() - before;
      before = ResidentMemory.megabytes(ResidentMemory.Kind.ANONYMOUS);
      start = cpuTime();
      Tokenizer inNativeCode = HuggingFaceTokenizers.openNative(file);
      double openNative = since(start);
      double nativeMemory = ResidentMemory.megabytes(ResidentMemory.Kind.ANONYMOUS) - before;
      System.out.printf(
          Locale.ROOT,
          "%s (%s): opened in %.2f s, native %.2f s; heap %.0f MB, native %.0f MB%n",
          Path.of(name).getFileName(),
          inJava.getClass().getSimpleName(),
          openJava,
          openNative,
          javaMemory,
          nativeMemory);
      try (inJava;
          inNativeCode) {
        new TokenizerComparison(inJava, inNativeCode)
            .compare(lines, Long.parseLong(arguments[1]), texts);
      }
    }
  }

  private void compare(int lines, long seed, List<String> texts) {
    TokenizerLines source = new TokenizerLines(seed, texts, List.copyOf(inJava.specialTokens()));
    for (int done = 0; done < lines; done += BATCH) {
      List<String> batch = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        batch.add(source.next());
      }
      characters += batch.stream().mapToLong(String::length).sum();
      List<int[]> java = timed(0, batch, inJava::encode);
      List<int[]> expected = timed(1, batch, inNativeCode::encode);
      for (int i = 0; i < BATCH; i++) {
        ids += expected.get(i).length;
        if (!Arrays.equals(java.get(i), expected.get(i))) {
          difference(batch.get(i), Arrays.toString(java.get(i)), Arrays.toString(expected.get(i)));
        }
      }
      compareTexts(expected.subList(0, BATCH / 8), 2, Tokenizer::decode);
      compareTexts(expected.subList(BATCH / 8, BATCH / 4), 2, Tokenizer::decodeWithSpecialTokens);
      if ((done + BATCH) % PROGRESS == 0) {
        report(done + BATCH);
      }
    }
  }

  private void compareTexts(
      List<int[]> lines, int which, BiFunction<Tokenizer, int[], String> decode) {
    List<String> java = timed(which, lines, line -> decode.apply(inJava, line));
    List<String> expected = timed(which + 1, lines, line -> decode.apply(inNativeCode, line));
    for (int i = 0; i < lines.size(); i++) {
      if (!java.get(i).equals(expected.get(i))) {
        difference(Arrays.toString(lines.get(i)), escaped(java.get(i)), escaped(expected.get(i)));
      }
    }
  }

  private void report(int lines) {
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
    long start = cpuTime();
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

  private static double heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() / 1e6;
  }

  /** Both run in the thread that calls them; other work of the machine is not counted. */
  private static long cpuTime() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private static double since(long start) {
    return (cpuTime() - start) / 1e9;
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
